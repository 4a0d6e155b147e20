#pragma once

#include <algorithm>
#include <span>

#include "extension/pg/postgres.h"

namespace varve::pg {

/// Doubles an open-addressing table that lies in palloc()ed memory, and frees what it had. A Table
/// is made over a span of zeroed entries and a smaller one. C API.
template <class Table>
void grow(Table& table) {
  constexpr std::size_t kFirst = 1024;  // entries
  const auto before = table.memory();
  using Entry = typename decltype(before)::element_type;
  const std::size_t entries = std::max(kFirst, before.size() * 2);
  auto* memory = static_cast<Entry*>(
      palloc_extended(entries * sizeof(Entry), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
  const Table smaller = table;
  table = Table({memory, entries}, smaller);
  if (!before.empty()) pfree(before.data());
}

}  // namespace varve::pg
