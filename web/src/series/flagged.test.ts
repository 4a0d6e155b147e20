import { expect, test } from "vitest";
import type { FraudAnomaly } from "../api/types";
import { flagged } from "./flagged";

const event = (
  paymentId: string,
  timestamp: string,
  status: string,
  amount: string,
): FraudAnomaly => ({
  paymentId,
  customerId: "c",
  amount,
  fraudScore: 90,
  timestamp,
  status,
  paymentMethod: "card",
  reasons: [],
});

test("a payment counts once, with its latest status; the newest payment comes first", () => {
  const result = flagged([
    event("a", "2026-03-01T10:00:00Z", "PENDING", "10.50"),
    event("b", "2026-03-01T10:00:02.5Z", "PENDING", "1"),
    event("a", "2026-03-01T10:00:01.123456Z", "COMPLETED", "10.50"),
  ]);
  expect(result.payments.map(({ paymentId, status }) => [paymentId, status])).toEqual([
    ["b", "PENDING"],
    ["a", "COMPLETED"],
  ]);
  expect(result.amount).toBe(11.5);
});
