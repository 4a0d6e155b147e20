// The type varve_catalog.bucket_width: an interval under another name, which text becomes by
// itself. extension/sql/50_time_bucket.sql says what for.
#include <cstring>

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

}  // namespace

// varve_catalog.bucket_width(text) returns varve_catalog.bucket_width
VARVE_SQL_FUNCTION(varve_bucket_width) {
  const text* words = PG_GETARG_TEXT_PP(0);
  const PinnedIntervalStyle pinned;
  PG_RETURN_DATUM(pg::call([&] {
    return DirectFunctionCall3(interval_in, CStringGetDatum(text_to_cstring(words)),
                               ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
  }));
}

}  // namespace varve::function
