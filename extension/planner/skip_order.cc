#include "extension/planner/skip_order.h"

#include <algorithm>
#include <cstddef>

namespace varve::planner {
namespace {

bool contains(std::span<const int> keys, int attribute) {
  return std::find(keys.begin(), keys.end(), attribute) != keys.end();
}

/// How many columns of the index it takes to have all keys, 0 where one is missing, another column
/// comes before them, or nothing is left to skip.
int prefix_length(std::span<const IndexedColumn> index, std::span<const int> keys) {
  std::size_t found = 0;
  bool skips = false;
  int length = 0;
  for (const IndexedColumn& column : index) {
    if (found == keys.size()) break;
    const bool is_key = column.attribute != 0 && contains(keys, column.attribute);
    if (!is_key && !column.is_bound) return 0;
    if (is_key) ++found;
    skips = skips || !column.is_bound;
    ++length;
  }
  return found == keys.size() && skips ? length : 0;
}

/// Whether `column`, read in one of its two directions, has the order that is asked for.
std::optional<bool> direction(const IndexedColumn& column, const OrderedColumn& order) {
  if (column.attribute != order.attribute) return std::nullopt;
  const bool backward = column.descending != order.descending;
  const bool nulls_first = column.nulls_first != backward;
  if (!column.not_null && nulls_first != order.nulls_first) return std::nullopt;
  return backward;
}

/// The direction of the columns behind the prefix; none where they do not have the order.
std::optional<bool> rest_direction(std::span<const IndexedColumn> index,
                                   std::span<const OrderedColumn> rest, bool otherwise) {
  std::optional<bool> backward;
  auto column = index.begin();
  for (const OrderedColumn& order : rest) {
    while (column != index.end() && column->is_bound && column->attribute != order.attribute) {
      ++column;
    }
    if (column == index.end()) return std::nullopt;
    const std::optional<bool> own = direction(*column, order);
    if (!own || (backward && *backward != *own)) return std::nullopt;
    backward = own;
    ++column;
  }
  return backward.value_or(otherwise);
}

bool runs_backward(std::span<const IndexedColumn> prefix, std::span<const OrderedColumn> wanted) {
  if (wanted.empty()) return false;
  for (const IndexedColumn& column : prefix) {
    if (column.is_bound) continue;
    return column.attribute == wanted.front().attribute &&
           column.descending != wanted.front().descending;
  }
  return false;
}

}  // namespace

std::optional<SkipOrder> skip_order(std::span<const IndexedColumn> index, std::span<const int> keys,
                                    std::span<const OrderedColumn> rest,
                                    std::span<const OrderedColumn> wanted) {
  const int prefix = prefix_length(index, keys);
  if (prefix == 0) return std::nullopt;
  const bool backward = runs_backward(index.first(static_cast<std::size_t>(prefix)), wanted);
  const auto rest_backward =
      rest_direction(index.subspan(static_cast<std::size_t>(prefix)), rest, backward);
  if (!rest_backward) return std::nullopt;
  return SkipOrder{prefix, backward, *rest_backward};
}

}  // namespace varve::planner
