#pragma once

#include "extension/columnstore/settings.h"

#include "extension/pg/postgres.h"

// Converting a chunk between rows and columns. The work is done on a transient table beside the
// chunk (extension/chunk/maintain/rewrite.h) while others go on reading; AccessExclusiveLock is
// taken to exchange the files. A crash or a cancel at any point leaves what was. C API.
namespace varve::columnstore {

/// Sorts the chunk's rows and writes them into row groups: those that every transaction sees; the
/// others stay in the heap part, with who made and deleted them, since a row group is there for
/// all. A chunk that has row groups already gets new ones, of their rows and those of the heap
/// part, without those that are deleted. Its access method becomes varve_columnar.
///
/// ExclusiveLock on the chunk is held. Reports 55006 where this session has it open, 0A000 for
/// exclusion constraints.
Conversion to_columns(Oid chunk, const Settings& settings);

/// Writes all rows of the chunk into a heap, which becomes its access method; rows that have been
/// deleted while others may still see them stay deleted by the same transactions. The same locks.
void to_rows(Oid chunk);

/// Whether the chunk's access method is varve_columnar.
bool is_columnar(Oid chunk);

}  // namespace varve::columnstore
