#pragma once

#include <cstddef>
#include <string_view>

#include "extension/pg/postgres.h"

namespace varve::columnstore {

/// Bytes of strings that live as long as the rows they are of; freed all at once. C API.
struct StringRoom {
  MemoryContext context;
  char* block;
  std::size_t left;
};

/// A copy of the bytes.
std::string_view stored(StringRoom& room, const char* bytes, std::size_t size);

/// A copy of a varlena's bytes, detoasted, without its header.
std::string_view stored_varlena(StringRoom& room, Datum value);

/// Frees everything.
void clear(StringRoom& room);

}  // namespace varve::columnstore
