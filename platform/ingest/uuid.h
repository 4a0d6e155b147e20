#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace varve::ingest {

/// The 16 bytes of a UUID in the order of its text.
using Uuid = std::array<std::uint8_t, 16>;

/// Reads `8-4-4-4-12` hexadecimal digits of either case; no braces, no `urn:uuid:`.
std::optional<Uuid> parse_uuid(std::string_view text);

/// The UUID of version 5 (RFC 9562, section 5.5) of `name` in the name space `space`.
Uuid name_uuid(const Uuid& space, std::string_view name);

}  // namespace varve::ingest
