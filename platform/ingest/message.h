#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "platform/ingest/partition.h"

namespace varve::ingest {

struct Header {
  std::string_view name, value;
};

/// A message as the broker gave it, and the memory that its views point into.
struct Message {
  using Owner = std::unique_ptr<void, void (*)(void*)>;

  Partition partition{};
  std::int64_t offset = 0;
  std::optional<std::string_view> key, value;
  std::vector<Header> headers;
  Owner owner{nullptr, [](void*) {}};
};

}  // namespace varve::ingest
