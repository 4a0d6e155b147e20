import { activityView } from "../panel/activity";
import { mountBanner } from "../panel/banner";
import { h } from "../panel/element";
import { fraudView } from "../panel/fraud";
import { mountHeader } from "../panel/header";
import { healthView } from "../panel/health";
import { mountLive } from "../panel/live";
import { mountPanel } from "../panel/panel";
import { paymentsView } from "../panel/payments";
import { revenueView } from "../panel/revenue";
import { mountTiles } from "../panel/tiles";
import { followStream } from "../state/live";
import { rangeInAddress } from "../state/range";
import { overviewData } from "./data";
import { footer } from "./footer";

/** The Overview page in `root`. Returns the function that removes it again. */
export function mountOverview(root: HTMLElement): () => void {
  const range = rangeInAddress();
  const live = followStream();
  const data = overviewData(range, live);

  const header = h("header", { class: "page-header" });
  const banner = h("div", { class: "banner", hidden: true });
  const tiles = h("div", { class: "tiles" });
  const grid = h("div", { class: "grid" });
  const section = (name: string) => grid.appendChild(h("section", { class: `area-${name}` }));
  root.replaceChildren(header, h("main", {}, banner, tiles, grid), footer());

  // In the order of the page.
  const undo = [
    mountHeader(header, { title: "Overview", live, range }),
    mountBanner(banner, data.all),
    mountTiles(tiles, { days: () => range.days, live, ...data }),
    mountPanel(section("health"), data.health, healthView),
    mountPanel(section("revenue"), data.revenue, revenueView),
    mountPanel(section("payments"), data.payments, paymentsView),
    mountLive(section("live"), live),
    mountPanel(section("activity"), data.activity, activityView),
    mountPanel(section("fraud"), data.fraud, fraudView),
    data.close,
    live.close,
    range.close,
    () => root.replaceChildren(),
  ];
  return () => undo.forEach((step) => step());
}
