#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace varve::api {

/// Where a page ended: the sort key of its last row, bound to the question that was asked. To
/// clients it is opaque; it is no secret and carries no rights, since its parts go into SQL as
/// parameters.
///
/// Shape   base64url of: checksum (16 hexadecimal digits), then each part behind its length and
/// ':'.
///         The checksum is FNV-1a over `question` and the parts.
std::string encode_cursor(std::string_view question, const std::vector<std::string>& parts);

/// The parts, if `cursor` came from encode_cursor with the same question and has `count` parts.
std::optional<std::vector<std::string>> decode_cursor(std::string_view question,
                                                      std::string_view cursor, std::size_t count);

}  // namespace varve::api
