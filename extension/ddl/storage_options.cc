#include "extension/ddl/storage_options.h"

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/hypertable_cache.h"
#include "extension/catalog/hypertable_table.h"
#include "extension/ddl/dispatch.h"
#include "extension/ddl/named_hypertable.h"

#include "extension/pg/alter_relation.h"
#include "extension/pg/boundary.h"
extern "C" {
#include <access/reloptions.h>
#include <catalog/pg_class.h>
#include <catalog/pg_type.h>
#include <commands/defrem.h>
#include <commands/tablecmds.h>
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <utils/acl.h>
#include <utils/array.h>
#include <utils/builtins.h>
}

namespace varve::ddl {
namespace {

bool is_storage_command(const AlterTableCmd& command) {
  return command.subtype == AT_SetRelOptions || command.subtype == AT_ResetRelOptions;
}

bool is_same(const DefElem& a, const DefElem& b) {
  const bool same_space = a.defnamespace == nullptr || b.defnamespace == nullptr
                              ? a.defnamespace == b.defnamespace
                              : strcmp(a.defnamespace, b.defnamespace) == 0;
  return same_space && strcmp(a.defname, b.defname) == 0;
}

/// `options` after one SET or RESET.
List* applied(List* options, const AlterTableCmd& command) {
  ListCell* changed;
  foreach (changed, castNode(List, command.def)) {
    auto* option = lfirst_node(DefElem, changed);
    ListCell* old;
    foreach (old, options) {
      if (is_same(*lfirst_node(DefElem, old), *option)) {
        options = foreach_delete_current(options, old);
      }
    }
    if (command.subtype == AT_SetRelOptions) options = lappend(options, option);
  }
  return options;
}

/// Reports what no ordinary table would take.
void validate(List* options) {
  static const char* const names[] = HEAP_RELOPT_NAMESPACES;
  const auto spaces = const_cast<char**>(names);
  heap_reloptions(RELKIND_RELATION, transformRelOptions(0, options, nullptr, spaces, false, false),
                  true);
  heap_reloptions(RELKIND_TOASTVALUE,
                  transformRelOptions(0, options, "toast", spaces, false, false), true);
}

/// As HypertableTable::set_storage_options() wants them.
Datum array_of(List* options) {
  if (options == NIL) return 0;
  auto* texts = static_cast<Datum*>(palloc(list_length(options) * sizeof(Datum)));
  int count = 0;
  ListCell* cell;
  foreach (cell, options) {
    auto* option = lfirst_node(DefElem, cell);
    const char* value = option->arg != nullptr ? defGetString(option) : "true";
    texts[count++] =
        CStringGetTextDatum(psprintf("%s%s%s=%s", option->defnamespace ? option->defnamespace : "",
                                     option->defnamespace ? "." : "", option->defname, value));
  }
  return PointerGetDatum(construct_array(texts, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/// The id of the hypertable that the statement names, locked and the user's own; 0 where the name
/// means something else.
std::int32_t locked_hypertable(const RangeVar& name) {
  const Oid relation = named_hypertable(&name);
  if (!OidIsValid(relation)) return 0;
  if (!pg_class_ownercheck(relation, GetUserId())) {
    aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, name.relname);
  }
  LockRelationOid(relation, ShareRowExclusiveLock);  // as alter_chunks.cc says
  return catalog::cached_hypertable_id(relation);    // it may have been dropped while we waited
}

void alter_storage(std::int32_t id, List* commands) {
  List* options = pg::entry([&] { return catalog::HypertableTable::storage_options(id); });
  ListCell* cell;
  foreach (cell, commands) options = applied(options, *lfirst_node(AlterTableCmd, cell));
  validate(options);
  const Datum array = array_of(options);
  pg::entry([&] { catalog::HypertableTable::set_storage_options(id, array); });

  const auto chunks = pg::entry([&] { return catalog::ChunkTable::of_hypertable(id); });
  for (std::size_t i = 0; i < chunks.count; ++i) {
    pg::alter_relation(chunks.rows[i].relation, copyObject(commands));
  }
}

void alter_table(Utility& utility) {
  const auto* statement = castNode(AlterTableStmt, utility.statement());
  List* storage = NIL;
  List* others = NIL;
  ListCell* cell;
  foreach (cell, statement->cmds) {
    auto* command = lfirst_node(AlterTableCmd, cell);
    List*& list = is_storage_command(*command) ? storage : others;
    list = lappend(list, command);
  }
  const std::int32_t id = storage != NIL && statement->objtype == OBJECT_TABLE
                              ? locked_hypertable(*statement->relation)
                              : 0;
  if (id == 0) return utility.proceed();

  utility.require_writable();
  alter_storage(id, storage);
  if (others == NIL) return;
  auto* rest = makeNode(AlterTableStmt);
  *rest = *statement;
  rest->cmds = others;
  utility.replace_statement(static_cast<Node*>(copyObject(reinterpret_cast<Node*>(rest))));
  utility.proceed();
}

}  // namespace

void install_storage_options() { on_statement(T_AlterTableStmt, alter_table); }

}  // namespace varve::ddl
