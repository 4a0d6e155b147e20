import type { Anomalies } from "../api/questions";
import type { RevenueSummary, RevenueTotals } from "../api/types";
import { compactMoney, exactMoney } from "../format/money";
import { compactCount, count, kNone, rate, signedPercent } from "../format/number";
import { change } from "../series/change";
import { daily } from "../series/daily";
import { flagged } from "../series/flagged";
import { perDay } from "../series/per_day";
import { lastDays } from "../series/period";
import { perFrame } from "../state/frame";
import type { Live } from "../state/live";
import type { Resource, Snapshot } from "../state/resource";
import { type Reading, tile } from "./tile";

export interface TileSources {
  readonly days: () => number;
  readonly revenue: Resource<RevenueSummary>;
  readonly fraud: Resource<Anomalies>;
  readonly live: Live;
}

/** The row of key figures. Returns the function that removes it again. */
export function mountTiles(root: HTMLElement, sources: TileSources): () => void {
  const tiles = {
    revenue: tile("revenue", "Revenue"),
    profit: tile("profit", "Profit"),
    orders: tile("orders", "Orders"),
    orderValue: tile("order-value", "Average order"),
    flagged: tile("flagged", "Flagged payments"),
    ingest: tile("ingest", "Ingest rate"),
  };
  root.replaceChildren(...Object.values(tiles).map((one) => one.root));

  let revenue: Snapshot<RevenueSummary> = { status: "loading" };
  let fraud: Snapshot<Anomalies> = { status: "loading" };

  const update = perFrame(() => {
    // Other than fresh numbers may answer a question of before: they keep the words that they had.
    const sums = revenue.status === "fresh" ? revenueReadings(revenue.value, sources.days()) : null;
    for (const name of ["revenue", "profit", "orders", "orderValue"] as const) {
      tiles[name].show(sums?.[name] ?? null, revenue.status);
    }
    const suspect = fraud.status === "fresh" ? flaggedReading(fraud.value, sources.days()) : null;
    tiles.flagged.show(suspect, fraud.status);
    tiles.ingest.show(
      ingestReading(sources.live),
      sources.live.liveness === "live" ? "fresh" : sources.live.liveness,
    );
  });
  const undo = [
    sources.revenue.subscribe((next) => ((revenue = next), update.request())),
    sources.fraud.subscribe((next) => ((fraud = next), update.request())),
    sources.live.subscribe(update.request),
  ];
  return () => {
    for (const step of undo) step();
    update.cancel();
    root.replaceChildren();
  };
}

/** More than ten times the orders say that history begins in the period before, and nothing else. */
const kComparable = 10;

function revenueReadings(summary: RevenueSummary, days: number) {
  const { previous } = summary;
  const series = daily(summary.dailyData, Date.now());
  // Today so far would end every trend in a fall.
  const whole = <T>(column: readonly T[]) => (series.lastIsPartial ? column.slice(0, -1) : column);
  const comparable = summary.totalOrders <= kComparable * previous.totalOrders;
  const against = (now: number, before: number) =>
    comparable
      ? compare(now, before, days)
      : {
          change: null,
          note: `${previous.totalOrders === 0 ? "none" : "hardly any"} in the ${days} days before`,
        };
  const value = orderValue(summary);
  const before = orderValue(previous);
  return {
    revenue: {
      text: compactMoney(summary.totalRevenue),
      exact: exactMoney(summary.totalRevenue),
      trend: whole(series.revenue),
      ...against(Number(summary.totalRevenue), Number(previous.totalRevenue)),
    },
    profit: {
      text: compactMoney(summary.totalProfit),
      exact: exactMoney(summary.totalProfit),
      trend: whole(series.profit),
      ...against(Number(summary.totalProfit), Number(previous.totalProfit)),
    },
    orders: {
      text: compactCount(summary.totalOrders),
      exact: count(summary.totalOrders),
      trend: whole(series.orders),
      ...against(summary.totalOrders, previous.totalOrders),
    },
    orderValue: {
      text: value === null ? kNone : exactMoney(value),
      exact: value === null ? "no orders" : exactMoney(value),
      trend: whole(series.orderValue),
      ...against(value ?? 0, before ?? 0),
    },
  } satisfies Record<string, Reading>;
}

const orderValue = (sums: RevenueTotals): number | null =>
  sums.totalOrders === 0 ? null : Number(sums.totalRevenue) / sums.totalOrders;

function compare(now: number, before: number, days: number): Pick<Reading, "change" | "note"> {
  const ratio = change(now, before);
  if (ratio === null) return { change: null, note: `none in the ${days} days before` };
  // What is shown as 0.0% has no direction.
  const direction = Math.abs(ratio) < 0.0005 ? 0 : ratio > 0 ? 1 : -1;
  return { change: { text: signedPercent(ratio), direction }, note: `vs previous ${days} days` };
}

function flaggedReading({ events, more }: Anomalies, days: number): Reading {
  const { payments, amount } = flagged(events);
  const worth = `worth ${compactMoney(amount)}`;
  if (more) {
    return {
      text: `${compactCount(payments.length)}+`,
      exact: `more than ${count(payments.length)}`,
      note: `${worth} or more`,
    };
  }
  const now = Date.now();
  const times = payments.map((payment) => Date.parse(payment.timestamp));
  return {
    text: compactCount(payments.length),
    exact: count(payments.length),
    note: worth,
    trend: perDay(times, lastDays(days, now).from.getTime(), now).slice(0, -1),
  };
}

function ingestReading(live: Live): Reading {
  const topics = live.rates.topics;
  const sum = (values: readonly (number | null)[]) =>
    values.every((value) => value === null)
      ? null
      : values.reduce<number>((a, b) => a + (b ?? 0), 0);
  const now = sum(topics.map((topic) => live.rates.current(topic)));
  const windows = topics.map((topic) => live.rates.window(topic)[1]);
  const trend = windows[0]?.map((_, i) => sum(windows.map((values) => values[i] ?? null))) ?? [];
  return {
    text: now === null ? kNone : `${rate(now)}/s`,
    exact: now === null ? "not known yet" : String(now),
    note: live.liveness === "offline" ? "no connection" : "events, all topics",
    trend,
  };
}
