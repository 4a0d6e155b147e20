#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/database.h"
#include "platform/ingest/event_sink.h"
#include "platform/ingest/statement_run.h"

namespace varve::ingest {

struct SinkOptions {
  std::string conninfo;
  std::string group;
  std::array<std::string, kKinds> topics;
  /// Rows go through a staging table, and those whose (event_id, time) is there already are left
  /// out. Without it they are copied straight into the table, which is faster.
  bool unique = true;
  /// Profit of an order that states none, as a share of its amount: a decimal number.
  std::string margin = "0";
  std::string instance;
  /// Runs within the transaction, before the positions move. For tests of fencing.
  std::function<void()> before_advance = [] {};
};

/// Stores batches in PostgreSQL: rows, dead letters and positions in one transaction.
///
///   BEGIN                                          COPY and INSERT .. ON CONFLICT for each table
///   COPY stage, INSERT INTO table SELECT stage     | one orders' row gives a revenue row as well
///   COPY stage, INSERT INTO ingest.dead_letters
///   UPDATE ingest.offsets .. WHERE epoch = claimed AND next_offset = expected
///   pg_notify, COMMIT                              only if every position moved
class PostgresSink final : public EventSink {
 public:
  explicit PostgresSink(SinkOptions options) : options_(std::move(options)) {}

  std::vector<Position> claim(std::span<const Partition> partitions,
                              const FirstOffset& first_offset) override;
  void release(std::span<const Position> positions) noexcept override;
  Stored store(Batch& batch) override;
  void skip(const Position& position, std::int64_t to) override;
  void interrupt() noexcept override;

 private:
  /// Runs `body` with a connection, and turns what it throws into SinkError.
  template <class Body>
  auto guarded(Body&& body);
  void connect();
  void disconnect() noexcept;
  void check_column_types();

  [[nodiscard]] const std::string& topic(Kind kind) const {
    return options_.topics[static_cast<std::size_t>(kind)];
  }
  /// ('topic',part), ... for IN.
  [[nodiscard]] std::string partition_list(std::span<const Partition> partitions) const;

  /// With `by_halves` a range of rows that the database refuses is cut in two until the rows
  /// to blame are found.
  Stored attempt(Batch& batch, bool by_halves);
  std::int64_t put_rows(StatementRun& run, Kind kind, const RowBuffer& rows, std::size_t first,
                        std::size_t last);
  std::int64_t put_by_halves(StatementRun& run, Kind kind, const RowBuffer& rows, std::size_t first,
                             std::size_t last, std::vector<DeadLetter>& refused);
  void put_dead_letters(StatementRun& run, const Batch& batch,
                        std::span<const DeadLetter> dead_letters);
  void put_gaps(StatementRun& run, std::span<const Gap> gaps) const;
  void put_notifications(StatementRun& run, const Batch& batch, const Stored& stored) const;
  [[nodiscard]] std::string advance_statement(std::span<const Progress> progress) const;
  bool is_stored(std::span<const Progress> progress);

  SinkOptions options_;
  std::optional<database::Connection> connection_;
  std::mutex interrupting_;  // guards connection_'s coming and going against interrupt()
  std::string owner_;        // of this connection, quoted
  RowBuffer dead_letter_rows_;
};

}  // namespace varve::ingest
