#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace varve::ingest {

/// Why an event cannot be stored. The codes are part of the interface: operators count and filter
/// dead letters by them (docs/ingest.md).
namespace reason {
inline constexpr std::string_view kEmptyValue = "empty_value";
inline constexpr std::string_view kMalformedJson = "malformed_json";
inline constexpr std::string_view kMissingField = "missing_field";
inline constexpr std::string_view kWrongType = "wrong_type";
inline constexpr std::string_view kInvalidFormat = "invalid_format";
inline constexpr std::string_view kOutOfRange = "out_of_range";
inline constexpr std::string_view kTooLong = "too_long";
inline constexpr std::string_view kTooLarge = "too_large";
inline constexpr std::string_view kUnsupportedVersion = "unsupported_version";
inline constexpr std::string_view kTooOld = "too_old";
inline constexpr std::string_view kFutureTimestamp = "future_timestamp";
/// Followed by the SQLSTATE: what passed our checks, and not those of the database.
inline constexpr std::string_view kDatabase = "database_";
}  // namespace reason

/// An event that is not stored but becomes a dead letter.
class Rejection : public std::runtime_error {
 public:
  /// `field` is the name in the event, empty where the event as a whole is meant.
  Rejection(std::string_view code, std::string_view field, const std::string& message)
      : std::runtime_error(message), code_(code), field_(field) {}

  [[nodiscard]] const std::string& code() const noexcept { return code_; }
  [[nodiscard]] const std::string& field() const noexcept { return field_; }

 private:
  std::string code_, field_;
};

}  // namespace varve::ingest
