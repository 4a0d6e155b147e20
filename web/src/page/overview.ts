import { activityHeatmap, fraudAnomalies, paymentStatuses, revenueSummary, systemHealth } from "../api/questions";
import { viewerZone } from "../format/time";
import { activityView } from "../panel/activity";
import { mountBanner } from "../panel/banner";
import { h } from "../panel/element";
import { fraudView, kMinScore } from "../panel/fraud";
import { mountHeader } from "../panel/header";
import { healthView } from "../panel/health";
import { mountLive } from "../panel/live";
import { mountPanel } from "../panel/panel";
import { paymentsView } from "../panel/payments";
import { revenueView } from "../panel/revenue";
import { mountTiles } from "../panel/tiles";
import { followStream } from "../state/live";
import { rangeInAddress } from "../state/range";
import { type Resource, resource } from "../state/resource";

const kPace = { refreshMs: 60_000, minGapMs: 2_000 };

/** The Overview page in `root`. Returns the function that removes it again. */
export function mountOverview(root: HTMLElement): () => void {
  const range = rangeInAddress();
  const live = followStream();

  const revenue = resource((signal) => revenueSummary(range.days, signal), kPace);
  const payments = resource((signal) => paymentStatuses(range.days, signal), kPace);
  const activity = resource((signal) => activityHeatmap(range.days, viewerZone(), signal), kPace);
  const fraud = resource((signal) => fraudAnomalies(range.days, kMinScore, signal), kPace);
  const health = resource(systemHealth, kPace);
  const ofRange: Resource<unknown>[] = [revenue, payments, activity, fraud];
  const all: Resource<unknown>[] = [...ofRange, health];

  /** What may have changed when events of a topic arrived. */
  const fedBy: Readonly<Record<string, readonly Resource<unknown>[]>> = {
    "bss.order.metrics": [revenue],
    "bss.payment.metrics": [payments, fraud],
    "bss.customer.metrics": [activity],
    "bss.system.metrics": [health],
  };

  const header = h("header", { class: "page-header" });
  const banner = h("div", { class: "banner", hidden: true });
  const tiles = h("div", { class: "tiles" });
  const section = (name: string) => h("section", { class: `area-${name}` });
  const panels = {
    health: section("health"),
    revenue: section("revenue"),
    payments: section("payments"),
    live: section("live"),
    activity: section("activity"),
    fraud: section("fraud"),
  };
  root.replaceChildren(
    header,
    h("main", {}, banner, tiles, h("div", { class: "grid" }, ...Object.values(panels))),
    footer(),
  );

  const undo = [
    range.subscribe(() => ofRange.forEach((one) => one.restart())),
    live.onIngest((event) => fedBy[event.topic]?.forEach((one) => one.nudge())),
    live.onReturn(() =>
      all.forEach((one) => {
        one.retry();
        one.nudge();
      }),
    ),
    mountHeader(header, range, live),
    mountBanner(banner, all),
    mountTiles(tiles, { days: () => range.days, revenue, fraud, live }),
    mountPanel(panels.health, health, healthView),
    mountPanel(panels.revenue, revenue, revenueView),
    mountPanel(panels.payments, payments, paymentsView),
    mountPanel(panels.activity, activity, activityView),
    mountLive(panels.live, live),
    mountPanel(panels.fraud, fraud, fraudView),
    live.close,
    ...all.map((one) => one.close),
  ];
  return () => undo.forEach((step) => step());
}

function footer(): HTMLElement {
  const link = (href: string, text: string) => h("a", { href }, text);
  return h(
    "footer",
    { class: "page-footer" },
    h("span", {}, "Days are days in UTC; times are in your time zone."),
    h("nav", { "aria-label": "For machines" }, link("/docs", "API"), link("/openapi.json", "OpenAPI"), link("/metrics", "Metrics")),
  );
}
