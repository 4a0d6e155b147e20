#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kernel/calendar/bucket.h"

namespace varve::planner {

/// No bucket of that width lasts longer, in microseconds; `in_zone` when the edges are those of a
/// time zone's clock, which may be set back within a bucket. Nothing for widths below zero and
/// above 130,000 years.
std::optional<std::int64_t> longest_bucket_us(const calendar::Span& width, bool in_zone);

/// The same for a unit of date_trunc(), in lower case, by a clock that is not set back.
std::optional<std::int64_t> longest_unit_us(std::string_view unit);

/// How long buckets of that width last on average, in microseconds; nothing where that is not
/// above zero.
std::optional<double> usual_bucket_us(const calendar::Span& width);

/// The same for a unit of date_trunc(), in lower case.
std::optional<double> usual_unit_us(std::string_view unit);

}  // namespace varve::planner
