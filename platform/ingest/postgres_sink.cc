#include "platform/ingest/postgres_sink.h"

#include <algorithm>
#include <libpq-fe.h>
#include <sys/socket.h>

#include "platform/base/json.h"
#include "platform/base/log.h"
#include "platform/ingest/failure.h"
#include "platform/ingest/json_text.h"
#include "platform/ingest/table.h"

namespace varve::ingest {
namespace {

using database::quote_literal;

// The longest that a database error may be in a dead letter.
constexpr std::size_t kMessageBytes = 2000;

std::string text_of(std::int64_t number) { return std::to_string(number); }

std::string column_list(const Table& table) {
  std::string list;
  for (const Column& column : table.columns) {
    list += (list.empty() ? "" : ", ") + std::string(column.name);
  }
  return list;
}

std::string copy_statement(std::string_view target, const Table& table) {
  return "COPY " + std::string(target) + " (" + column_list(table) + ") FROM STDIN (FORMAT binary)";
}

/// Empty at the start of each transaction. Its types are what we send, and not what the table has
/// today: then PostgreSQL converts, or says why not.
std::string stage_statement(const Table& table) {
  std::string columns;
  for (const Column& column : table.columns) {
    columns +=
        (columns.empty() ? "" : ", ") + std::string(column.name) + " " + std::string(column.type);
  }
  return "CREATE TEMPORARY TABLE " + std::string(table.stage) + " (" + columns +
         ") ON COMMIT DELETE ROWS";
}

/// An order is revenue once it is paid: PAID is passed once on the way from CREATED to DELIVERED,
/// which makes it the one status that neither counts an order twice nor before the money is there.
std::string revenue_statement(const std::string& margin, std::string_view on_conflict) {
  return "INSERT INTO public.revenue_metrics"
         " (time, region, revenue, profit, orders_count, order_id, event_id, tenant_id)"
         " SELECT time, coalesce(nullif(region, ''), 'unknown'), total_amount,"
         " coalesce(profit, total_amount * " +
         margin +
         "), 1, order_id, event_id, tenant_id"
         " FROM stage_order WHERE status = 'PAID'" +
         std::string(on_conflict);
}

/// `text` cut to what a dead letter holds, between characters.
std::string shortened(std::string text) {
  if (text.size() <= kMessageBytes) return text;
  std::size_t end = kMessageBytes;
  while (end > 0 && (text[end] & '\xc0') == '\x80') --end;
  return text.substr(0, end);
}

Rejection refusal(const StatementError& error) {
  return {std::string(reason::kDatabase) + error.sqlstate(), error.culprit(),
          shortened(error.what())};
}

}  // namespace

template <class Body>
auto PostgresSink::guarded(Body&& body) {
  try {
    if (!connection_ || !connection_->usable()) connect();
    return body();
  } catch (const database::Error& error) {
    disconnect();
    const std::string code = error.sqlstate().empty() ? "" : " (" + error.sqlstate() + ")";
    throw SinkError(failure_of(error.sqlstate()), error.what() + code);
  }
}

void PostgresSink::connect() {
  disconnect();
  auto fresh = database::Connection::open(options_.conninfo, "varve-ingest");
  {
    const std::lock_guard guard(interrupting_);
    connection_.emplace(std::move(fresh));
  }
  // A member that is frozen within a transaction must not hold up its successor for good.
  std::string setup =
      "SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = warning";
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    setup += ";" + stage_statement(table_of(static_cast<Kind>(kind)));
  }
  connection_->script(setup + ";" + stage_statement(dead_letter_table()));
  const auto self = connection_->execute(
      "SELECT format('%s@%s %s', pid, extract(epoch from backend_start), $1::text)"
      " FROM pg_stat_activity WHERE pid = pg_backend_pid()",
      {options_.instance});
  owner_ = quote_literal(self.text(0, 0));
  if (!options_.unique) check_column_types();
}

void PostgresSink::disconnect() noexcept {
  const std::lock_guard guard(interrupting_);
  connection_.reset();
}

void PostgresSink::interrupt() noexcept {
  const std::lock_guard guard(interrupting_);
  // Whoever waits on the socket finds it at its end; the server rolls back.
  if (connection_) ::shutdown(PQsocket(connection_->raw()), SHUT_RDWR);
}

/// COPY straight into a table sends bytes in the table's own types. Another type there would make
/// the server refuse, or misread, every row.
void PostgresSink::check_column_types() {
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    const Table& table = table_of(static_cast<Kind>(kind));
    for (const Column& column : table.columns) {
      const auto same = connection_->execute(
          "SELECT atttypid = $3::regtype FROM pg_attribute"
          " WHERE attrelid = $1::regclass AND attname = $2",
          {table.name, column.name, column.type});
      if (same.rows() == 1 && same.text(0, 0) == "t") continue;
      throw SinkError(Failure::kEnvironment,
                      "ingest.dedupe = none needs column " + std::string(column.name) + " of " +
                          std::string(table.name) + " to be of type " + std::string(column.type));
    }
  }
}

std::string PostgresSink::partition_list(std::span<const Partition> partitions) const {
  std::string list;
  for (const Partition& partition : partitions) {
    list += (list.empty() ? "(" : ", (") + quote_literal(topic(partition.topic)) + "," +
            std::to_string(partition.number) + ")";
  }
  return list;
}

std::vector<Position> PostgresSink::claim(std::span<const Partition> partitions,
                                          const FirstOffset& first_offset) {
  return guarded([&] {
    const std::string ours = " group_id = " + quote_literal(options_.group) +
                             " AND (topic, part) IN (" + partition_list(partitions) + ")";
    const auto known = connection_->script("SELECT topic, part FROM ingest.offsets WHERE" + ours);
    for (const Partition& partition : partitions) {
      bool found = false;
      for (int row = 0; row < known.rows(); ++row) {
        found = found || (known.text(row, 0) == topic(partition.topic) &&
                          known.integer(row, 1) == partition.number);
      }
      if (found) continue;
      connection_->execute(
          "INSERT INTO ingest.offsets (group_id, topic, part, next_offset)"
          " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
          {options_.group, topic(partition.topic), partition.number, first_offset(partition)});
    }
    // An owner that never let go may be frozen in the middle of a transaction, with locks that we
    // would wait for. Its epoch is over in any case.
    connection_->script(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND"
        " format('%s@%s', pid, extract(epoch from backend_start)) IN"
        " (SELECT split_part(owner, ' ', 1) FROM ingest.offsets WHERE" +
        ours + ")");
    const auto claimed = connection_->script(
        "UPDATE ingest.offsets SET epoch = epoch + 1, owner = " + owner_ +
        ", updated_at = now() WHERE" + ours + " RETURNING topic, part, next_offset, epoch");
    std::vector<Position> positions;
    for (int row = 0; row < claimed.rows(); ++row) {
      const auto kind =
          std::ranges::find(options_.topics, claimed.text(row, 0)) - options_.topics.begin();
      positions.push_back(
          {{static_cast<Kind>(kind), static_cast<std::int32_t>(claimed.integer(row, 1))},
           claimed.integer(row, 2),
           claimed.integer(row, 3)});
    }
    return positions;
  });
}

void PostgresSink::release(std::span<const Position> positions) noexcept {
  if (positions.empty() || !connection_ || !connection_->usable()) return;
  try {
    std::string values;
    for (const Position& position : positions) {
      values += (values.empty() ? "(" : ", (") + quote_literal(topic(position.partition.topic)) +
                "," + text_of(position.partition.number) + "," + text_of(position.epoch) + ")";
    }
    connection_->script(
        "UPDATE ingest.offsets SET owner = NULL WHERE group_id = " + quote_literal(options_.group) +
        " AND (topic, part, epoch) IN (" + values + ")");
  } catch (const std::exception& error) {
    log::debug("partitions were not released", {{"error", error.what()}});
  }
}

std::string PostgresSink::advance_statement(std::span<const Progress> progress) const {
  std::string values;
  for (const Progress& step : progress) {
    values += (values.empty() ? "(" : ", (") + quote_literal(topic(step.partition.topic)) + "," +
              text_of(step.partition.number) + "," + text_of(step.epoch) + "," +
              text_of(step.from) + "," + text_of(step.to) + ")";
  }
  return "UPDATE ingest.offsets o SET next_offset = v.next, owner = " + owner_ +
         ", updated_at = now() FROM (VALUES " + values +
         ") AS v (topic, part, epoch, expected, next) WHERE o.group_id = " +
         quote_literal(options_.group) +
         " AND o.topic = v.topic AND o.part = v.part"
         " AND o.epoch = v.epoch AND o.next_offset = v.expected";
}

/// Whether the very batch was committed before: the connection was lost before we heard of it.
bool PostgresSink::is_stored(std::span<const Progress> progress) {
  return std::ranges::all_of(progress, [&](const Progress& step) {
    return connection_
               ->execute(
                   "SELECT FROM ingest.offsets WHERE group_id = $1 AND topic = $2"
                   " AND part = $3 AND epoch = $4 AND next_offset = $5",
                   {options_.group, topic(step.partition.topic), step.partition.number, step.epoch,
                    step.to})
               .rows() == 1;
  });
}

void PostgresSink::put_gaps(StatementRun& run, std::span<const Gap> gaps) const {
  for (const Gap& gap : gaps) {
    run.add("INSERT INTO ingest.gaps (topic, part, from_offset, to_offset, cause) VALUES (" +
            quote_literal(topic(gap.partition.topic)) + "," + text_of(gap.partition.number) + "," +
            text_of(gap.from) + "," + text_of(gap.to) + "," +
            (gap.from < gap.to ? "'expired'" : "'recreated'") + ")");
  }
}

void PostgresSink::skip(const Position& position, std::int64_t to) {
  guarded([&] {
    StatementRun run(*connection_);
    const Gap gap{position.partition, position.next, to};
    const Progress step{position.partition, position.epoch, position.next, to};
    run.add("BEGIN");
    put_gaps(run, {&gap, 1});
    run.add(advance_statement({&step, 1}));
    const bool moved = run.flush().back() == 1;
    run.add(moved ? "COMMIT" : "ROLLBACK");
    run.flush();
    if (!moved && !is_stored({&step, 1})) {
      throw SinkError(Failure::kFenced, "the partition has been claimed by another instance");
    }
  });
}

Stored PostgresSink::store(Batch& batch) {
  return guarded([&] {
    try {
      return attempt(batch, false);
    } catch (const StatementError& error) {
      if (!blames_values(error.sqlstate())) throw;
      log::warn("the database refuses a row, looking for it",
                {{"sqlstate", error.sqlstate()}, {"error", error.what()}});
      connection_->script("ROLLBACK");
      return attempt(batch, true);
    }
  });
}

std::int64_t PostgresSink::put_rows(StatementRun& run, Kind kind, const RowBuffer& rows,
                                    std::size_t first, std::size_t last) {
  const Table& table = table_of(kind);
  const std::string_view bytes = rows.range(first, last);
  // Orders always pass the stage, since revenue is made from there.
  const bool staged = options_.unique || kind == Kind::kOrder;
  if (!staged) {
    run.copy(copy_statement(table.name, table), bytes);
    return run.flush().back();
  }
  const std::string on_conflict = options_.unique ? " ON CONFLICT (event_id, time) DO NOTHING" : "";
  const std::string columns = column_list(table);
  run.copy(copy_statement(table.stage, table), bytes);
  if (kind == Kind::kOrder) run.add(revenue_statement(options_.margin, on_conflict));
  run.add("INSERT INTO " + std::string(table.name) + " (" + columns + ") SELECT " + columns +
          " FROM " + std::string(table.stage) + on_conflict);
  return run.flush().back();
}

std::int64_t PostgresSink::put_by_halves(StatementRun& run, Kind kind, const RowBuffer& rows,
                                         std::size_t first, std::size_t last,
                                         std::vector<DeadLetter>& refused) {
  run.add("SAVEPOINT part");
  try {
    const std::int64_t stored = put_rows(run, kind, rows, first, last);
    run.add("RELEASE part; TRUNCATE " + std::string(table_of(kind).stage));
    run.flush();
    return stored;
  } catch (const StatementError& error) {
    if (!blames_values(error.sqlstate())) throw;
    run.add("ROLLBACK TO part; RELEASE part");
    run.flush();
    if (last - first == 1) {
      const Rejection why = refusal(error);
      refused.push_back({rows.message(first), why.code(), why.field(), why.what()});
      return 0;
    }
  }
  const std::size_t middle = first + (last - first) / 2;
  const std::int64_t stored = put_by_halves(run, kind, rows, first, middle, refused);
  return stored + put_by_halves(run, kind, rows, middle, last, refused);
}

void PostgresSink::put_dead_letters(StatementRun& run, const Batch& batch,
                                    std::span<const DeadLetter> dead_letters) {
  if (dead_letters.empty()) return;
  const Table& table = dead_letter_table();
  RowBuffer& rows = dead_letter_rows_;
  rows.clear();
  const auto add = [&](const std::optional<std::string_view>& bytes) {
    bytes ? rows.bytes(*bytes) : rows.null();
  };
  for (const DeadLetter& letter : dead_letters) {
    const Message& message = batch.messages[letter.message];
    rows.begin(static_cast<std::int16_t>(table.columns.size()));
    rows.bytes(topic(message.partition.topic));
    rows.integer(message.partition.number);
    rows.bigint(message.offset);
    add(message.key);
    add(message.value);
    message.headers.empty() ? rows.null() : rows.jsonb(headers_json(message.headers));
    rows.bytes(letter.code);
    letter.field.empty() ? rows.null() : rows.bytes(letter.field);
    rows.bytes(letter.text);
    rows.end(letter.message);
  }
  const std::string columns = column_list(table);
  run.copy(copy_statement(table.stage, table), rows.range(0, rows.rows()));
  // An offset comes twice only where a topic was made anew, or read again on purpose.
  run.add("INSERT INTO ingest.dead_letters AS d (" + columns + ") SELECT " + columns + " FROM " +
          std::string(table.stage) +
          " ON CONFLICT (topic, part, kafka_offset) DO UPDATE SET attempts = d.attempts + 1,"
          " last_seen = now(), status = 'open', published_at = NULL, key = excluded.key,"
          " value = excluded.value, headers = excluded.headers, error_code = excluded.error_code,"
          " error_field = excluded.error_field, error_message = excluded.error_message");
}

void PostgresSink::put_notifications(StatementRun& run, const Batch& batch,
                                     const Stored& stored) const {
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    if (stored.rows[kind] + stored.dead_letters[kind] == 0) continue;
    json::Object event;
    event.text("topic", options_.topics[kind]);
    event.integer("rows", stored.rows[kind]);
    event.integer("deadLetters", stored.dead_letters[kind]);
    if (batch.newest[kind]) event.text("maxTime", rfc3339(*batch.newest[kind]));
    run.add("SELECT pg_notify('varve_events', " + quote_literal(event.str()) + ")");
  }
}

Stored PostgresSink::attempt(Batch& batch, bool by_halves) {
  Stored stored;
  StatementRun run(*connection_);
  std::vector<DeadLetter> dead_letters = batch.dead_letters;
  run.add("BEGIN");
  for (std::size_t i = 0; i < kKinds; ++i) {
    const auto kind = static_cast<Kind>(i);
    const RowBuffer& rows = batch.rows[i];
    if (rows.rows() == 0) continue;
    stored.rows[i] = by_halves ? put_by_halves(run, kind, rows, 0, rows.rows(), dead_letters)
                               : put_rows(run, kind, rows, 0, rows.rows());
  }
  put_dead_letters(run, batch, dead_letters);
  put_gaps(run, batch.gaps);
  for (const DeadLetter& letter : dead_letters) {
    ++stored.dead_letters[static_cast<std::size_t>(batch.messages[letter.message].partition.topic)];
  }
  run.flush();
  options_.before_advance();

  run.add(advance_statement(batch.progress));
  const bool moved = run.flush().back() == std::ssize(batch.progress);
  if (moved) put_notifications(run, batch, stored);
  run.add(moved ? "COMMIT" : "ROLLBACK");
  run.flush();
  if (!moved && !is_stored(batch.progress)) {
    throw SinkError(Failure::kFenced, "a partition has been claimed by another instance");
  }
  return stored;
}

}  // namespace varve::ingest
