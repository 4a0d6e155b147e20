// move_chunk() with a limit: moves as much as a run may, and goes on where chunks are locked.
#include <string>

#include "extension/chunk/maintain/move_run.h"
#include "extension/chunk/maintain/rewrite_chunk.h"
#include "extension/chunk/maintain/tablespace.h"

#include "extension/pg/attempt.h"
#include "extension/pg/boundary.h"
extern "C" {
#include <access/relation.h>
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::chunk {
namespace {

constexpr const char* kFunction = "move_chunk()";

const char* text_argument(FunctionCallInfo fcinfo, int position, const char* name) {
  if (PG_ARGISNULL(position)) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "argument \"" + std::string(name) + "\" must not be null");
  }
  return pg::call([&] { return text_to_cstring(PG_GETARG_TEXT_PP(position)); });
}

OnFailure on_failure_argument(FunctionCallInfo fcinfo, int position) {
  const char* word = text_argument(fcinfo, position, "on_failure");
  if (const auto on_failure = on_failure_of(word)) return *on_failure;
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                     "\"" + std::string(word) + "\" is not what to do on failure",
                     "It is one of fail, skip and retry.");
}

Budget budget_argument(FunctionCallInfo fcinfo, int position) {
  if (PG_ARGISNULL(position)) return Budget(std::nullopt);
  if (PG_GETARG_INT64(position) <= 0) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "max_bytes must be positive");
  }
  return Budget(PG_GETARG_INT64(position));
}

/// Whether the table and all its indexes are where they shall be. C API.
bool is_there(Oid chunk, const Placement& placement) {
  if (tablespace_of_relation(chunk) != placement.table) return false;
  Relation table = try_relation_open(chunk, AccessShareLock);
  if (table == nullptr) return true;  // dropped meanwhile
  List* indexes = RelationGetIndexList(table);
  relation_close(table, AccessShareLock);
  ListCell* cell;
  foreach (cell, indexes) {
    if (tablespace_of_relation(lfirst_oid(cell)) != placement.indexes) return false;
  }
  return true;
}

std::int64_t size_of(Oid chunk) {
  const NullableDatum size = pg::call([&] {
    LOCAL_FCINFO(call, 1);
    InitFunctionCallInfoData(*call, nullptr, 1, InvalidOid, nullptr, nullptr);
    call->args[0] = {ObjectIdGetDatum(chunk), false};
    const Datum value = pg_total_relation_size(call);
    return NullableDatum{value, call->isnull};
  });
  return size.isnull ? 0 : DatumGetInt64(size.value);
}

/// What has become of a chunk in a run.
struct Step {
  bool exceeds_budget;
  std::int64_t moved_bytes;
};

Step move_if_allowed(const OwnChunk& chunk, const NewFiles& files, const Budget& budget) {
  const Oid relation = chunk.chunk.relation;
  if (pg::call([&] { return is_there(relation, files.placement); })) return {false, 0};
  const std::int64_t size_bytes = size_of(relation);
  if (!budget.allows(size_bytes)) return {true, 0};
  rewrite_chunk(chunk, files, DEBUG2, kFunction);
  return {false, size_bytes};
}

/// The same, where others may keep the chunk locked: then it stays where it is.
Step try_to_move(const OwnChunk& chunk, const NewFiles& files, const Budget& budget, int times) {
  Step step = {};
  auto once = [&] { step = pg::entry([&] { return move_if_allowed(chunk, files, budget); }); };
  for (int i = 0; i < times; ++i) {
    if (pg::call([&] { return pg::attempt_locks(once); }) == pg::LockAttempt::kDone) return step;
  }
  pg::call([&] {
    ereport(NOTICE, (errmsg("chunk \"%s\" stays where it is, since others have it locked",
                            get_rel_name(chunk.chunk.relation))));
  });
  return {};
}

/// The chunks that `relation` stands for: itself, or those of a hypertable but the newest, in which
/// rows arrive.
catalog::ChunkTable::Chunks chunks_of(const catalog::Hypertable& hypertable) {
  auto chunks = catalog::ChunkTable::of_hypertable(hypertable.id);
  if (chunks.count > 0) --chunks.count;
  return chunks;
}

void require_owner(const catalog::Hypertable& hypertable) {
  pg::call([&] {
    PreventCommandIfReadOnly(kFunction);
    if (pg_class_ownercheck(hypertable.relation, GetUserId())) return;
    aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(hypertable.relation));
  });
}

std::int64_t move_all(const catalog::Hypertable& hypertable,
                      const catalog::ChunkTable::Chunks& chunks, const NewFiles& files,
                      Budget budget, OnFailure on_failure) {
  std::int64_t moved = 0;
  for (std::size_t i = 0; i < chunks.count; ++i) {
    const OwnChunk chunk = {chunks.rows[i], hypertable};
    const Step step = on_failure == OnFailure::kFail
                          ? move_if_allowed(chunk, files, budget)
                          : try_to_move(chunk, files, budget, attempts(on_failure));
    if (step.exceeds_budget) break;
    if (step.moved_bytes == 0) continue;
    budget.spend(step.moved_bytes);
    moved += step.moved_bytes;
  }
  return moved;
}

Datum move_chunks(FunctionCallInfo fcinfo) {
  const char* table = text_argument(fcinfo, 1, "destination");
  const char* indexes = text_argument(fcinfo, 2, "index_destination");
  const Budget budget = budget_argument(fcinfo, 3);
  const OnFailure on_failure = on_failure_argument(fcinfo, 4);
  const auto parent =
      PG_ARGISNULL(0) ? std::nullopt : catalog::HypertableTable::find(PG_GETARG_OID(0));
  if (parent) require_owner(*parent);
  OwnChunk single = {};
  if (!parent) single = own_chunk(fcinfo->args[0], kFunction);
  const NewFiles files = {false, InvalidOid, pg::call([&] {
                            return Placement{tablespace_at(table), true, tablespace_at(indexes)};
                          })};
  const catalog::Hypertable& hypertable = parent ? *parent : single.hypertable;
  const auto chunks = parent ? chunks_of(*parent) : catalog::ChunkTable::Chunks{&single.chunk, 1};
  return Int64GetDatum(move_all(hypertable, chunks, files, budget, on_failure));
}

}  // namespace
}  // namespace varve::chunk

// move_chunk(chunk regclass, destination text, index_destination text, max_bytes bigint,
//            on_failure text) returns bigint
VARVE_SQL_FUNCTION(varve_move_chunks) { return varve::chunk::move_chunks(fcinfo); }
