// compress_chunk(), decompress_chunk() and the procedures that do the same.
#include "extension/columnstore/convert_chunk.h"

#include "extension/chunk/frozen.h"
#include "extension/chunk/maintain/chunk_argument.h"
#include "extension/columnstore/convert.h"
#include "extension/columnstore/filter_columns.h"
#include "extension/columnstore/roll_up.h"
#include "extension/skipping/measure.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/table.h>
#include <catalog/pg_class.h>
#include <storage/bufmgr.h>
#include <storage/lmgr.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::columnstore {
namespace {

bool flag(FunctionCallInfo fcinfo, int position, bool otherwise) {
  if (PG_NARGS() <= position || PG_ARGISNULL(position)) return otherwise;
  return PG_GETARG_BOOL(position);
}

/// Others go on with the chunk: until the end, when they wait for what convert.h says. `mode` is
/// for the hypertable.
chunk::OwnChunk locked(const chunk::OwnChunk& named, LOCKMODE mode) {
  const chunk::OwnChunk known = chunk::lock_hypertable_of(named, mode);
  pg::call([&] { LockRelationOid(known.chunk.relation, ShareUpdateExclusiveLock); });
  const chunk::OwnChunk own = chunk::current(known);
  pg::call([&] {
    chunk::require_not_frozen(own.chunk.relation, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                              "converted");
  });
  return own;
}

void require_table(Oid chunk) {
  if (get_rel_relkind(chunk) == RELKIND_RELATION) return;
  ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                  errmsg("chunk \"%s\" is not a table of this server", get_rel_name(chunk))));
}

void require_enabled(const Settings& settings, Oid hypertable) {
  if (settings.is_enabled) return;
  ereport(ERROR,
          (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
           errmsg("columnstore is not enabled for hypertable \"%s\"", get_rel_name(hypertable)),
           errhint("ALTER TABLE ... SET (tsdb.enable_columnstore) enables it.")));
}

/// Reports that there is nothing to do; as an error unless that is fine.
void report_nothing(Oid chunk, bool is_fine, int state, const char* kind) {
  ereport(is_fine ? NOTICE : ERROR,
          (errcode(state), errmsg("chunk \"%s\" is %s", get_rel_name(chunk), kind)));
}

/// The sizes before the first conversion are those to compare with.
void keep_sizes(std::int32_t chunk_id, Conversion& conversion) {
  Conversion first;
  if (!find_conversion(chunk_id, first)) return;
  conversion.table_bytes = first.table_bytes;
  conversion.index_bytes = first.index_bytes;
  conversion.toast_bytes = first.toast_bytes;
}

/// Of columns by which chunks have been skipped only since the conversion.
void complete_ranges(const chunk::OwnChunk& own) {
  if (!skipping::lacks_ranges(own.hypertable.id, own.chunk.relation)) return;
  LockRelationOid(own.chunk.relation, ShareRowExclusiveLock);
  skipping::store_ranges(own.hypertable.id, own.chunk.relation);
}

void decompress(const chunk::OwnChunk& own, bool if_columnar) {
  const Oid chunk = own.chunk.relation;
  if (!is_columnar(chunk)) {
    return report_nothing(chunk, if_columnar, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                          "not in columns");
  }
  to_rows(chunk);
  skipping::forget_ranges(own.hypertable.id, chunk);
  forget_conversion(own.chunk.id);
}

void require_columnar(Oid chunk) {
  if (is_columnar(chunk)) return;
  report_nothing(chunk, false, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "not in columns");
}

/// Who rolls chunks up is alone with the hypertable's ranges from the beginning.
Oid compress_call(FunctionCallInfo fcinfo, const char* function) {
  const chunk::OwnChunk named = chunk::own_chunk(fcinfo->args[0], function);
  const std::int64_t interval =
      pg::call([&] { return settings_of(named.hypertable.id).compress_interval; });
  const chunk::OwnChunk own =
      locked(named, interval > 0 ? ShareUpdateExclusiveLock : AccessShareLock);
  return pg::call([&] {
    const bool is_fine = flag(fcinfo, 3, flag(fcinfo, 1, true));
    convert_chunk(own, is_fine, flag(fcinfo, 2, false));
    return roll_up_now(own, interval);
  });
}

/// Of a chunk that is in columns already; it is not rolled up.
Oid convert_again(FunctionCallInfo fcinfo, const char* function, bool is_fine, bool recompress) {
  const chunk::OwnChunk own = locked(chunk::own_chunk(fcinfo->args[0], function), AccessShareLock);
  pg::call([&] {
    require_columnar(own.chunk.relation);
    convert_chunk(own, is_fine, recompress);
  });
  return own.chunk.relation;
}

void rebuild_filters(const chunk::OwnChunk& own, bool is_forced) {
  const Oid chunk = own.chunk.relation;
  require_columnar(chunk);
  const Settings settings = settings_of(own.hypertable.id);
  if (!is_forced && has_same_layout(own.chunk.id, settings, filter_text(chunk, settings))) {
    return report_nothing(chunk, true, ERRCODE_DUPLICATE_OBJECT, "as the options say already");
  }
  convert_chunk(own, true, true);
}

Oid convert_alone(FunctionCallInfo fcinfo) {
  const chunk::OwnChunk own =
      locked(chunk::own_chunk(fcinfo->args[0], "compress_chunk()"), AccessShareLock);
  pg::call([&] { convert_chunk(own, true, false); });
  return own.chunk.relation;
}

Oid decompress_call(FunctionCallInfo fcinfo, const char* function) {
  const chunk::OwnChunk own = locked(chunk::own_chunk(fcinfo->args[0], function), AccessShareLock);
  pg::call([&] { decompress(own, flag(fcinfo, 1, true)); });
  return own.chunk.relation;
}

}  // namespace

void convert_chunk(const chunk::OwnChunk& own, bool is_fine, bool recompress) {
  const Oid chunk = own.chunk.relation;
  require_table(chunk);
  const Settings settings = settings_of(own.hypertable.id);
  require_enabled(settings, own.hypertable.relation);
  const bool was_columnar = is_columnar(chunk);
  const char* filters = filter_text(chunk, settings);
  const bool is_same_layout = was_columnar && has_same_layout(own.chunk.id, settings, filters);
  if (was_columnar && !recompress && !has_changes(chunk)) {
    complete_ranges(own);
    return report_nothing(chunk, is_fine, ERRCODE_DUPLICATE_OBJECT, "in columns already");
  }
  const Scope scope = recompress || !is_same_layout ? Scope::kAll : Scope::kChanged;
  Conversion conversion = to_columns(chunk, settings, scope);
  if (was_columnar) keep_sizes(own.chunk.id, conversion);
  store_conversion(own.chunk.id, settings, filters, conversion);
  skipping::store_ranges(own.hypertable.id, chunk);
}

}  // namespace varve::columnstore

// compress_chunk(uncompressed_chunk regclass, if_not_compressed boolean, recompress boolean,
//     if_compressed boolean) returns regclass
VARVE_SQL_FUNCTION(varve_compress_chunk) {
  PG_RETURN_OID(varve::columnstore::compress_call(fcinfo, "compress_chunk()"));
}

// varve_catalog.convert_alone(chunk regclass) returns regclass
VARVE_SQL_FUNCTION(varve_convert_alone) {
  PG_RETURN_OID(varve::columnstore::convert_alone(fcinfo));
}

// decompress_chunk(uncompressed_chunk regclass, if_compressed boolean) returns regclass
VARVE_SQL_FUNCTION(varve_decompress_chunk) {
  PG_RETURN_OID(varve::columnstore::decompress_call(fcinfo, "decompress_chunk()"));
}

// convert_to_columnstore(chunk regclass, if_not_columnstore boolean, recompress boolean)
VARVE_SQL_FUNCTION(varve_convert_to_columnstore) {
  varve::columnstore::compress_call(fcinfo, "convert_to_columnstore()");
  PG_RETURN_VOID();
}

// convert_to_rowstore(chunk regclass, if_columnstore boolean)
VARVE_SQL_FUNCTION(varve_convert_to_rowstore) {
  varve::columnstore::decompress_call(fcinfo, "convert_to_rowstore()");
  PG_RETURN_VOID();
}

// recompress_chunk(chunk regclass, if_not_compressed boolean): what has been written since becomes
// columns, too
VARVE_SQL_FUNCTION(varve_recompress_chunk) {
  varve::columnstore::compress_call(fcinfo, "recompress_chunk()");
  PG_RETURN_VOID();
}

// _timescaledb_functions.recompress_chunk_segmentwise(uncompressed_chunk regclass,
//     if_compressed boolean) returns regclass
VARVE_SQL_FUNCTION(varve_recompress_chunk_segmentwise) {
  PG_RETURN_OID(varve::columnstore::convert_again(
      fcinfo, "recompress_chunk_segmentwise()", varve::columnstore::flag(fcinfo, 1, true), false));
}

// _timescaledb_functions.compact_chunk(chunk regclass, max_batches integer) returns regclass
VARVE_SQL_FUNCTION(varve_compact_chunk) {
  PG_RETURN_OID(varve::columnstore::convert_again(fcinfo, "compact_chunk()", true, false));
}

// _timescaledb_functions.rebuild_columnstore(chunk regclass)
VARVE_SQL_FUNCTION(varve_rebuild_columnstore) {
  varve::columnstore::convert_again(fcinfo, "rebuild_columnstore()", true, true);
  PG_RETURN_VOID();
}

// _timescaledb_functions.rebuild_sparse_index(chunk regclass, force boolean)
VARVE_SQL_FUNCTION(varve_rebuild_sparse_index) {
  namespace columnstore = varve::columnstore;
  const varve::chunk::OwnChunk own = columnstore::locked(
      varve::chunk::own_chunk(fcinfo->args[0], "rebuild_sparse_index()"), AccessShareLock);
  varve::pg::call([&] { columnstore::rebuild_filters(own, columnstore::flag(fcinfo, 1, false)); });
  PG_RETURN_VOID();
}
