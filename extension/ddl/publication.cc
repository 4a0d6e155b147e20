#include "extension/ddl/publication.h"

#include "extension/ddl/dispatch.h"
#include "extension/ddl/named_hypertable.h"

#include "extension/pg/sqlstate.h"
extern "C" {
#include <access/xact.h>
#include <catalog/pg_publication.h>
#include <commands/defrem.h>
#include <commands/publicationcmds.h>
#include <nodes/makefuncs.h>
#include <utils/lsyscache.h>
}

namespace varve::ddl {
namespace {

constexpr const char* kViaRoot = "publish_via_partition_root";

List* published_roots(const Publication& publication) {
  if (publication.alltables) return GetAllTablesPublicationRelations(true);
  return list_concat(GetPublicationRelations(publication.oid, PUBLICATION_PART_ROOT),
                     GetAllSchemaPublicationRelations(publication.oid, PUBLICATION_PART_ROOT));
}

/// A hypertable whose chunks the publication would publish under their own names, or InvalidOid.
Oid exposed_hypertable(const char* name) {
  const Publication* publication = GetPublicationByName(name, true);
  if (publication == nullptr || publication->pubviaroot) return InvalidOid;
  ListCell* cell;
  foreach (cell, published_roots(*publication)) {
    if (is_hypertable(lfirst_oid(cell))) return lfirst_oid(cell);
  }
  return InvalidOid;
}

bool says_via_root(const List* options) {
  ListCell* cell;
  foreach (cell, options) {
    if (strcmp(lfirst_node(DefElem, cell)->defname, kViaRoot) == 0) return true;
  }
  return false;
}

[[noreturn]] void refuse(const char* publication, Oid hypertable) {
  ereport(ERROR, (errcode(pg::kOperationNotSupported),
                  errmsg("publication \"%s\" would publish chunks instead of table \"%s\"",
                         publication, get_rel_name(hypertable)),
                  errhint("Set publish_via_partition_root = true.")));
  pg_unreachable();
}

void publish_via_root(const char* publication) {
  auto* statement = makeNode(AlterPublicationStmt);
  statement->pubname = pstrdup(publication);
  statement->options =
      list_make1(makeDefElem(pstrdup(kViaRoot), reinterpret_cast<Node*>(makeBoolean(true)), -1));
  AlterPublication(make_parsestate(nullptr), statement);
  CommandCounterIncrement();
}

void create_publication(Utility& utility) {
  const auto* statement = castNode(CreatePublicationStmt, utility.statement());
  const char* name = pstrdup(statement->pubname);
  const bool is_open = !says_via_root(statement->options);
  utility.proceed();
  CommandCounterIncrement();
  const Oid hypertable = exposed_hypertable(name);
  if (!OidIsValid(hypertable)) return;
  if (!is_open) refuse(name, hypertable);
  ereport(NOTICE, (errmsg("publish_via_partition_root is on, since publication \"%s\" holds a "
                          "hypertable",
                          name)));
  publish_via_root(name);
}

void alter_publication(Utility& utility) {
  const char* name = pstrdup(castNode(AlterPublicationStmt, utility.statement())->pubname);
  utility.proceed();
  CommandCounterIncrement();
  const Oid hypertable = exposed_hypertable(name);
  if (OidIsValid(hypertable)) refuse(name, hypertable);
}

}  // namespace

void install_publication() {
  on_statement(T_CreatePublicationStmt, create_publication);
  on_statement(T_AlterPublicationStmt, alter_publication);
}

}  // namespace varve::ddl
