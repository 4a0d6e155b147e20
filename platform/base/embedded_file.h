#pragma once

#include <string_view>

namespace varve::embedded {

/// A text file compiled into the program (cmake/embed.cmake).
struct File {
  std::string_view name;  // without its folder: "10_tables.sql"
  std::string_view text;
};

}  // namespace varve::embedded
