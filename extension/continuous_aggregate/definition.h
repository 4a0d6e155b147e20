#pragma once

#include <cstdint>

#include "extension/continuous_aggregate/bucket_edges.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
}

// The query of an aggregate. All functions are C in the sense of boundary.h, unless they say so.
namespace varve::continuous_aggregate {

/// The call of time_bucket() in GROUP BY, all arguments but the time constant.
struct BucketCall {
  FuncExpr* call;
  int time_argument;
  Oid type;            // of the time, of a domain the type below it
  Oid start_type;      // of what the call gives: the same, but timestamptz for a UUID
  Oid start_function;  // the call's, for times of that type
  std::int64_t width;  // about that of a bucket, in coordinates
};

struct Definition {
  Query* query;
  Var* time;  // in `query`: the argument of the call
  BucketCall bucket;
  AttrNumber bucket_column;     // of the result
  RangeTblEntry* source_entry;  // the table that the time comes from, in `query` or below it
  Oid source;                   // the hypertable: that table, or the results of an aggregate
  Oid source_view;              // that aggregate, or InvalidOid
};

/// Finds bucket and source in a query that is an aggregate's already. Changes nothing.
Definition find_definition(Query* query);

/// The same for a new one, once nothing about it stands against an aggregate. Reports
/// feature_not_supported, and says what and why, otherwise. Warns where results may depend on
/// settings.
Definition check_definition(Query* query);

/// The query behind the view `relation`, as a copy.
Query* query_of(Oid relation);

/// The columns of the result that tell its rows apart: those that are grouped by. Null where some
/// of these are not selected, so that only all do.
Bitmapset* key_columns(const Definition& definition);

/// Restricts the query to the times from `begin` on, and up to `end`; null for no bound. Both are
/// expressions of the time's type.
void bound_time(Definition& definition, Expr* begin, Expr* end);

/// Makes a query over another aggregate read what that has stored.
void read_stored(Definition& definition);

/// A constant of the time's type; nullptr for the ends of all coordinates.
Expr* time_constant(const Definition& definition, std::int64_t coordinate);

/// Evaluates the call. C++ in the sense of boundary.h.
class StartOfBucket {
 public:
  explicit StartOfBucket(const BucketCall& bucket) : bucket_(bucket) {}
  std::int64_t operator()(std::int64_t coordinate) const;

 private:
  BucketCall bucket_;
};
using Edges = BucketEdges<StartOfBucket>;
Edges edges_of(const BucketCall& bucket);

}  // namespace varve::continuous_aggregate
