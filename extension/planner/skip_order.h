#pragma once

#include <optional>
#include <span>

// Whether an index can be read by jumping from one distinct value of its first columns to the next,
// and give the first row of each in the order that a query asks for.
namespace varve::planner {

/// A column of a b-tree index, in its order.
struct IndexedColumn {
  int attribute;  // of the table; 0: cannot be used
  bool descending;
  bool nulls_first;
  bool not_null;
  bool is_bound;  // the query compares it with a value by equality
};

/// A column of an ORDER BY.
struct OrderedColumn {
  int attribute;
  bool descending;
  bool nulls_first;
};

/// How to read the index.
struct SkipOrder {
  int prefix;            // how many columns hold the distinct values
  bool prefix_backward;  // from the last value to the first
  bool rest_backward;    // within a value, from its last row to its first
};

/// The order that gives one row for each distinct value of the columns in `keys`, the first by
/// `rest`; none where the index does not begin with them, or continues otherwise. `wanted` is what
/// the rows are sorted by afterwards: its first column decides between the two ways through the
/// prefix.
std::optional<SkipOrder> skip_order(std::span<const IndexedColumn> index, std::span<const int> keys,
                                    std::span<const OrderedColumn> rest,
                                    std::span<const OrderedColumn> wanted);

}  // namespace varve::planner
