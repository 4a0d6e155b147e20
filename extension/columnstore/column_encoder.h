#pragma once

#include "kernel/codec/row_group.h"

#include "extension/columnstore/column_buffer.h"

namespace varve::columnstore {

/// Appends the segment of the buffered values to `out`; the column's descriptor as far as it is
/// known: attribute, types, nulls, range. C++; throws varve::Error.
codec::ColumnDescriptor encode_column(const ColumnBuffer& buffer, Bytes& out);

}  // namespace varve::columnstore
