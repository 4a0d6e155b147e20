#pragma once

#include <cstdint>

#include "extension/planner/clock_slack.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/params.h>
#include <nodes/primnodes.h>
}

namespace varve::planner {

/// Whether the transaction's time occurs in the expression: now(), CURRENT_TIMESTAMP, CURRENT_DATE,
/// LOCALTIMESTAMP, transaction_timestamp(). Cheap: asked of many conditions.
bool reads_clock(Node* expression);

/// A lower bound of `expression` whenever it is computed from now on, in microseconds from
/// 2000-01-01, for comparing with a column of `column_type`. False where the expression is more
/// than the clock, constant intervals added and subtracted, date_trunc(), and casts between date,
/// timestamp and timestamptz.
bool lower_bound_of(Node* expression, ParamListInfo parameters, Oid column_type,
                    std::int64_t* bound_us);

}  // namespace varve::planner
