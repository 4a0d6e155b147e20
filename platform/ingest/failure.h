#pragma once

#include <string_view>

#include "platform/ingest/event_sink.h"

namespace varve::ingest {

/// What to do about an error of the database, from its SQLSTATE ("" where the connection is lost).
/// Class 22 and 23, where single rows are to blame, never come here.
Failure failure_of(std::string_view sqlstate);

/// Whether the values of rows are to blame.
bool blames_values(std::string_view sqlstate);

}  // namespace varve::ingest
