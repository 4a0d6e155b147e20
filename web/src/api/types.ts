/**
 * What the API answers. Times are RFC 3339 in UTC; money is a decimal string, so that no amount
 * passes through binary floating point before it is shown.
 */

export type Money = string;
export type Instant = string;

export interface Envelope<T> {
  readonly data: T;
  /** Absent or null on the last page. */
  readonly page?: { readonly next: string | null } | null;
  readonly meta: Meta;
}

export interface Meta {
  readonly from?: Instant | null;
  readonly to?: Instant | null;
  readonly asOf: Instant;
  readonly source?: string;
  readonly tookMs: number;
}

/** RFC 9457. */
export interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
}

export interface RevenueTotals {
  readonly totalRevenue: Money;
  readonly totalProfit: Money;
  readonly totalOrders: number;
}

export interface RevenueDay extends RevenueTotals {
  readonly day: Instant;
  readonly avgOrderValue: Money | null;
}

export interface RevenueSummary extends RevenueTotals {
  /** In percent. */
  readonly growthRate: number | null;
  /** As many days just before, up to the same time of day. */
  readonly previous: RevenueTotals;
  /** One entry a day that had orders. */
  readonly dailyData: readonly RevenueDay[];
}

export interface PaymentStatusDay {
  readonly day: Instant;
  readonly status: string;
  readonly paymentCount: number;
  readonly totalAmount: Money;
  readonly avgFraudScore: number | null;
}

export interface FraudReason {
  readonly rule: string;
  readonly observed?: unknown;
  readonly expected?: unknown;
}

/** An event of a payment that is suspect; one payment may have several. */
export interface FraudAnomaly {
  readonly paymentId: string;
  readonly customerId: string;
  readonly amount: Money;
  readonly fraudScore: number | null;
  readonly combinedScore?: number | null;
  readonly timestamp: Instant;
  readonly status?: string;
  readonly paymentMethod: string;
  readonly reasons: readonly FraudReason[];
  readonly disposition?: string | null;
}

export type Health = "HEALTHY" | "DEGRADED" | "CRITICAL" | "UNKNOWN";

/** A figure that has reached a limit. */
export interface HealthReason {
  readonly metric: string;
  readonly observed: number;
  readonly threshold: number;
  readonly health: Health;
}

export interface ServiceHealth {
  readonly serviceName: string;
  readonly avgCpu: number | null;
  readonly avgMemory: number | null;
  readonly avgErrorRate: number | null;
  readonly maxLatency: number | null;
  readonly health: Health;
  readonly reasons: readonly HealthReason[];
}

export interface SystemHealth {
  readonly overallHealth: Health;
  readonly services: readonly ServiceHealth[];
}

export interface HeatmapCell {
  /** 0 is Sunday. */
  readonly dow: number;
  readonly hour: number;
  readonly count: number;
}

export interface Heatmap {
  readonly cells: readonly HeatmapCell[];
}

/** One transaction of the ingest, as /v1/stream reports it. */
export interface IngestEvent {
  readonly topic: string;
  readonly rows: number;
  readonly deadLetters: number;
  readonly maxTime: Instant | null;
}
