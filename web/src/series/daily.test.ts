import { expect, test } from "vitest";
import type { RevenueDay } from "../api/types";
import { daily, splitPartial } from "./daily";

const day = (date: string, revenue: string, orders: number): RevenueDay => ({
  day: `${date}T00:00:00Z`,
  totalRevenue: revenue,
  totalProfit: "1.50",
  totalOrders: orders,
  avgOrderValue: "5",
});
const at = (text: string) => Date.parse(text);

test("a day without orders counts zero between days with orders", () => {
  const series = daily(
    [day("2026-03-01", "10.25", 2), day("2026-03-03", "20", 4)],
    at("2026-03-05T12:00:00Z"),
  );
  expect(series.times.map((time) => new Date(time * 1000).toISOString().slice(0, 10))).toEqual([
    "2026-03-01",
    "2026-03-02",
    "2026-03-03",
  ]);
  expect(series.revenue).toEqual([10.25, 0, 20]);
  expect(series.profit).toEqual([1.5, 0, 1.5]);
  expect(series.orders).toEqual([2, 0, 4]);
  expect(series.orderValue).toEqual([5, null, 5]);
});

test("only today is partial, up to its last millisecond in UTC", () => {
  const days = [day("2026-03-01", "10", 2)];
  expect(daily(days, at("2026-03-01T23:59:59.999Z")).lastIsPartial).toBe(true);
  expect(daily(days, at("2026-03-02T00:00:00Z")).lastIsPartial).toBe(false);
});

test("no days give empty columns", () => {
  expect(daily([], 0)).toEqual({
    times: [],
    revenue: [],
    profit: [],
    orders: [],
    orderValue: [],
    lastIsPartial: false,
  });
});

test("the partial day is drawn from the last whole day on", () => {
  expect(splitPartial([1, 2, 3], true)).toEqual([
    [1, 2, null],
    [null, 2, 3],
  ]);
  expect(splitPartial([1, 2, 3], false)).toEqual([
    [1, 2, 3],
    [null, null, null],
  ]);
});
