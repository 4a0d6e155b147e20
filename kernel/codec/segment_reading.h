#pragma once

#include "kernel/codec/boolean_segment.h"
#include "kernel/codec/double_segment.h"
#include "kernel/codec/fields_segment.h"
#include "kernel/codec/integer_segment.h"
#include "kernel/codec/string_segment.h"

namespace varve::codec {

/// Reads all that a segment of any type holds and gives a checksum of it; for tests and fuzzing.
/// Throws as the segments do.
std::uint32_t checksum_of_contents(ByteView blob);

}  // namespace varve::codec
