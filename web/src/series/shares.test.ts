import { expect, test } from "vitest";
import type { PaymentStatusDay } from "../api/types";
import { shares } from "./shares";

const on = (
  day: number,
  status: string,
  paymentCount: number,
  totalAmount: string,
): PaymentStatusDay => ({
  day: `2026-03-0${day}T00:00:00Z`,
  status,
  paymentCount,
  totalAmount,
  avgFraudScore: null,
});

test("days of one status add up, in the order of a payment's life, unknown ones last", () => {
  const result = shares([
    on(1, "REVIEW", 1, "1"),
    on(1, "FAILED", 1, "5.5"),
    on(1, "COMPLETED", 3, "30.25"),
    on(2, "COMPLETED", 3, "10"),
  ]);
  expect(result).toEqual([
    { status: "COMPLETED", count: 6, amount: 40.25, ratio: 0.75 },
    { status: "FAILED", count: 1, amount: 5.5, ratio: 0.125 },
    { status: "REVIEW", count: 1, amount: 1, ratio: 0.125 },
  ]);
});

test("counts of zero share nothing", () => {
  expect(shares([on(1, "FAILED", 0, "0")])[0]?.ratio).toBe(0);
  expect(shares([])).toEqual([]);
});
