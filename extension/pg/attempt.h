#pragma once

#include <type_traits>

#include "extension/pg/postgres.h"

namespace varve::pg {

enum class LockAttempt { kDone, kTimedOut, kDeadlocked };

namespace detail {
LockAttempt attempt_locks(void (*run)(void*), void* body);
}

/// Runs `body` in a subtransaction. Where it fails for a lock that was not to be had (lock_timeout,
/// NOWAIT, a deadlock), all it has done is undone, and the result says so; any other error goes on.
/// `body` may ereport and owns nothing with a destructor; so does the caller. C API.
template <class Body>
LockAttempt attempt_locks(Body&& body) {
  return detail::attempt_locks([](void* b) { (*static_cast<std::remove_reference_t<Body>*>(b))(); },
                               &body);
}

}  // namespace varve::pg
