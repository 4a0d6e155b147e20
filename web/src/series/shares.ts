import type { PaymentStatusDay } from "../api/types";

export interface Share {
  readonly status: string;
  readonly count: number;
  /** In the payments' currency; a sum for reading, not for booking. */
  readonly amount: number;
  /** Of the count of all; 0 to 1. */
  readonly ratio: number;
}

const kOrder = ["COMPLETED", "PENDING", "REFUNDED", "FAILED", "CHARGEBACK"];

/** Sums over the days, in the order of a payment's life; statuses that we do not know come last. */
export function shares(days: readonly PaymentStatusDay[]): readonly Share[] {
  const sums = new Map<string, { count: number; amount: number }>();
  for (const { status, paymentCount, totalAmount } of days) {
    const sum = sums.get(status) ?? { count: 0, amount: 0 };
    sums.set(status, {
      count: sum.count + paymentCount,
      amount: sum.amount + Number(totalAmount),
    });
  }
  const total = [...sums.values()].reduce((count, sum) => count + sum.count, 0);
  return [...sums]
    .map(([status, sum]) => ({ status, ...sum, ratio: total === 0 ? 0 : sum.count / total }))
    .sort((a, b) => rank(a.status) - rank(b.status) || a.status.localeCompare(b.status));
}

function rank(status: string): number {
  const index = kOrder.indexOf(status);
  return index === -1 ? kOrder.length : index;
}
