#include "extension/columnstore/install.h"

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/drop_hook.h"
#include "extension/catalog/hypertable_cache.h"
#include "extension/catalog/relations.h"
#include "extension/columnstore/chunk_columns.h"
#include "extension/columnstore/convert.h"
#include "extension/columnstore/group_cache.h"
#include "extension/columnstore/index_events.h"
#include "extension/columnstore/settings.h"
#include "extension/columnstore/sparse_options.h"
#include "extension/columnstore/sparse_settings.h"
#include "extension/job/catalog_sql.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/namespace.h>
#include <catalog/objectaccess.h>
#include <catalog/pg_class.h>
#include <utils/lsyscache.h>
}

namespace varve::columnstore {
namespace {

using job::Argument;

object_access_hook_type previous_hook = nullptr;

/// The id of a hypertable with settings; 0 for everything else.
std::int32_t enabled_hypertable(Oid relation) {
  const std::int32_t id = catalog::cached_hypertable_id(relation);
  return id != 0 && settings_of(id).is_enabled ? id : 0;
}

/// The lists of its chunks are few different ones.
void change_chunk_filters(std::int32_t id, const char* before, const char* after) {
  job::as_catalog_owner([&] {
    const std::uint64_t lists = job::execute(
        "SELECT DISTINCT d.sparse_index FROM varve_catalog.columnar_chunk d "
        "JOIN varve_catalog.chunk c ON c.id = d.chunk_id WHERE c.hypertable_id = $1",
        {Argument::integer(id)});
    auto* found = static_cast<const char**>(palloc(sizeof(char*) * (lists + 1)));
    for (std::uint64_t i = 0; i < lists; ++i) found[i] = TextDatumGetCString(job::column(i, 1));
    for (std::uint64_t i = 0; i < lists; ++i) {
      const char* changed = sparse_index_after(found[i], before, after);
      if (changed == nullptr) continue;
      job::execute(
          "UPDATE varve_catalog.columnar_chunk SET sparse_index = $3 WHERE sparse_index = $2 "
          "AND chunk_id IN (SELECT id FROM varve_catalog.chunk WHERE hypertable_id = $1)",
          {Argument::integer(id), Argument::text(found[i]), Argument::text(changed)});
    }
  });
}

/// The same in the lists of sparse indexes; without a new name, the column is dropped.
void follow_in_sparse_indexes(std::int32_t id, Settings settings, const char* before,
                              const char* after) {
  if (settings.sparse_index != nullptr) {
    const char* changed = sparse_index_after(settings.sparse_index, before, after);
    if (changed != nullptr) {
      settings.sparse_index = changed;
      store_settings(id, settings);
    }
  }
  change_chunk_filters(id, before, after);
}

void follow_dropped_column(Oid relation, AttrNumber attribute) {
  const std::int32_t id = enabled_hypertable(relation);
  if (id == 0) return;
  const char* column = get_attname(relation, attribute, false);
  const Settings settings = settings_of(id);
  if (!sorts_by(settings, column)) {
    return follow_in_sparse_indexes(id, settings, column, nullptr);
  }
  ereport(ERROR,
          (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
           errmsg("column \"%s\" cannot be dropped while chunks are ordered by it", column),
           errhint("Change the options tsdb.segmentby and tsdb.orderby of hypertable \"%s\".",
                   get_rel_name(relation))));
}

/// A column's name before the command under way and after it; equal where it is not renamed.
struct Names {
  const char* before;
  NameData after;

  [[nodiscard]] bool differ() const {
    return before != nullptr && NameStr(after)[0] != '\0' && strcmp(before, NameStr(after)) != 0;
  }
};

void follow_rename(Oid relation, const Names& names) {
  const std::int32_t id = enabled_hypertable(relation);
  if (id == 0) return;
  job::as_catalog_owner([&] {
    job::execute(
        "UPDATE varve_catalog.columnstore SET "
        "segmentby = array_replace(segmentby, $2::name, $3::name), "
        "orderby = array_replace(orderby, $2::name, $3::name) WHERE hypertable_id = $1",
        {Argument::integer(id), Argument::text(names.before),
         Argument::text(NameStr(names.after))});
    job::execute(
        "UPDATE varve_catalog.columnar_chunk SET "
        "segmentby = array_replace(segmentby, $2::name, $3::name), "
        "orderby = array_replace(orderby, $2::name, $3::name) "
        "WHERE chunk_id IN (SELECT id FROM varve_catalog.chunk WHERE hypertable_id = $1)",
        {Argument::integer(id), Argument::text(names.before),
         Argument::text(NameStr(names.after))});
  });
  follow_in_sparse_indexes(id, settings_of(id), names.before, NameStr(names.after));
}

void forget_dropped(Oid relation) {
  const char kind = get_rel_relkind(relation);
  if (kind == RELKIND_PARTITIONED_TABLE) {
    const std::int32_t id = enabled_hypertable(relation);
    if (id != 0) store_settings(id, {});
  } else if (kind == RELKIND_RELATION && is_columnar(relation)) {
    const std::int32_t id = pg::entry([&] {
      const auto chunk = catalog::ChunkTable::find(relation);
      return chunk ? chunk->id : 0;
    });
    if (id != 0) forget_conversion(id);
  }
}

/// Whether our tables are there: not while the extension is being created or dropped.
bool exists() {
  if (!catalog::relations()) return false;
  const Oid schema = get_namespace_oid("varve_catalog", true);
  return OidIsValid(schema) && OidIsValid(get_relname_relid("columnstore", schema)) &&
         OidIsValid(get_relname_relid("columnar_chunk", schema));
}

void call_previous(ObjectAccessType access, Oid class_id, Oid object_id, int sub_id, void* arg) {
  if (previous_hook != nullptr) previous_hook(access, class_id, object_id, sub_id, arg);
}

void on_drop(Oid relation, AttrNumber attribute) {
  if (!exists()) return;
  if (attribute == 0) {
    forget_dropped(relation);
    on_index_drop(relation);
  } else {
    follow_dropped_column(relation, attribute);
  }
}

void on_object_access(ObjectAccessType access, Oid class_id, Oid object_id, int sub_id, void* arg) {
  const auto attribute = static_cast<AttrNumber>(sub_id);
  if (class_id == RelationRelationId && access == OAT_DROP) {
    on_drop(object_id, attribute);  // first, while the catalog still has what is being dropped
    call_previous(access, class_id, object_id, sub_id, arg);
  } else if (class_id == RelationRelationId && access == OAT_POST_ALTER && attribute > 0) {
    // What others do may make the new name visible.
    const Names names = {get_attname(object_id, attribute, true),
                         catalog::newest_column_name(object_id, attribute)};
    call_previous(access, class_id, object_id, sub_id, arg);
    if (names.differ() && exists()) follow_rename(object_id, names);
  } else if (class_id == RelationRelationId && access == OAT_POST_ALTER && attribute == 0) {
    if (exists()) on_index_alter(object_id);
    call_previous(access, class_id, object_id, sub_id, arg);
  } else {
    call_previous(access, class_id, object_id, sub_id, arg);
  }
}

}  // namespace

void install() {
  define_sparse_settings();
  install_group_cache();
  install_chunk_columns();
  previous_hook = object_access_hook;
  object_access_hook = on_object_access;
}

}  // namespace varve::columnstore
