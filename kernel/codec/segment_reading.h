#pragma once

#include "kernel/codec/boolean_segment.h"
#include "kernel/codec/double_segment.h"
#include "kernel/codec/fields_segment.h"
#include "kernel/codec/integer_segment.h"
#include "kernel/codec/string_segment.h"

namespace varve::codec {

/// How values are asked for: by decode() or, where there is one, by at().
enum class Access { kByVector, kSingly };

/// Reads all that a segment of any type holds and gives a checksum of it, which is the same either
/// way; for tests and fuzzing. Throws as the segments do.
std::uint32_t checksum_of_contents(ByteView blob, Access access = Access::kByVector);

}  // namespace varve::codec
