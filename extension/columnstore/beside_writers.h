#pragma once

#include "extension/chunk/maintain/rewrite.h"
#include "extension/columnstore/moved_rows.h"
#include "extension/columnstore/progress.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <storage/lmgr.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

// How a chunk is converted while others write into it. ShareUpdateExclusiveLock is held; what every
// transaction sees is converted in a first look, then ExclusiveLock is taken, and a second look
// finds what has been written since. C API.
namespace varve::columnstore {

/// Whether there is room to tell such rows: what does it takes memory for each page.
bool can_others_write(Relation chunk);

/// Waits until nobody writes any more: the second look begins.
void wait_for_writers(Oid chunk);

/// Builds the indexes of what has been written, as far as they are not, over so many rows, and
/// makes it the chunk's, which gets the access method. Readers wait from here on.
void exchange_files(chunk::Rewrite& rewrite, std::int64_t rows, Oid method);

/// Runs `attempt(others_write)`; if it gives false, since rows that had been converted already have
/// been changed meanwhile, once more, when nobody writes.
template <class Attempt>
void convert_beside_writers(Oid chunk, bool others_write, Attempt&& attempt) {
  progress::begin(chunk, 1);
  if (!others_write) wait_for_writers(chunk);
  if (!attempt(others_write)) {
    ereport(DEBUG1, (errmsg("converted rows of chunk \"%s\" have been changed meanwhile",
                            get_rel_name(chunk))));
    progress::begin(chunk, 2);
    attempt(false);
  }
  progress::end();
}

}  // namespace varve::columnstore
