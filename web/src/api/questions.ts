import { fetchEnvelope } from "./fetch";
import type {
  Envelope,
  FraudAnomaly,
  Heatmap,
  PaymentStatusDay,
  RevenueSummary,
  SystemHealth,
} from "./types";

/** The questions that the Overview page asks, one function each. */

export function revenueSummary(days: number, signal: AbortSignal) {
  return fetchEnvelope<RevenueSummary>("/v1/revenue/summary", { days }, signal);
}

export function paymentStatuses(days: number, signal: AbortSignal) {
  return fetchEnvelope<readonly PaymentStatusDay[]>(
    "/v1/payments/status-breakdown",
    { days },
    signal,
  );
}

export function systemHealth(signal: AbortSignal) {
  return fetchEnvelope<SystemHealth>("/v1/system/health", { window: "1h" }, signal);
}

export function activityHeatmap(days: number, tz: string, signal: AbortSignal) {
  return fetchEnvelope<Heatmap>("/v1/activity/heatmap", { days, tz }, signal);
}

export interface Anomalies {
  /** The highest scores first. */
  readonly events: readonly FraudAnomaly[];
  /** More exist than were fetched. */
  readonly more: boolean;
}

const kPageSize = 1000;
const kPages = 5;

/** Payment events of the last `days` days, or since `from`, scored above `minScore`; 5000 at most. */
export async function fraudAnomalies(
  period: { readonly days: number } | { readonly from: string },
  minScore: number,
  signal: AbortSignal,
): Promise<Envelope<Anomalies>> {
  const found: FraudAnomaly[] = [];
  let cursor: string | undefined;
  for (let page = 1; ; page++) {
    const answer = await fetchEnvelope<readonly FraudAnomaly[]>(
      "/v1/fraud/anomalies",
      { ...period, minScore, limit: kPageSize, cursor },
      signal,
    );
    found.push(...answer.data);
    cursor = answer.page?.next ?? undefined;
    if (cursor === undefined || page === kPages) {
      return { data: { events: found, more: cursor !== undefined }, meta: answer.meta };
    }
  }
}
