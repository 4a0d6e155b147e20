#pragma once

#include "extension/vectorized/group_key.h"
#include "extension/vectorized/key_set.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/pg_list.h>
#include <nodes/primnodes.h>
}

// Queries of some groups only: varve_catalog.is_wanted_group(key, ...) is a condition like others,
// but aggregation by vectors, whose keys are hashed anyway, does not evaluate it row by row.
namespace varve::vectorized {

/// While one of these lives, is_wanted_group() tells whether the hash of a key is in `keys`. Its
/// frame must be one that exceptions unwind.
class WantedGroups {
 public:
  explicit WantedGroups(const KeySet& keys) noexcept : before_(wanted) { wanted = &keys; }
  ~WantedGroups() { wanted = before_; }
  WantedGroups(const WantedGroups&) = delete;
  WantedGroups& operator=(const WantedGroups&) = delete;

  /// Null where there is none.
  static const KeySet* current() noexcept { return wanted; }

 private:
  const KeySet* before_;
  static inline const KeySet* wanted = nullptr;
};

// C API.

/// Hashes keys as those of groups are hashed.
class KeyHasher {
 public:
  /// One more part of keys, of a type that can_be_key(); up to kMostKeys.
  void add(std::int16_t length) { keys_[count_++] = {0, length}; }
  /// Texts may have to be detoasted, which may fail; all else does not.
  [[nodiscard]] bool has_texts() const;
  [[nodiscard]] std::uint64_t operator()(const NullableDatum* values) const;

 private:
  PlannedKey keys_[kMostKeys] = {};
  int count_ = 0;
};

/// is_wanted_group() of these expressions, up to kMostKeys, of types that can_be_key().
Expr* wanted_group_condition(List* keys);

/// The arguments where the condition is is_wanted_group(), NIL otherwise.
List* keys_of_wanted(const Node* condition);

}  // namespace varve::vectorized
