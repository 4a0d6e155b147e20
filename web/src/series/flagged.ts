import type { FraudAnomaly } from "../api/types";

export interface Flagged {
  /** One entry a payment, as its latest event has it; newest first. */
  readonly payments: readonly FraudAnomaly[];
  /** A sum for reading, not for booking. */
  readonly amount: number;
}

/** A payment sends an event each time its status changes; it counts once. */
export function flagged(anomalies: readonly FraudAnomaly[]): Flagged {
  const payments = new Map<string, FraudAnomaly>();
  const newestFirst = [...anomalies].sort(
    (a, b) => Date.parse(b.timestamp) - Date.parse(a.timestamp),
  );
  for (const event of newestFirst) {
    if (!payments.has(event.paymentId)) payments.set(event.paymentId, event);
  }
  return {
    payments: [...payments.values()],
    amount: [...payments.values()].reduce((sum, payment) => sum + Number(payment.amount), 0),
  };
}
