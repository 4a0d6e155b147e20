#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <executor/execdesc.h>
}

// The queries of this session that run now, or wait for the next FETCH: between ExecutorStart and
// ExecutorEnd. Each may hold pointers to what the relation cache had when it began. C in the sense
// of boundary.h.
namespace varve::dml::open_queries {

/// Orders the beginnings of queries.
using Moment = std::uint64_t;

void began(const QueryDesc& query);
void ended(const QueryDesc& query);

/// Later than every query that has begun.
Moment now();

/// Whether a query that began after `moment` is still open.
bool any_since(Moment moment);

/// Once, in _PG_init.
void install();

}  // namespace varve::dml::open_queries
