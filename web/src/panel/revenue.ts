import type uPlot from "uplot";
import type { RevenueSummary } from "../api/types";
import { exactMoney, wholeMoney } from "../format/money";
import { count, kNone } from "../format/number";
import { day } from "../format/time";
import { type Daily, daily, splitPartial } from "../series/daily";
import { keyboardCursor } from "./cursor";
import { h } from "./element";
import type { Drawing, View } from "./panel";
import { plot } from "./plot";
import { kHeight, revenuePlot } from "./revenue_plot";
import type { TableData } from "./table";
import { tooltip } from "./tooltip";

export const revenueView: View<RevenueSummary> = {
  name: "revenue",
  title: "Daily revenue",
  hint: "Days in UTC; today so far is dashed",
  emptyText: "No revenue in this period. Orders show up here as soon as they are ingested.",
  isEmpty: (summary) => summary.dailyData.length === 0,
  draw,
  table: asTable,
};

function draw(root: HTMLElement): Drawing<RevenueSummary> {
  const canvas = h("div", { class: "plot", role: "img" });
  root.append(legend(), canvas);
  const note = tooltip(canvas);
  let days: Daily = daily([], 0);

  const { chart, destroy } = plot(canvas, revenuePlot(showAt), [[], [], [], [], []]);

  function showAt(self: uPlot): void {
    const i = self.cursor.idx;
    const time = i == null ? undefined : days.times[i];
    if (i == null || time === undefined || (self.cursor.left ?? -1) < 0) return note.hide();
    const left = self.valToPos(time, "x") + self.bbox.left / devicePixelRatio;
    note.show(left, kHeight / 2, [
      day(time) + (isPartial(days, i) ? ", so far" : ""),
      ...facts(days, i),
    ]);
  }

  let at = -1;
  keyboardCursor(canvas, {
    move(step) {
      const last = days.times.length - 1;
      at = at < 0 ? last : Math.min(last, Math.max(0, at + step));
      if (at < 0) return "";
      chart.setCursor({ left: chart.valToPos(days.times[at]!, "x"), top: 10 });
      return [
        day(days.times[at]!),
        ...facts(days, at).map(([what, value]) => `${what} ${value}`),
      ].join(", ");
    },
    leave() {
      at = -1;
      chart.setCursor({ left: -10, top: -10 });
    },
  });

  return {
    update(summary) {
      days = daily(summary.dailyData, Date.now());
      chart.setData([
        [...days.times],
        ...splitPartial(days.revenue, days.lastIsPartial),
        ...splitPartial(days.profit, days.lastIsPartial),
      ]);
      canvas.setAttribute("aria-label", summaryOf(days));
    },
    destroy,
  };
}

const isPartial = (days: Daily, i: number): boolean =>
  days.lastIsPartial && i === days.times.length - 1;

function facts(days: Daily, i: number): [string, string][] {
  const value = days.orderValue[i];
  return [
    ["Revenue", wholeMoney(days.revenue[i] ?? 0)],
    ["Profit", wholeMoney(days.profit[i] ?? 0)],
    ["Orders", count(days.orders[i] ?? 0)],
    ["Average order", value == null ? kNone : exactMoney(value)],
  ];
}

function summaryOf({ times, revenue }: Daily): string {
  if (times.length === 0) return "Daily revenue: nothing yet";
  const range = `${day(times[0]!)} to ${day(times.at(-1)!)}`;
  const [least, most] = [Math.min(...revenue), Math.max(...revenue)].map(wholeMoney);
  return `Daily revenue and profit, ${range}: revenue from ${least} to ${most} a day. Arrow keys read single days.`;
}

function legend(): HTMLElement {
  const entry = (series: string, text: string) =>
    h("li", {}, h("i", { class: `key key-line ${series}`, "aria-hidden": "true" }), text);
  return h("ul", { class: "legend" }, entry("series-1", "Revenue"), entry("series-2", "Profit"));
}

function asTable(summary: RevenueSummary): TableData {
  const days = daily(summary.dailyData, Date.now());
  const exact = new Map(summary.dailyData.map((row) => [Date.parse(row.day) / 1000, row]));
  const rows = days.times.map((time, i) => {
    const row = exact.get(time);
    return [
      day(time) + (isPartial(days, i) ? ", so far" : ""),
      exactMoney(row?.totalRevenue ?? 0),
      exactMoney(row?.totalProfit ?? 0),
      count(days.orders[i] ?? 0),
      row?.avgOrderValue == null ? kNone : exactMoney(row.avgOrderValue),
    ];
  });
  return {
    caption: "Daily revenue, newest day first",
    columns: [
      { label: "Day (UTC)" },
      { label: "Revenue", numeric: true },
      { label: "Profit", numeric: true },
      { label: "Orders", numeric: true },
      { label: "Average order", numeric: true },
    ],
    rows: rows.reverse(),
  };
}
