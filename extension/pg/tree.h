#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/nodeFuncs.h>
#include <nodes/parsenodes.h>
}

// Walking PostgreSQL's trees. Before version 16 the walkers are declared without parameters.
namespace varve::pg {

using Walker = bool (*)(Node* node, void* context);
using Mutator = Node* (*)(Node* node, void* context);

namespace detail {
template <class Untyped, class Typed>
Untyped untyped(Typed function) {
  return reinterpret_cast<Untyped>(reinterpret_cast<void (*)()>(function));
}
}  // namespace detail

#if PG_VERSION_NUM < 160000
inline bool walk_expression(Node* node, Walker walker, void* context) {
  return expression_tree_walker(node, detail::untyped<bool (*)()>(walker), context);
}
inline bool walk_query(Query* query, Walker walker, void* context, int flags = 0) {
  return query_tree_walker(query, detail::untyped<bool (*)()>(walker), context, flags);
}
inline Node* mutate_expression(Node* node, Mutator mutator, void* context) {
  return expression_tree_mutator(node, detail::untyped<Node* (*)()>(mutator), context);
}
#else
inline bool walk_expression(Node* node, Walker walker, void* context) {
  return expression_tree_walker(node, walker, context);
}
inline bool walk_query(Query* query, Walker walker, void* context, int flags = 0) {
  return query_tree_walker(query, walker, context, flags);
}
inline Node* mutate_expression(Node* node, Mutator mutator, void* context) {
  return expression_tree_mutator(node, mutator, context);
}
#endif

}  // namespace varve::pg
