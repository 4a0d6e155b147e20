import type { Anomalies } from "../api/questions";
import type { FraudAnomaly } from "../api/types";
import { exactMoney } from "../format/money";
import { decimal, kNone } from "../format/number";
import { localTime, utcTime } from "../format/time";
import { flagged } from "../series/flagged";
import { fraudReason } from "../format/reason";
import type { Drawing, View } from "./panel";
import { type Cell, table } from "./table";

/** Payments above this score are shown and counted as flagged. */
export const kMinScore = 80;
const kShown = 8;

export const fraudView: View<Anomalies> = {
  name: "fraud",
  title: "Flagged payments",
  hint: `The latest with a fraud score above ${kMinScore}`,
  emptyText: `No payment with a fraud score above ${kMinScore} in this period.`,
  isEmpty: (anomalies) => anomalies.events.length === 0,
  draw,
};

function draw(root: HTMLElement): Drawing<Anomalies> {
  let shown = "";
  return {
    update({ events }) {
      const latest = flagged(events).payments.slice(0, kShown);
      const next = JSON.stringify(latest);
      if (next === shown) return;
      shown = next;
      root.replaceChildren(
        table({
          caption: "Latest flagged payments, newest first",
          columns: [
            { label: "Payment" },
            { label: "Time" },
            { label: "Score", numeric: true },
            { label: "Amount", numeric: true },
            { label: "Status" },
            { label: "Method" },
            { label: "Reasons" },
          ],
          rows: latest.map(row),
        }),
      );
    },
    destroy: () => undefined,
  };
}

function row(payment: FraudAnomaly): (string | Cell)[] {
  const time = new Date(payment.timestamp);
  return [
    { text: payment.paymentId.slice(0, 8), title: payment.paymentId },
    { text: localTime(time), title: utcTime(time), instant: payment.timestamp },
    decimal(payment.fraudScore),
    exactMoney(payment.amount),
    (payment.status ?? kNone).toLowerCase(),
    payment.paymentMethod.replaceAll("_", " "),
    payment.reasons.map(fraudReason).join("; "),
  ];
}
