// The type varve_catalog.bucket_width: an interval under another name, which text becomes by
// itself. extension/sql/50_time_bucket.sql says what for.
#include <cstring>

#include "extension/function/same_text.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <miscadmin.h>
#include <utils/builtins.h>
#include <utils/timestamp.h>
}

namespace varve::function {
namespace {

/// Reads intervals as IntervalStyle = postgres does, whatever the session has set, so that the
/// conversion is immutable. The styles differ in the sign of '-1 2:03'.
class PinnedIntervalStyle {
 public:
  PinnedIntervalStyle() noexcept : style_(IntervalStyle) { IntervalStyle = INTSTYLE_POSTGRES; }
  ~PinnedIntervalStyle() { IntervalStyle = style_; }
  PinnedIntervalStyle(const PinnedIntervalStyle&) = delete;
  PinnedIntervalStyle& operator=(const PinnedIntervalStyle&) = delete;

 private:
  int style_;
};

/// The width a call site parsed last: a parameter is the same for every row.
struct Parsed {
  const text* words;
  Interval width;
};

Interval parse(const text* words) {
  const PinnedIntervalStyle pinned;
  return pg::call([&] {
    return *DatumGetIntervalP(DirectFunctionCall3(interval_in,
                                                  CStringGetDatum(text_to_cstring(words)),
                                                  ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
  });
}

void remember(FmgrInfo& call_site, const text* words, const Interval& width) {
  pg::call([&] {
    auto* parsed = static_cast<Parsed*>(
        MemoryContextAlloc(call_site.fn_mcxt, sizeof(Parsed) + VARSIZE_ANY(words)));
    parsed->words = reinterpret_cast<text*>(parsed + 1);
    parsed->width = width;
    std::memcpy(static_cast<void*>(parsed + 1), words, VARSIZE_ANY(words));
    if (call_site.fn_extra != nullptr) pfree(call_site.fn_extra);
    call_site.fn_extra = parsed;
  });
}

}  // namespace

// varve_catalog.bucket_width(text) returns varve_catalog.bucket_width
VARVE_SQL_FUNCTION(varve_bucket_width) {
  const text* words = PG_GETARG_TEXT_PP(0);
  FmgrInfo& call_site = *fcinfo->flinfo;
  const auto* last = static_cast<const Parsed*>(call_site.fn_extra);
  if (last == nullptr || !same_text(last->words, words)) {
    remember(call_site, words, parse(words));
    last = static_cast<const Parsed*>(call_site.fn_extra);
  }
  auto* width = static_cast<Interval*>(palloc(sizeof(Interval)));
  *width = last->width;
  PG_RETURN_INTERVAL_P(width);
}

}  // namespace varve::function
