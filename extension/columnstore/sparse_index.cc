#include "extension/columnstore/sparse_index.h"

#include <algorithm>

#include "kernel/base/error.h"

namespace varve::columnstore {
namespace {

[[noreturn]] void refuse(std::string_view what) {
  throw Error(ErrorKind::kInvalidArgument, std::string(what));
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_inside(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '$'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Reads a text from its front.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) { skip_blanks(); }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  /// Whether the next character is this one, which then is behind us.
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    skip_blanks();
    return true;
  }

  /// An identifier, folded unless it is quoted; `what` it should be is named where there is none.
  std::string take_name(const char* what) {
    std::string name;
    if (!rest_.empty() && rest_.front() == '"') {
      name = take_quoted();
    } else if (!rest_.empty() && is_letter(rest_.front())) {
      while (!rest_.empty() && is_inside(rest_.front())) {
        name += lower(rest_.front());
        rest_.remove_prefix(1);
      }
    }
    if (name.empty()) refuse(std::string("a sparse index needs ") + what + where());
    skip_blanks();
    return name;
  }

  /// For messages.
  [[nodiscard]] std::string where() const {
    if (rest_.empty()) return " at the end of the list";
    return " at \"" + std::string(rest_.substr(0, 20)) + "\"";
  }

 private:
  void skip_blanks() {
    constexpr std::string_view kBlanks = " \t\n\r\f\v";
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
  }

  std::string take_quoted() {
    std::string name;
    rest_.remove_prefix(1);
    for (;;) {
      if (rest_.empty()) refuse("a quoted column of a sparse index does not end");
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c != '"') {
        name += c;
      } else if (!rest_.empty() && rest_.front() == '"') {
        name += '"';
        rest_.remove_prefix(1);
      } else {
        return name;
      }
    }
  }

  std::string_view rest_;
};

SparseIndex take_index(Scanner& in) {
  SparseIndex index = {in.take_name("a type"), {}};
  if (!in.take('(')) refuse("columns of a sparse index are given in parentheses" + in.where());
  do {
    index.columns.push_back(in.take_name("a column"));
    if (in.take('.')) refuse("columns of a sparse index are named without a table" + in.where());
  } while (in.take(','));
  if (!in.take(')')) refuse("a sparse index is of columns, not of expressions" + in.where());
  return index;
}

std::string quoted(const std::string& name) {
  const auto is_plain = [](char c) { return is_inside(c) && lower(c) == c && c != '$'; };
  const bool starts_plain = !name.empty() && is_letter(name.front());
  if (starts_plain && std::ranges::all_of(name, is_plain)) return name;
  std::string result = "\"";
  for (const char c : name) {
    if (c == '"') result += c;
    result += c;
  }
  return result + '"';
}

std::string json_string(const std::string& name) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20) {
      result += "\\u00";
      result += kDigits[static_cast<unsigned char>(c) >> 4];
      result += kDigits[c & 0x0F];
      continue;
    }
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

/// Each in its own words, with ", " between.
template <class Items, class Write>
std::string joined(const Items& items, Write&& write) {
  std::string result;
  for (const auto& item : items) {
    if (!result.empty()) result += ", ";
    result += write(item);
  }
  return result;
}

}  // namespace

std::vector<SparseIndex> parse_sparse_indexes(std::string_view text) {
  std::vector<SparseIndex> indexes;
  Scanner in(text);
  if (in.at_end()) return indexes;
  do indexes.push_back(take_index(in));
  while (in.take(','));
  if (!in.at_end()) refuse("sparse indexes are separated by commas" + in.where());
  return indexes;
}

bool is_sparse_type(std::string_view type) {
  return type == kBloomIndex || type == kMinmaxIndex || type == kFirstlastIndex;
}

void check_sparse_indexes(std::span<const SparseIndex> indexes) {
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    const SparseIndex& index = indexes[i];
    const std::size_t most = index.type == kBloomIndex ? kMostIndexColumns : 1;
    if (index.columns.size() > most) {
      refuse("sparse index \"" + index.type + "\" takes " +
             (most == 1 ? "one column" : "at most " + std::to_string(most) + " columns"));
    }
    for (auto column = index.columns.begin(); column != index.columns.end(); ++column) {
      if (std::find(index.columns.begin(), column, *column) == column) continue;
      refuse("column \"" + *column + "\" is named twice in a sparse index");
    }
    if (std::find(indexes.begin(), indexes.begin() + static_cast<std::ptrdiff_t>(i), index) !=
        indexes.begin() + static_cast<std::ptrdiff_t>(i)) {
      refuse("sparse index \"" + text_of(indexes.subspan(i, 1)) + "\" is named twice");
    }
  }
}

std::string text_of(std::span<const SparseIndex> indexes) {
  return joined(indexes, [](const SparseIndex& index) {
    return index.type + "(" + joined(index.columns, quoted) + ")";
  });
}

std::string json_of(std::span<const SparseIndex> indexes) {
  return "[" +
         joined(indexes,
                [](const SparseIndex& index) {
                  const std::string columns = joined(index.columns, json_string);
                  return "{\"type\": " + json_string(index.type) + ", \"column\": " +
                         (index.columns.size() == 1 ? columns : "[" + columns + "]") + "}";
                }) +
         "]";
}

bool rename_column(std::span<SparseIndex> indexes, std::string_view before,
                   std::string_view after) {
  bool found = false;
  for (SparseIndex& index : indexes) {
    for (std::string& column : index.columns) {
      if (column != before) continue;
      column = after;
      found = true;
    }
  }
  return found;
}

bool names_column(std::span<const SparseIndex> indexes, std::string_view column) {
  return std::ranges::any_of(indexes, [&](const SparseIndex& index) {
    return std::ranges::find(index.columns, column) != index.columns.end();
  });
}

}  // namespace varve::columnstore
