import type { RevenueDay } from "../api/types";

/** Daily sums in columns; every array has one entry a day. */
export interface Daily {
  /** Start of the day in UTC, seconds since 1970, one day apart. */
  readonly times: readonly number[];
  readonly revenue: readonly number[];
  readonly profit: readonly number[];
  readonly orders: readonly number[];
  /** null on days without orders. */
  readonly orderValue: readonly (number | null)[];
  /** The last entry is today, which is not over. */
  readonly lastIsPartial: boolean;
}

const kDay = 86_400;

/** The API leaves out days without orders; between the first and the last they count zero here. */
export function daily(days: readonly RevenueDay[], nowMs: number): Daily {
  const byTime = new Map(days.map((day) => [startOfDay(Date.parse(day.day)), day]));
  const times = everyDay([...byTime.keys()]);
  const rows = times.map((time) => byTime.get(time));
  return {
    times,
    revenue: rows.map((row) => Number(row?.totalRevenue ?? 0)),
    profit: rows.map((row) => Number(row?.totalProfit ?? 0)),
    orders: rows.map((row) => row?.totalOrders ?? 0),
    orderValue: rows.map((row) => (row?.avgOrderValue == null ? null : Number(row.avgOrderValue))),
    lastIsPartial: times.at(-1) === startOfDay(nowMs),
  };
}

/**
 * Splits a column for drawing: the days that are over, and the step from the last of them to today,
 * which is drawn apart because it will still grow.
 */
export function splitPartial<T>(
  column: readonly T[],
  partial: boolean,
): [(T | null)[], (T | null)[]] {
  const last = column.length - 1;
  if (!partial) return [[...column], column.map(() => null)];
  return [
    column.map((value, i) => (i === last ? null : value)),
    column.map((value, i) => (i >= last - 1 ? value : null)),
  ];
}

function startOfDay(ms: number): number {
  return Math.floor(ms / 1000 / kDay) * kDay;
}

function everyDay(times: readonly number[]): number[] {
  if (times.length === 0) return [];
  const first = Math.min(...times);
  return Array.from(
    { length: (Math.max(...times) - first) / kDay + 1 },
    (_, i) => first + i * kDay,
  );
}
