// A refresh, in transactions of its own:
//
//   1  raise the threshold to where results will end, once all writers that committed by a lower
//      one are visible
//   2  hand the changes that writers logged on to the aggregates of the source
//   3  for each batch of buckets: lock, forget that it is stale, replace its results, move the
//      watermark
//
// Why no change is lost on the way: docs/decisions/aggregate-invalidation.md.
#include "extension/continuous_aggregate/refresh.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/hypertable_table.h"
#include "extension/catalog/ownership.h"
#include "extension/chunk/coordinate.h"
#include "extension/continuous_aggregate/aggregate_table.h"
#include "extension/continuous_aggregate/definition.h"
#include "extension/continuous_aggregate/row_security.h"
#include "extension/continuous_aggregate/sql.h"
#include "extension/continuous_aggregate/stored.h"
#include "extension/continuous_aggregate/work.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/transam.h>
#include <access/xact.h>
#include <access/xlog.h>
#include <executor/spi.h>
#include <miscadmin.h>
#include <utils/builtins.h>
#include <utils/inval.h>
#include <utils/lsyscache.h>
#include <utils/snapmgr.h>
}

namespace varve::continuous_aggregate {
namespace {

/// Each statement sees what has been committed before it, whatever the session's default.
void next_transaction() {
  pg::call([] {
    SPI_commit();
    XactIsoLevel = XACT_READ_COMMITTED;
  });
}

void abandon_transaction() {
  pg::call([] {
    SPI_rollback();
    XactIsoLevel = XACT_READ_COMMITTED;
  });
}

std::string number(std::int64_t value) { return std::to_string(value); }

std::int64_t query_number(const std::string& statement, std::int64_t otherwise) {
  return pg::call([&] {
    execute(statement.c_str());
    return number_or(otherwise);
  });
}

/// What SQL compares a column of ranges with: those of the aggregate that meet `range`.
std::string meets(std::int32_t id, Range range) {
  return " WHERE id = " + number(id) + " AND range_begin < " + number(range.end) +
         " AND range_end > " + number(range.begin);
}

/// Another session has truncated the aggregate: what has been computed is gone, and all is stale.
struct Emptied {};

/// An aggregate under refresh. Read again in each transaction: it may change, or go.
class Refresh {
 public:
  Refresh(std::int32_t id, const RefreshOptions& options) : id_(id), options_(options) { load(); }

  void run(Range window) {
    for (;;) {
      try {
        return attempt(window);
      } catch (const Emptied&) {
        // The work is another now. Going on would move the watermark over what is missing.
      }
    }
  }

 private:
  void attempt(Range window) {
    const std::int64_t end = end_of_results(window);
    raise_threshold(end);
    hand_on_changes();
    // Behind the last row there is nothing to compute. It stays stale.
    window.end = std::min(window.end, std::max(end, watermark()));
    const std::int64_t known = reached_ = watermark();
    std::int64_t left = options_.max_batches > 0 ? options_.max_batches : INT64_MAX;
    for (const Range& range : work(window)) {
      const bool downwards = options_.newest_first && range.begin < known;
      for (Range rest = range; !is_empty(rest);) {
        if (left-- == 0) return;
        const Range batch = downwards ? last_batch(rest) : first_batch(rest);
        if (is_empty(batch)) throw std::logic_error("a batch of a refresh holds no bucket");
        while (!replace(batch)) {
        }
        (downwards ? rest.end : rest.begin) = downwards ? batch.begin : batch.end;
      }
    }
    forget_frozen();
    if (window.begin == kBeforeAll) settle_beginning();
  }

  void load() {
    pg::call([&] {
      const auto found = AggregateTable::find_by_id(id_);
      if (!found) {
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                        errmsg("the continuous aggregate was dropped while it was refreshed")));
      }
      aggregate_ = *found;
      owner_ = catalog::owner_of(aggregate_.relation);
      definition_ = find_definition(query_of(aggregate_.definition));
      check_sees_all(definition_, owner_);
    });
  }

  [[nodiscard]] Edges edges() const { return edges_of(definition_.bucket); }

  /// Where the bucket of the newest row ends, or the window does before.
  [[nodiscard]] std::int64_t end_of_results(Range window) const {
    const auto last = newest(aggregate_.source);
    if (!last) return kBeforeAll;
    return std::min(edges().end_of(*last), window.end);
  }

  void raise_threshold(std::int64_t end) {
    const std::int32_t source = aggregate_.source_id;
    if (end <= pg::call([&] { return threshold_of(source); })) return;
    pg::call([&] { acquire(Lock::kThreshold, source, true); });
    pg::call([&] {
      execute(
          psprintf("UPDATE varve_catalog.aggregate_threshold SET threshold = %lld "
                   "WHERE source_id = %d AND threshold < %lld",
                   static_cast<long long>(end), source, static_cast<long long>(end)));
    });
    next_transaction();
  }

  void hand_on_changes() {
    const std::string mine = " WHERE source_id = " + number(aggregate_.source_id);
    if (query_number("SELECT 1::bigint FROM varve_catalog.aggregate_change" + mine + " LIMIT 1",
                     0) == 0) {
      return;
    }
    const std::string move =
        "WITH moved AS (DELETE FROM varve_catalog.aggregate_change" + mine +
        " RETURNING range_begin, range_end, inserted_since, inserted_after, cluster) "
        "INSERT INTO varve_catalog.aggregate_stale SELECT a.id, m.range_begin, m.range_end, "
        "m.inserted_since, m.inserted_after, m.cluster FROM moved m, "
        "varve_catalog.continuous_aggregate a" +
        mine;
    pg::call([&] {
      acquire(Lock::kChanges, aggregate_.source_id, true);
      execute(move.c_str());
    });
    next_transaction();
  }

  /// What is frozen is never computed, stale or not. One statement, so that a chunk which is
  /// attached meanwhile shows in both of its tables or in none.
  void forget_frozen() {
    const std::string mine = " WHERE id = " + number(id_);
    const std::string never =
        mine +
        " AND int8range(range_begin, range_end) <@ (SELECT range_agg(int8range(range_begin, "
        "range_end)) FROM varve_catalog.aggregate_frozen" +
        mine + ")";
    const std::string stale = " FROM varve_catalog.aggregate_stale" + never;
    if (query_number("SELECT 1::bigint" + stale + " LIMIT 1", 0) == 0) return;
    const std::string remove = "DELETE" + stale;
    pg::call([&] { execute(remove.c_str()); });
    next_transaction();
  }

  [[nodiscard]] std::int64_t watermark() const {
    return pg::call([&] { return watermark_at(id_, nullptr); });
  }

  /// Ranges of a table as whole buckets, as far as there are rows or results.
  [[nodiscard]] Ranges buckets(const char* table, Range range) const {
    const std::string select = std::string("SELECT range_begin, range_end FROM varve_catalog.") +
                               table + meets(id_, range);
    pg::call([&] { execute(select.c_str()); });
    Ranges ranges = common(merged(read_ranges()), range);
    for (Range& part : ranges) part = edges().circumscribed(part);
    return merged(std::move(ranges));
  }

  Ranges work(Range window) {
    const auto extent = extent_of_rows(aggregate_);
    if (!extent) return {};
    data_ = edges().circumscribed(*extent);
    return work_of({.stale = buckets("aggregate_stale", *data_),
                    .frozen = buckets("aggregate_frozen", *data_),
                    .watermark = watermark(),
                    .window = window,
                    .data = *data_,
                    .force = options_.force},
                   options_.newest_first);
  }

  /// What one transaction computes: so many buckets, or those of a chunk of results, so that a new
  /// chunk is filled at once.
  [[nodiscard]] Range first_batch(Range range) const {
    if (options_.batch_buckets == 0) {
      const Range cell = cell_of_results(aggregate_, range.begin);
      return {range.begin, std::min(range.end, edges().ceiling(cell.end))};
    }
    if (range.end - range.begin <= batch_width()) return range;
    return {range.begin, edges().ceiling(range.begin + batch_width())};
  }

  [[nodiscard]] Range last_batch(Range range) const {
    if (options_.batch_buckets == 0) {
      const Range cell = cell_of_results(aggregate_, edges().floor(range.end - 1));
      return {std::max(range.begin, edges().ceiling(cell.begin)), range.end};
    }
    if (range.end - range.begin <= batch_width()) return range;
    return {edges().floor(range.end - batch_width()), range.end};
  }

  /// In coordinates.
  [[nodiscard]] std::int64_t batch_width() const {
    const std::int64_t bucket = definition_.bucket.width;
    return options_.batch_buckets > INT64_MAX / bucket ? INT64_MAX
                                                       : options_.batch_buckets * bucket;
  }

  /// One transaction. False where rows were dropped meanwhile, and nothing has been changed.
  bool replace(Range batch) {
    pg::call([&] {
      CHECK_FOR_INTERRUPTS();
      acquire(Lock::kRanges, id_, true);
    });
    load();  // under the lock, which whoever gives the aggregate another query takes, too
    if (watermark() < reached_) {
      abandon_transaction();
      throw Emptied{};
    }
    const Ranges frozen = buckets("aggregate_frozen", batch);
    const Ranges wanted = without({batch}, frozen);
    if (wanted.size() != 1 || wanted.front() != batch) {
      // Another session dropped chunks since the work was planned.
      abandon_transaction();
      for (const Range& part : wanted) {
        while (!replace(part)) {
        }
      }
      return true;
    }
    auto insertions = forget_stale(batch);
    // Of what has never been computed, all is new.
    if (options_.force || batch.end > watermark()) insertions.reset();
    replace_results(aggregate_, definition_, owner_, batch, insertions);
    if (buckets("aggregate_frozen", batch) != frozen) {
      abandon_transaction();
      return false;
    }
    move_watermark(batch.end);
    reached_ = watermark();
    next_transaction();
    return true;
  }

  /// Before the rows are read: what becomes stale from now on stays so. Gives the insertions into
  /// the batch, if nothing else has happened to it.
  std::optional<Insertions> forget_stale(Range batch) {
    const std::string begin = number(batch.begin);
    const std::string end = number(batch.end);
    const std::string origin = ", inserted_since, inserted_after, cluster FROM gone ";
    const std::string statement =
        "WITH gone AS (DELETE FROM varve_catalog.aggregate_stale" + meets(id_, batch) +
        " RETURNING *), kept AS (INSERT INTO varve_catalog.aggregate_stale SELECT id, "
        "range_begin, " +
        begin + origin + "WHERE range_begin < " + begin + " UNION ALL SELECT id, " + end +
        ", range_end" + origin + "WHERE range_end > " + end +
        ") SELECT min(inserted_since), (min(inserted_after) - '0/0')::bigint FROM gone HAVING "
        "bool_and(inserted_since IS NOT NULL AND cluster = " +
        number(static_cast<std::int64_t>(GetSystemIdentifier())) + ")";
    pg::call([&] { execute(statement.c_str()); });
    const Ranges first = read_ranges();  // two numbers
    if (first.empty()) return std::nullopt;
    return Insertions{FullTransactionIdFromU64(static_cast<std::uint64_t>(first[0].begin)),
                      static_cast<XLogRecPtr>(first[0].end)};
  }

  /// Before the first row nothing is stale. Should rows have come there meanwhile, their chunk
  /// shows.
  void settle_beginning() {
    if (!data_) return;
    const Range before = {kBeforeAll, data_->begin};
    const std::string select =
        "SELECT 1::bigint FROM varve_catalog.aggregate_stale" + meets(id_, before) + " LIMIT 1";
    if (query_number(select, 0) == 0) return;
    pg::call([&] { acquire(Lock::kRanges, id_, true); });
    forget_stale(before);
    const auto rows = extent_of_chunks(aggregate_.source_id);
    if (!rows || rows->begin >= before.end) {
      next_transaction();
    } else {
      abandon_transaction();
    }
  }

  /// Plans that have the old one are made again.
  void move_watermark(std::int64_t end) {
    if (end <= watermark()) return;
    const std::string statement =
        "UPDATE varve_catalog.aggregate_watermark SET watermark = " + number(end) +
        " WHERE id = " + number(id_);
    pg::call([&] {
      execute(statement.c_str());
      CacheInvalidateRelcacheByRelid(aggregate_.materialization);
    });
  }

  std::int32_t id_;
  RefreshOptions options_;
  Aggregate aggregate_ = {};
  Oid owner_ = InvalidOid;
  Definition definition_ = {};
  std::int64_t reached_ = kBeforeAll;  // the watermark when this looked last
  std::optional<Range> data_;          // outside there were neither rows nor results
};

}  // namespace

void refresh(std::int32_t id, Range window, const RefreshOptions& options) {
  if (IsolationUsesXactSnapshot()) next_transaction();
  Refresh(id, options).run(window);
}

void refresh_all(std::int32_t id) {
  pg::entry([&] { refresh(id, {kBeforeAll, kAfterAll}, {}); });
}

}  // namespace varve::continuous_aggregate
