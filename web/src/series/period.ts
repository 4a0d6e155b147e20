/** Half-open. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

const kDayMs = 86_400_000;

/** The last `days` days in UTC, today included: the API's days=N. */
export function lastDays(days: number, nowMs: number): Period {
  const today = Math.floor(nowMs / kDayMs) * kDayMs;
  return { from: new Date(today - (days - 1) * kDayMs), to: new Date(nowMs) };
}
