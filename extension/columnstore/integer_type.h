#pragma once

#include <cstdint>

#include "extension/columnstore/representation.h"

namespace varve::columnstore {

/// Gives `use` a zero of the type that integers of a representation have, and returns what it does.
template <class Use>
auto with_integer_type(const Representation& type, Use use) {
  switch (type.length) {
    case 1: return type.is_unsigned ? use(std::uint8_t{}) : use(std::int8_t{});
    case 2: return type.is_unsigned ? use(std::uint16_t{}) : use(std::int16_t{});
    case 4: return type.is_unsigned ? use(std::uint32_t{}) : use(std::int32_t{});
    default: return use(std::int64_t{});
  }
}

}  // namespace varve::columnstore
