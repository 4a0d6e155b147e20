#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

// The option tsdb.sparse_index: what row groups shall state of columns.
//
//   bloom(device), bloom(tenant, "Order id"), minmax(price), firstlast(price)
namespace varve::columnstore {

inline constexpr std::string_view kBloomIndex = "bloom";
inline constexpr std::string_view kMinmaxIndex = "minmax";
inline constexpr std::string_view kFirstlastIndex = "firstlast";
inline constexpr std::size_t kMostIndexColumns = 8;  // of a bloom; of the others, one

struct SparseIndex {
  std::string type;  // as it was named, in lower case
  std::vector<std::string> columns;

  bool operator==(const SparseIndex&) const = default;
};

/// The entries of a text; none of a blank one. Names are folded as SQL folds them. Throws
/// kInvalidArgument for what is no such list: expressions and qualified names among them.
std::vector<SparseIndex> parse_sparse_indexes(std::string_view text);

/// Whether there is a kind of sparse index of this name.
bool is_sparse_type(std::string_view type);

/// Throws kInvalidArgument where an entry is there twice, names a column twice, or has more columns
/// than its type takes.
void check_sparse_indexes(std::span<const SparseIndex> indexes);

/// The text that parses to these entries.
std::string text_of(std::span<const SparseIndex> indexes);

/// [{"type": "bloom", "column": "a"}, {"type": "bloom", "column": ["a", "b"]}]
std::string json_of(std::span<const SparseIndex> indexes);

/// Gives a column another name wherever it is named; whether it is.
bool rename_column(std::span<SparseIndex> indexes, std::string_view before, std::string_view after);
bool names_column(std::span<const SparseIndex> indexes, std::string_view column);

}  // namespace varve::columnstore
