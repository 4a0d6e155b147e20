import { type Anomalies, fraudAnomalies } from "../api/questions";
import type { Envelope, FraudAnomaly } from "../api/types";

/** Events may be late by this much and still be seen at once; later ones wait for the next full look. */
const kOverlapMs = 15 * 60_000;
const kFullEveryMs = 5 * 60_000;

interface Known {
  readonly days: number;
  readonly fullAtMs: number;
  readonly answer: Envelope<Anomalies>;
}

/**
 * Asks for the anomalies of the last `days()` days: all of them now and then, else only the recent
 * ones, which are added to those known. All of 90 days are more than a megabyte.
 */
export function anomalyFeed(
  days: () => number,
  minScore: number,
): (signal: AbortSignal) => Promise<Envelope<Anomalies>> {
  let known: Known | undefined;

  async function everything(signal: AbortSignal): Promise<Envelope<Anomalies>> {
    const asked = days();
    const answer = await fraudAnomalies({ days: asked }, minScore, signal);
    known = { days: asked, fullAtMs: Date.now(), answer };
    return answer;
  }

  async function news(before: Known, signal: AbortSignal): Promise<Envelope<Anomalies>> {
    const from = new Date(Date.parse(before.answer.meta.asOf) - kOverlapMs).toISOString();
    const recent = await fraudAnomalies({ from }, minScore, signal);
    const events = join(before.answer.data.events, recent.data.events);
    const answer = { data: { events, more: before.answer.data.more }, meta: recent.meta };
    known = { ...before, answer };
    return answer;
  }

  return (signal) => {
    const fresh = known?.days === days() && Date.now() - known.fullAtMs < kFullEveryMs;
    return known !== undefined && fresh ? news(known, signal) : everything(signal);
  };
}

/** Both, each event once: an event is a payment at a time. */
export function join(a: readonly FraudAnomaly[], b: readonly FraudAnomaly[]): FraudAnomaly[] {
  const events = [...a, ...b].map(
    (event) => [`${event.paymentId} ${event.timestamp}`, event] as const,
  );
  return [...new Map(events).values()];
}
