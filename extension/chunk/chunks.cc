// show_chunks() and drop_chunks().
#include <algorithm>
#include <string>

#include "extension/catalog/aggregate_results.h"
#include "extension/catalog/chunk_table.h"
#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/bound.h"
#include "extension/chunk/coordinate.h"
#include "extension/chunk/divided_slice.h"
#include "extension/chunk/drop.h"
#include "extension/chunk/frozen.h"
#include "extension/chunk/lock_set.h"
#include "extension/chunk/window.h"

#include "extension/pg/boundary.h"
#include "extension/pg/set_returning.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <catalog/objectaddress.h>
#include <catalog/pg_class.h>
#include <catalog/pg_inherits.h>
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
}

namespace varve::chunk {
namespace {

/// Which chunks are meant: a window of their ranges or one of their times of creation.
struct Selection {
  bool by_creation;
  Window window;

  bool has(const catalog::Chunk& chunk) const {
    return by_creation ? created_in(chunk.created, window) : lies_in(chunk.slice, window);
  }
};

/// Where the two functions have their bounds.
struct Positions {
  int older_than, newer_than, created_before, created_after;
};

/// The hypertable that is named, or the results of the aggregate that is.
catalog::Hypertable hypertable_of(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(0)) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "the hypertable must not be null");
  }
  const Oid relation = PG_GETARG_OID(0);
  if (const auto row = catalog::HypertableTable::find(relation)) return *row;
  if (const auto row = catalog::results_of_aggregate(relation)) return *row;
  const char* name = pg::call([&] { return get_rel_name(relation); });
  throw pg::SqlError(pg::kHypertableNotExist,
                     "table \"" + (name != nullptr ? std::string(name) : std::to_string(relation)) +
                         "\" is not a hypertable");
}

void require_order(std::optional<std::int64_t> from, const char* from_name,
                   std::optional<std::int64_t> to, const char* to_name) {
  if (!from || !to || *from <= *to) return;
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "no chunk can be selected, since \"" +
                                                          std::string(to_name) +
                                                          "\" lies before \"" + from_name + "\"");
}

Selection selection_of(FunctionCallInfo fcinfo, const catalog::Hypertable& hypertable,
                       Positions at) {
  const bool by_range = !PG_ARGISNULL(at.older_than) || !PG_ARGISNULL(at.newer_than);
  const bool by_creation = !PG_ARGISNULL(at.created_before) || !PG_ARGISNULL(at.created_after);
  if (by_range && by_creation) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "bounds of the range and of the time of creation cannot be combined");
  }
  Selection selection = {by_creation, {}};
  std::optional<std::int64_t> from, to;
  if (by_creation) {
    from = creation_bound(fcinfo, at.created_after, "created_after");
    to = creation_bound(fcinfo, at.created_before, "created_before");
    require_order(from, "created_after", to, "created_before");
  } else {
    from = range_bound(fcinfo, at.newer_than, "newer_than", hypertable);
    to = range_bound(fcinfo, at.older_than, "older_than", hypertable);
    require_order(from, "newer_than", to, "older_than");
  }
  if (from) selection.window.from = *from;
  if (to) selection.window.to = *to;
  return selection;
}

/// The chunks of the selection by ascending range, in the current memory context.
catalog::ChunkTable::Chunks select(const catalog::Hypertable& hypertable,
                                   const Selection& selection) {
  // A chunk that lies in a window begins in it; no chunk begins at the largest number.
  const Window& window = selection.window;
  auto chunks = selection.by_creation
                    ? catalog::ChunkTable::of_hypertable(hypertable.id)
                    : catalog::ChunkTable::of_hypertable(hypertable.id, {window.from, window.to});
  std::size_t kept = 0;
  for (std::size_t i = 0; i < chunks.count; ++i) {
    if (selection.has(chunks.rows[i])) chunks.rows[kept++] = chunks.rows[i];
  }
  chunks.count = kept;
  return chunks;
}

void require_owner(Oid relation) {
  pg::call([&] {
    PreventCommandIfReadOnly("drop_chunks()");
    if (!pg_class_ownercheck(relation, GetUserId())) {
      aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(relation));
    }
    LockRelationOid(relation, AccessShareLock);
  });
}

Oid* relations_of(const catalog::ChunkTable::Chunks& chunks) {
  auto* relations = static_cast<Oid*>(pg::call([&] {
    return MemoryContextAllocHuge(CurrentMemoryContext, (chunks.count + 1) * sizeof(Oid));
  }));
  for (std::size_t i = 0; i < chunks.count; ++i) relations[i] = chunks.rows[i].relation;
  return relations;
}

/// Whether each of `chunks` is one of `relations`.
bool all_among(const catalog::ChunkTable::Chunks& chunks, Oid* relations, std::size_t count) {
  std::sort(relations, relations + count);
  return std::all_of(chunks.rows, chunks.rows + chunks.count, [&](const catalog::Chunk& chunk) {
    return std::binary_search(relations, relations + count, chunk.relation);
  });
}

/// What holds each of the chunks below the hypertable: itself, or its slice. Those of one slice
/// follow each other.
Oid* parts_of(Oid parent, const Oid* relations, std::size_t count) {
  return pg::call([&] {
    auto* parts =
        static_cast<Oid*>(MemoryContextAllocHuge(CurrentMemoryContext, (count + 1) * sizeof(Oid)));
    for (std::size_t i = 0; i < count; ++i) parts[i] = part_of_hypertable(relations[i], parent);
    return parts;
  });
}

/// The chunks of the selection, locked against everybody, slices as a whole. While it waited for
/// them others may have dropped some, or cut or joined them: what no longer lies in the selection
/// is not ours to drop.
catalog::ChunkTable::Chunks select_and_lock(const catalog::Hypertable& hypertable,
                                            const Selection& selection) {
  auto chunks = select(hypertable, selection);
  for (;;) {
    Oid* relations = relations_of(chunks);
    Oid* parts = parts_of(hypertable.relation, relations, chunks.count);
    const std::size_t count = std::unique(parts, parts + chunks.count) - parts;
    pg::call([&] { lock_all(parts, count, AccessExclusiveLock); });
    const auto now = select(hypertable, selection);
    if (all_among(now, relations, chunks.count)) return now;
    pg::call([&] { unlock_all(parts, count, AccessExclusiveLock); });
    chunks = now;
  }
}

/// Whether `count` chunks are all of the slice `part`, or the part is a chunk itself. C API.
bool is_whole(Oid part, std::size_t count) {
  return OidIsValid(part) &&
         (get_rel_relkind(part) != RELKIND_PARTITIONED_TABLE ||
          static_cast<std::size_t>(list_length(find_inheritance_children(part, NoLock))) == count);
}

/// The names of the chunks that were dropped.
pg::Datums drop_all(Oid parent, const catalog::ChunkTable::Chunks& chunks, int level) {
  const Oid* parts = parts_of(parent, relations_of(chunks), chunks.count);
  return pg::call([&] {
    for (std::size_t i = 0; i < chunks.count; ++i) {
      require_not_frozen(chunks.rows[i].relation, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                         "dropped");
    }
    auto* names = static_cast<Datum*>(palloc0((chunks.count + 1) * sizeof(Datum)));
    std::size_t count = 0;
    std::size_t next = 0;
    for (std::size_t i = 0; i < chunks.count; i = next) {
      for (next = i + 1; next < chunks.count && parts[next] == parts[i];) ++next;
      if (!is_whole(parts[i], next - i)) continue;
      for (std::size_t k = i; k < next; ++k) {
        const Oid chunk = chunks.rows[k].relation;
        const char* qualified = quote_qualified_identifier(
            get_namespace_name(get_rel_namespace(chunk)), get_rel_name(chunk));
        ereport(level, (errmsg("dropping chunk %s", qualified)));
        names[count++] = CStringGetTextDatum(qualified);
      }
      drop(parent, parts[i], true);
    }
    return pg::Datums{names, count};
  });
}

pg::Datums show(FunctionCallInfo fcinfo) {
  const catalog::Hypertable hypertable = hypertable_of(fcinfo);
  const auto chunks = select(hypertable, selection_of(fcinfo, hypertable, {1, 2, 3, 4}));
  auto* relations =
      pg::call([&] { return static_cast<Datum*>(palloc((chunks.count + 1) * sizeof(Datum))); });
  for (std::size_t i = 0; i < chunks.count; ++i) {
    relations[i] = ObjectIdGetDatum(chunks.rows[i].relation);
  }
  return {relations, chunks.count};
}

pg::Datums drop_selected(FunctionCallInfo fcinfo) {
  const catalog::Hypertable hypertable = hypertable_of(fcinfo);
  require_owner(hypertable.relation);
  const Positions at = {1, 2, 4, 5};
  if (PG_ARGISNULL(at.older_than) && PG_ARGISNULL(at.newer_than) &&
      PG_ARGISNULL(at.created_before) && PG_ARGISNULL(at.created_after)) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "drop_chunks() needs at least one bound",
                       {}, "To remove all rows, use TRUNCATE.");
  }
  const Selection selection = selection_of(fcinfo, hypertable, at);
  const bool verbose = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3);
  const auto chunks = select_and_lock(hypertable, selection);
  return drop_all(hypertable.relation, chunks, verbose ? INFO : DEBUG2);
}

}  // namespace
}  // namespace varve::chunk

// show_chunks(relation regclass, older_than "any", newer_than "any", created_before "any",
//             created_after "any") returns setof regclass
VARVE_SQL_FUNCTION(varve_show_chunks) {
  return varve::pg::return_each(fcinfo, [&] { return varve::chunk::show(fcinfo); });
}

// drop_chunks(relation regclass, older_than "any", newer_than "any", verbose boolean,
//             created_before "any", created_after "any") returns setof text
VARVE_SQL_FUNCTION(varve_drop_chunks) {
  return varve::pg::return_each(fcinfo, [&] { return varve::chunk::drop_selected(fcinfo); });
}
