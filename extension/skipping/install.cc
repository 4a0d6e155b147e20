// What statements of PostgreSQL's own do to columns and chunks with ranges.
#include "extension/skipping/install.h"

#include "extension/catalog/drop_hook.h"
#include "extension/catalog/hypertable_cache.h"
#include "extension/catalog/relations.h"
#include "extension/skipping/late_rows.h"
#include "extension/skipping/measure.h"
#include "extension/skipping/range_table.h"
#include "extension/skipping/setting.h"
#include "extension/skipping/version.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <catalog/objectaccess.h>
#include <catalog/pg_class.h>
#include <utils/lsyscache.h>
}

namespace varve::skipping {
namespace {

object_access_hook_type previous_hook = nullptr;

/// A column of a hypertable is called otherwise, or gone where `to` is null.
void follow_column(Oid relation, const char* from, const char* to) {
  const std::int32_t id = catalog::cached_hypertable_id(relation);
  if (id == 0 || from == nullptr) return;
  rename_column(id, from, to);
  count_change(id);
}

void forget_hypertable(Oid relation) {
  const std::int32_t id = catalog::cached_hypertable_id(relation);
  if (id == 0) return;
  remove_columns(id);
  count_change(id);
}

/// Others can neither read nor write the chunk.
void forget_chunk(Oid relation) {
  if (const std::int32_t id = ranged_hypertable(relation); id != 0) forget_ranges(id, relation);
}

void on_drop(Oid relation, AttrNumber attribute) {
  const char kind = get_rel_relkind(relation);
  if (kind == RELKIND_PARTITIONED_TABLE && attribute > 0) {
    follow_column(relation, get_attname(relation, attribute, true), nullptr);
  } else if (kind == RELKIND_PARTITIONED_TABLE) {
    forget_hypertable(relation);
  } else if (kind == RELKIND_RELATION && attribute == 0) {
    forget_chunk(relation);
  }
}

/// PostgreSQL has given the table other files: with another access method, perhaps, under which
/// nobody says what is written, or with values of another type.
bool is_rewrite(ObjectAccessType access, int sub_id, const void* arg) {
  return access == OAT_POST_ALTER && sub_id == 0 && arg != nullptr &&
         static_cast<const ObjectAccessPostAlter*>(arg)->is_internal;
}

void on_object_access(ObjectAccessType access, Oid class_id, Oid object_id, int sub_id, void* arg) {
  if (class_id != RelationRelationId || !catalog::relations()) {
    if (previous_hook != nullptr) previous_hook(access, class_id, object_id, sub_id, arg);
    return;
  }
  const auto attribute = static_cast<AttrNumber>(sub_id);
  const bool is_column = access == OAT_POST_ALTER && attribute > 0;
  // What others do may make the new name visible.
  const char* before = is_column ? get_attname(object_id, attribute, true) : nullptr;
  const NameData after = is_column ? catalog::newest_column_name(object_id, attribute) : NameData{};
  if (access == OAT_DROP) on_drop(object_id, attribute);  // while the catalog has it still
  if (previous_hook != nullptr) previous_hook(access, class_id, object_id, sub_id, arg);
  if (before != nullptr && NameStr(after)[0] != '\0' && strcmp(before, NameStr(after)) != 0) {
    follow_column(object_id, before, NameStr(after));
  }
  if (is_rewrite(access, sub_id, arg) && get_rel_relkind(object_id) == RELKIND_RELATION) {
    forget_chunk(object_id);
  }
}

}  // namespace

void install() {
  install_version();
  install_late_rows();
  define_setting();
  previous_hook = object_access_hook;
  object_access_hook = on_object_access;
}

}  // namespace varve::skipping
