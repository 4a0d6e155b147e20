/**
 * Events a second by topic over the last minute, from the reports of ingest transactions.
 *
 * Shape  one counter a second and topic, in a ring of kWindow seconds.
 * Units  seconds on the caller's clock.
 */
export const kWindow = 70;
/** A rate is the mean of this many whole seconds: the ingest commits in bursts. */
export const kSmooth = 10;

export class Rates {
  private readonly counts = new Map<string, Float64Array>();
  private readonly totals = new Map<string, number>();
  private first: number | undefined;
  private latest = 0;

  constructor(topics: readonly string[]) {
    for (const topic of topics) this.counts.set(topic, new Float64Array(kWindow));
  }

  get topics(): readonly string[] {
    return [...this.counts.keys()];
  }

  /** Rows counted since the start. */
  total(topic: string): number {
    return this.totals.get(topic) ?? 0;
  }

  /** Moves on to the second that holds `now`; seconds in between saw nothing. */
  advance(now: number): void {
    const second = Math.floor(now);
    this.first ??= second;
    const from = Math.max(this.latest + 1, second - kWindow + 1);
    for (let s = from; s <= second; s++) {
      for (const ring of this.counts.values()) ring[s % kWindow] = 0;
    }
    this.latest = Math.max(this.latest, second);
  }

  /** Counts rows that were reported at `now`. A new topic is added. */
  record(topic: string, rows: number, now: number): void {
    this.advance(now);
    let ring = this.counts.get(topic);
    if (ring === undefined) this.counts.set(topic, (ring = new Float64Array(kWindow)));
    ring[this.latest % kWindow]! += rows;
    this.totals.set(topic, this.total(topic) + rows);
  }

  /** Rows a second in the last whole seconds, or null before one is over. */
  current(topic: string): number | null {
    return this.smoothed(topic, this.latest - 1);
  }

  /** [seconds, rates]: the window up to the last whole second; null before counting began. */
  window(topic: string): [number[], (number | null)[]] {
    const times = Array.from(
      { length: kWindow - kSmooth },
      (_, i) => this.latest - kWindow + kSmooth + i,
    );
    return [times, times.map((second) => this.smoothed(topic, second))];
  }

  private smoothed(topic: string, last: number): number | null {
    if (this.first === undefined || last < this.first) return null;
    const begin = Math.max(last - kSmooth + 1, this.first);
    const ring = this.counts.get(topic);
    let sum = 0;
    for (let s = begin; s <= last; s++) sum += ring?.[s % kWindow] ?? 0;
    return sum / (last - begin + 1);
  }
}
