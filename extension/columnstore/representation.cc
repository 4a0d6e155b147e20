#include "extension/columnstore/representation.h"

namespace varve::columnstore {
namespace {

// OIDs of pg_type.dat that a segment knows more of than their length.
const struct {
  std::uint32_t oid;
  Form form;
  Order order;
  bool is_unsigned;
} kKnown[] = {
    {16, Form::kBoolean, Order::kInteger, false},    // bool
    {17, Form::kVarlena, Order::kBytes, false},      // bytea
    {18, Form::kInteger, Order::kInteger, true},     // "char"
    {20, Form::kInteger, Order::kInteger, false},    // int8
    {21, Form::kInteger, Order::kInteger, false},    // int2
    {23, Form::kInteger, Order::kInteger, false},    // int4
    {25, Form::kVarlena, Order::kBytes, false},      // text
    {26, Form::kInteger, Order::kInteger, true},     // oid
    {700, Form::kFloat4, Order::kDouble, false},     // float4
    {701, Form::kFloat8, Order::kDouble, false},     // float8
    {790, Form::kInteger, Order::kInteger, false},   // money
    {1043, Form::kVarlena, Order::kBytes, false},    // varchar
    {1082, Form::kInteger, Order::kInteger, false},  // date
    {1083, Form::kInteger, Order::kInteger, false},  // time
    {1114, Form::kInteger, Order::kInteger, false},  // timestamp
    {1184, Form::kInteger, Order::kInteger, false},  // timestamptz
    {1186, Form::kInterval, Order::kNone, false},    // interval: its order adds the fields up
    {1266, Form::kTimetz, Order::kNone, false},      // timetz: likewise
    {1700, Form::kNumeric, Order::kNone, false},     // numeric
    {2950, Form::kUuid, Order::kNone, false},        // uuid: no zones of fields
};

}  // namespace

Representation representation_of(const TypeFacts& type) {
  for (const auto& known : kKnown) {
    if (known.oid == type.oid) return {known.form, known.order, known.is_unsigned, type.length};
  }
  if (type.by_value) return {Form::kInteger, Order::kNone, false, type.length};
  if (type.length == -1) return {Form::kVarlena, Order::kNone, false, type.length};
  if (type.length == -2) return {Form::kCstring, Order::kNone, false, type.length};
  return {Form::kFixed, Order::kNone, false, type.length};
}

Range range_of(const Representation& type) {
  if (type.form == Form::kUuid) return Range::kBytes;
  if (type.form == Form::kNumeric || type.form == Form::kInterval) return Range::kApproximate;
  switch (type.order) {
    case Order::kInteger: return Range::kInteger;
    case Order::kDouble: return Range::kDouble;
    case Order::kBytes: return Range::kBytes;
    case Order::kNone: break;
  }
  return Range::kNone;
}

}  // namespace varve::columnstore
