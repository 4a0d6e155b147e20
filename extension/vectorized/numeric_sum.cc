#include "extension/vectorized/numeric_sum.h"

#include <algorithm>
#include <cstring>

#include "extension/columnstore/numeric_image.h"

extern "C" {
#include <fmgr.h>
#include <utils/builtins.h>
#include <utils/fmgrprotos.h>
#include <utils/memutils.h>
#include <utils/numeric.h>
}

namespace varve::vectorized {
namespace {

using columnstore::ScaledInteger;
using columnstore::Units;

constexpr std::uint64_t kScale = 0xFFFF;
constexpr std::uint64_t kNan = 1U << 16;
constexpr std::uint64_t kInfinity = 1U << 17;
constexpr std::uint64_t kMinusInfinity = 1U << 18;

void add_scale(Accumulator& state, std::int16_t scale) {
  const auto known = state.more & kScale;
  state.more = (state.more & ~kScale) | std::max(known, static_cast<std::uint64_t>(scale));
}

Datum numeric_of(Units value) {
  char image[columnstore::kMostImageBytes];
  const std::size_t size = columnstore::write_units(value, image);
  auto* made = static_cast<char*>(palloc(VARHDRSZ + size));
  SET_VARSIZE(made, VARHDRSZ + size);
  std::memcpy(made + VARHDRSZ, image, size);
  return PointerGetDatum(made);
}

void add_rest(Accumulator& state, Datum value, MemoryContext memory) {
  const MemoryContext before = MemoryContextSwitchTo(memory);
  if (state.rest == nullptr) {
    state.rest = DatumGetNumericCopy(value);
  } else {
    void* old = state.rest;
    state.rest = DatumGetPointer(DirectFunctionCall2(numeric_add, PointerGetDatum(old), value));
    pfree(old);
  }
  MemoryContextSwitchTo(before);
}

void add_units(Accumulator& state, Units value, MemoryContext memory) {
  add_scale(state, value.scale);
  Integer128 sum;
  if (__builtin_add_overflow(state.integer(), value.units, &sum)) {
    const Datum full =
        numeric_of({state.integer(), static_cast<std::int16_t>(state.more & kScale)});
    add_rest(state, full, memory);
    pfree(DatumGetPointer(full));
    sum = value.units;
  }
  state.set_integer(sum);
}

/// Seldom: NaN, an infinity, or a number that has no units.
void add_odd(Accumulator& state, std::string_view image, Datum value, MemoryContext memory) {
  const auto special = columnstore::scaled_integer(image);
  if (!special || special->scale != ScaledInteger::kSpecial) {
    return add_rest(state, value, memory);
  }
  switch (special->integer) {
    case 0xC000: state.more |= kNan; break;
    case 0xD000: state.more |= kInfinity; break;
    default: state.more |= kMinusInfinity; break;
  }
}

void add_value(Accumulator& state, Datum value, MemoryContext memory) {
  auto* bytes = reinterpret_cast<struct varlena*>(DatumGetPointer(value));
  struct varlena* packed = pg_detoast_datum_packed(bytes);
  const std::string_view image = {VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed)};
  ++state.count;
  if (const auto units = columnstore::units_of(image)) {
    add_units(state, *units, memory);
  } else {
    add_odd(state, image, PointerGetDatum(packed), memory);
  }
  if (packed != bytes) pfree(packed);
}

Datum special(const char* name) {
  return DirectFunctionCall3(numeric_in, CStringGetDatum(name), ObjectIdGetDatum(InvalidOid),
                             Int32GetDatum(-1));
}

}  // namespace

void add_numerics(const Values& values, std::span<const std::uint16_t> rows, Accumulator& state,
                  MemoryContext memory) {
  for (const std::uint16_t row : rows) {
    if (!values.nulls[row]) add_value(state, values.bits[row], memory);
  }
}

void add_each_numeric(const Values& values, std::span<const std::uint16_t> rows,
                      const std::uint32_t* groups, States states, MemoryContext memory) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!values.nulls[rows[i]]) add_value(states[groups[i]], values.bits[rows[i]], memory);
  }
}

Datum numeric_sum(const Accumulator& state) {
  const bool is_mixed = (state.more & kInfinity) != 0 && (state.more & kMinusInfinity) != 0;
  if ((state.more & kNan) != 0 || is_mixed) return special("NaN");
  if ((state.more & kInfinity) != 0) return special("Infinity");
  if ((state.more & kMinusInfinity) != 0) return special("-Infinity");
  // No unit behind the largest scale is other than zero.
  const Datum sum = numeric_of({state.integer(), static_cast<std::int16_t>(state.more & kScale)});
  if (state.rest == nullptr) return sum;
  return DirectFunctionCall2(numeric_add, PointerGetDatum(state.rest), sum);
}

}  // namespace varve::vectorized
