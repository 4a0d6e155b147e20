#include "extension/columnar/key_lookup.h"

#include <algorithm>

#include "extension/columnar/key_hash.h"
#include "extension/columnar/key_range.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <miscadmin.h>
#include <utils/array.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
}

namespace varve::columnar {
namespace {

/// As an index of the btree kind has it: a comparison with null is satisfied by nothing.
bool satisfies(const KeyCondition& condition, Datum value, bool is_null) {
  const ScanKeyData& key = *condition.key;
  if ((key.sk_flags & SK_SEARCHNULL) != 0) return is_null;
  if ((key.sk_flags & SK_SEARCHNOTNULL) != 0) return !is_null;
  if (is_null) return false;
  auto* function = const_cast<FmgrInfo*>(&key.sk_func);
  const auto holds = [&](Datum argument) {
    return DatumGetBool(FunctionCall2Coll(function, key.sk_collation, value, argument));
  };
  if (!condition.is_array) return holds(key.sk_argument);
  return std::any_of(condition.elements, condition.elements + condition.element_count, holds);
}

/// Keeps those of `matches` that satisfy the condition; how many. `first` is the vector's first
/// row.
int filter(const KeyCondition& condition, const columnstore::Vector& column, std::uint32_t first,
           std::uint16_t* matches, int count) {
  int kept = 0;
  if (condition.bits != 0) {
    const Datum wanted = condition.range.low;
    for (int i = 0; i < count; ++i) {
      const std::uint32_t at = matches[i] - first;
      matches[kept] = matches[i];
      const bool is_same = ((column.values[at] ^ wanted) & condition.bits) == 0;
      kept += is_same && !column.nulls[at] ? 1 : 0;
    }
    return kept;
  }
  for (int i = 0; i < count; ++i) {
    const std::uint32_t at = matches[i] - first;
    if (satisfies(condition, column.values[at], column.nulls[at])) matches[kept++] = matches[i];
  }
  return kept;
}

/// Calls body with the range of the value, or of each element, until it is true.
template <class Body>
bool any_range(const KeyCondition& condition, Body&& body) {
  if (!condition.has_range) return true;
  if (!condition.is_array) return body(condition.range);
  columnstore::ValueRange range = condition.range;
  for (int i = 0; i < condition.element_count; ++i) {
    range.low = range.high = condition.elements[i];
    if (body(range)) return true;
  }
  return false;
}

/// The elements of the key's array. Nothing is equal to null, nor less or greater.
void set_elements(KeyCondition& condition) {
  ArrayType* array = DatumGetArrayTypeP(condition.key->sk_argument);
  std::int16_t length;
  bool by_value;
  char alignment;
  get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &alignment);
  Datum* elements;
  bool* nulls;
  int count;
  deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, alignment, &elements, &nulls,
                    &count);
  condition.elements = elements;
  condition.element_count = 0;
  for (int i = 0; i < count; ++i) {
    if (!nulls[i]) elements[condition.element_count++] = elements[i];
  }
}

}  // namespace

Datum bits_compared(RegProcedure equality) {
  switch (equality) {
    case F_BOOLEQ:
    case F_CHAREQ: return 0xFF;
    case F_INT2EQ: return 0xFFFF;
    case F_INT4EQ:
    case F_OIDEQ:
    case F_DATE_EQ:
    case F_ENUM_EQ: return 0xFFFFFFFF;
    case F_INT8EQ:
    case F_TIME_EQ:
    case F_TIMESTAMP_EQ:
    case F_TIMESTAMPTZ_EQ: return ~Datum{0};
    default: return 0;
  }
}

KeyLookup::KeyLookup(RowAccess& rows, Relation index, ScanKeyData* keys, int key_count)
    : rows_(rows), index_(index), context_(CurrentMemoryContext) {
  for (int i = 0; i < key_count; ++i) {
    ScanKeyData& key = keys[i];
    if ((key.sk_flags & (SK_ROW_HEADER | SK_ROW_MEMBER)) != 0) {
      ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                      errmsg("index \"%s\" of a columnar chunk cannot be searched with such a key",
                             RelationGetRelationName(index))));
    }
    constexpr int kSearchNull = SK_SEARCHNULL | SK_SEARCHNOTNULL;
    if ((key.sk_flags & SK_ISNULL) != 0 && (key.sk_flags & kSearchNull) == 0) is_impossible_ = true;
    KeyCondition& condition = conditions_[condition_count_++];
    condition.attribute = index->rd_index->indkey.values[key.sk_attno - 1];
    condition.key = &key;
    condition.is_array = (key.sk_flags & SK_SEARCHARRAY) != 0 && (key.sk_flags & SK_ISNULL) == 0;
    if (condition.is_array) set_elements(condition);
    set_range(condition, rows.chunk(), index);
    condition.bits =
        condition.has_range && !condition.is_array ? bits_compared(key.sk_func.fn_oid) : 0;
  }
  // What is cheap to decode and to compare comes first: often nothing is left for the rest.
  const TupleDesc columns = RelationGetDescr(rows.chunk());
  const auto is_by_value = [&](const KeyCondition& condition) {
    return TupleDescAttr(columns, condition.attribute - 1)->attbyval;
  };
  std::stable_partition(conditions_, conditions_ + condition_count_, is_by_value);
}

std::optional<RowId> KeyLookup::next(ScanDirection direction) {
  if (is_impossible_) return std::nullopt;
  const bool is_backward = ScanDirectionIsBackward(direction);
  // A step is one from the match that was given last; we stand on one side of it.
  if (is_backward && last_ == Step::kForward) --match_;
  if (!is_backward && last_ == Step::kBackward) ++match_;
  const auto id = is_backward ? backward() : forward();
  last_ = !id ? Step::kNone : is_backward ? Step::kBackward : Step::kForward;
  return id;
}

void KeyLookup::restart(bool at_end) {
  group_ = at_end ? static_cast<int>(rows_.reader().groups().size()) : 0;
  vector_ = 0;
  is_loaded_ = false;
  match_ = match_count_ = 0;
  last_ = Step::kNone;
}

std::uint32_t KeyLookup::vectors() const {
  const columnstore::GroupInfo& group = rows_.reader().groups()[group_];
  return (group.rows + columnstore::kVectorLength - 1) / columnstore::kVectorLength;
}

std::optional<RowId> KeyLookup::forward() {
  const auto groups = rows_.reader().groups();
  while (group_ < static_cast<int>(groups.size())) {
    CHECK_FOR_INTERRUPTS();
    if (is_loaded_ || vector_ > 0 || group_may_match()) {
      for (const std::int64_t count = vectors(); vector_ < count; ++vector_) {
        if (!is_loaded_) {
          load_matches();
          match_ = 0;
        }
        if (match_ < match_count_) return RowId{groups[group_].number, matches_[match_++]};
        is_loaded_ = false;
      }
    }
    ++group_;
    vector_ = 0;
  }
  return std::nullopt;
}

std::optional<RowId> KeyLookup::backward() {
  const auto groups = rows_.reader().groups();
  for (;;) {
    CHECK_FOR_INTERRUPTS();
    if (is_loaded_ && match_ > 0) return RowId{groups[group_].number, matches_[--match_]};
    is_loaded_ = false;
    match_ = match_count_ = 0;
    if (vector_ > 0) {
      --vector_;
    } else {
      do {
        if (group_ == 0) return std::nullopt;
        --group_;
      } while (!group_may_match());
      vector_ = vectors() - 1;
    }
    load_matches();
    match_ = match_count_;
  }
}

bool KeyLookup::group_may_match() {
  const std::uint16_t group = rows_.reader().groups()[group_].number;
  columnstore::Reader& reader = rows_.reader();
  const auto may_match = [&](const KeyCondition& c) {
    return any_range(c, [&](const columnstore::ValueRange& range) {
      return reader.may_contain(group, c.attribute, range);
    });
  };
  if (!std::all_of(conditions_, conditions_ + condition_count_, may_match)) return false;
  if (!reader.has_filters(group)) return true;
  if (hashed_count_ < 0) hash_keys();
  return reader.may_have(group, {hashed_, static_cast<std::size_t>(hashed_count_)});
}

/// What bloom filters are asked for.
void KeyLookup::hash_keys() {
  const MemoryContext outer = MemoryContextSwitchTo(context_);
  hashed_count_ = 0;
  for (int i = 0; i < condition_count_; ++i) {
    const auto column = hashed_column(conditions_[i], rows_.chunk(), index_);
    if (column.count > 0) hashed_[hashed_count_++] = column;
  }
  MemoryContextSwitchTo(outer);
}

void KeyLookup::load_matches() {
  columnstore::Reader& reader = rows_.reader();
  const columnstore::GroupInfo& group = reader.groups()[group_];
  const auto vector = static_cast<std::uint32_t>(vector_);
  is_loaded_ = true;
  match_count_ = 0;
  for (int i = 0; i < condition_count_; ++i) {
    const KeyCondition& c = conditions_[i];
    const bool may = any_range(c, [&](const columnstore::ValueRange& range) {
      return reader.may_contain(group.number, vector, c.attribute, range);
    });
    if (!may) return;
  }
  const std::uint32_t first = vector * columnstore::kVectorLength;
  const std::uint32_t rows = std::min(columnstore::kVectorLength, group.rows - first);
  for (std::uint32_t i = 0; i < rows; ++i) matches_[i] = static_cast<std::uint16_t>(first + i);
  match_count_ = static_cast<int>(rows);
  for (int i = 0; i < condition_count_ && match_count_ > 0; ++i) {
    const KeyCondition& c = conditions_[i];
    // Of rows that lie side by side by their segment, this holds for all.
    if (c.bits != 0 && reader.is_constant(group.number, vector, c.attribute, c.range)) continue;
    const columnstore::Vector& column = reader.column(group.number, vector, c.attribute);
    match_count_ = filter(c, column, first, matches_, match_count_);
  }
}

}  // namespace varve::columnar
