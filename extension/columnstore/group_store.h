#pragma once

#include <cstdint>

#include "kernel/base/bytes.h"
#include "kernel/codec/row_group.h"

#include "extension/columnstore/store.h"

// A row group in its store: the tuple that is its head, and what the head refers to. C++ in the
// sense of boundary.h.
namespace varve::columnstore {

/// Stores a segment that is not inline, and says in its descriptor where.
void put_segment(const Store& store, ByteView segment, codec::ColumnDescriptor& column);

/// Stores a descriptor whose segments are there, with its head: then the group is there. Throws
/// 54000 for a number that no row group can have.
void put_group(const Store& store, std::uint32_t number, std::uint32_t rows,
               const Bytes& descriptor);

/// The descriptor of the group whose head's tuple is `head`, behind it or in `room`. Throws
/// kCorruptData where it is not all there.
ByteView descriptor_of(const Store& store, ByteView head, Bytes& room);

}  // namespace varve::columnstore
