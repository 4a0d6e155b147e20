#include "extension/continuous_aggregate/work.h"

#include <algorithm>

namespace varve::continuous_aggregate {

Ranges work_of(const Situation& situation, bool newest_first) {
  const Range window = common(situation.window, situation.data);
  Ranges wanted = situation.force ? merged({window}) : common(situation.stale, window);
  wanted = without(wanted, situation.frozen);
  const Ranges future = common(wanted, {std::max(situation.watermark, window.begin), window.end});
  Ranges past = common(wanted, {window.begin, std::min(situation.watermark, window.end)});
  if (newest_first) std::ranges::reverse(past);
  Ranges work = future;
  work.insert(work.end(), past.begin(), past.end());
  return work;
}

}  // namespace varve::continuous_aggregate
