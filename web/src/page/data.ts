import { activityHeatmap, paymentStatuses, revenueSummary, systemHealth } from "../api/questions";
import { viewerZone } from "../format/time";
import { kMinScore } from "../panel/fraud";
import { anomalyFeed } from "../state/anomalies";
import type { Live } from "../state/live";
import type { Range } from "../state/range";
import { type Resource, resource } from "../state/resource";

const kPace = { refreshMs: 60_000, minGapMs: 2_000 };

/** Everything that the Overview page asks for, kept fresh. */
export function overviewData(range: Range, live: Live) {
  const revenue = resource((signal) => revenueSummary(range.days, signal), kPace);
  const payments = resource((signal) => paymentStatuses(range.days, signal), kPace);
  const activity = resource((signal) => activityHeatmap(range.days, viewerZone(), signal), kPace);
  const fraud = resource(
    anomalyFeed(() => range.days, kMinScore),
    kPace,
  );
  const health = resource(systemHealth, kPace);
  const ofRange: readonly Resource<unknown>[] = [revenue, payments, activity, fraud];
  const all: readonly Resource<unknown>[] = [...ofRange, health];

  /** What may have changed when events of a topic arrived. */
  const fedBy: Readonly<Record<string, readonly Resource<unknown>[]>> = {
    "bss.order.metrics": [revenue],
    "bss.payment.metrics": [payments, fraud],
    "bss.customer.metrics": [activity],
    "bss.system.metrics": [health],
  };
  const anything = () => {
    for (const one of all) {
      one.retry();
      one.nudge();
    }
  };
  // A page in the background does not ask.
  document.addEventListener("visibilitychange", anything);
  const undo = [
    range.subscribe(() => ofRange.forEach((one) => one.restart())),
    live.onIngest((event) => fedBy[event.topic]?.forEach((one) => one.nudge())),
    live.onReturn(anything),
    () => document.removeEventListener("visibilitychange", anything),
    ...all.map((one) => one.close),
  ];
  return {
    ...{ revenue, payments, activity, fraud, health, all },
    close: () => undo.forEach((step) => step()),
  };
}
