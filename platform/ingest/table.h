#pragma once

#include <array>
#include <span>
#include <string_view>

#include "platform/ingest/decoder.h"
#include "platform/ingest/row_buffer.h"

namespace varve::ingest {

/// A column that ingest writes, and the type in which it sends it.
struct Column {
  std::string_view name, type;
};

/// A table that events of one kind become rows of.
struct Table {
  std::string_view name;  // with its schema
  std::string_view stage;
  std::span<const Column> columns;
};

/// The table of events of that kind, with columns in the order of append_row().
const Table& table_of(Kind kind);

/// ingest.dead_letters, of which the key is (topic, part, kafka_offset).
const Table& dead_letter_table();

/// Appends `event` as a row of its table.
void append_row(RowBuffer& rows, const Event& event, std::uint32_t message);

}  // namespace varve::ingest
