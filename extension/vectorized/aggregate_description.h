#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/pathnodes.h>
}

// What a VectorizedAggregate is to compute of a query, if it can. C API.
namespace varve::vectorized {

/// Whether keys of the type are equal where their bits, or bytes, are.
bool can_be_key(Oid type, Oid collation);

struct Description {
  List* targets;     // of the input
  List* keys;        // expressions
  List* aggregates;  // Aggrefs
  List* filters;     // conditions of aggregates
  // For each key and aggregate, an IntList as the node is told: target and length of the type;
  // function, target of the argument or -1, number of the filter or -1.
  List* key_places;
  List* aggregate_places;
};

/// Fills the rest, once `targets` are there, for a query that is grouped, of which `results` and
/// `having` are asked; false where the node cannot compute them.
bool describe(const PlannerInfo& root, List* results, List* having, Description& description);

/// What columns of the node's scan slot are: keys, aggregates, and, where there are filters, the
/// targets of the input, which these find there.
List* computed_by(const Description& description);

/// What a group takes of memory.
double bytes_of_group(const Description& description);

}  // namespace varve::vectorized
