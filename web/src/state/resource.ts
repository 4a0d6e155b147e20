import { ApiError } from "../api/fetch";
import type { Envelope } from "../api/types";

/** What is known of an answer of the API. */
export type Snapshot<T> =
  | { readonly status: "loading" }
  | { readonly status: "failed"; readonly error: ApiError }
  | {
      /** stale: newer data could not be had. updating: the question changed, the answer not yet. */
      readonly status: "fresh" | "stale" | "updating";
      readonly value: T;
      readonly at: Date;
      readonly error?: ApiError;
    };

/** An answer that is kept fresh. */
export interface Resource<T> {
  /** Calls `listener` now and at each change, until the returned function is called. */
  subscribe(listener: (snapshot: Snapshot<T>) => void): () => void;
  /** The question changed: asks again; the last answer stays as "updating". */
  restart(): void;
  /** There may be news: asks soon, but not more often than the pace allows. */
  nudge(): void;
  /** Asks at once if the last try failed. */
  retry(): void;
  close(): void;
}

export interface Pace {
  readonly refreshMs: number;
  /** Between two asks at least; and more where answers take long, so that they keep nobody busy. */
  readonly minGapMs: number;
}

const kFirstRetryMs = 1_000;
const kLastRetryMs = 10_000;
/** An open page keeps the server busy for at most this part of the time with one question. */
const kShare = 1 / 20;

export function resource<T>(
  ask: (signal: AbortSignal) => Promise<Envelope<T>>,
  pace: Pace,
): Resource<T> {
  const listeners = new Set<(snapshot: Snapshot<T>) => void>();
  let snapshot: Snapshot<T> = { status: "loading" };
  let running: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueAt = 0;
  let askedAt = -Infinity;
  let tookMs = 0;
  let nudged = false;
  let failures = 0;
  let closed = false;

  function publish(next: Snapshot<T>): void {
    snapshot = next;
    for (const listener of listeners) listener(next);
  }

  function schedule(delayMs: number): void {
    clearTimeout(timer);
    dueAt = performance.now() + delayMs;
    timer = setTimeout(() => void load(), delayMs);
  }

  function gapLeft(): number {
    const gap = Math.max(pace.minGapMs, tookMs / kShare);
    return Math.max(0, askedAt + gap - performance.now());
  }

  async function load(): Promise<void> {
    clearTimeout(timer);
    running?.abort();
    const mine = (running = new AbortController());
    askedAt = performance.now();
    nudged = false;
    try {
      const answer = await ask(mine.signal);
      if (mine.signal.aborted) return;
      tookMs = performance.now() - askedAt;
      failures = 0;
      publish({ status: "fresh", value: answer.data, at: new Date(answer.meta.asOf) });
      schedule(nudged ? gapLeft() : pace.refreshMs);
    } catch (error) {
      if (mine.signal.aborted) return;
      failed(error instanceof ApiError ? error : new ApiError(0, String(error)));
    } finally {
      if (running === mine) running = undefined;
    }
  }

  function failed(error: ApiError): void {
    publish(
      "value" in snapshot
        ? { status: "stale", value: snapshot.value, at: snapshot.at, error }
        : { status: "failed", error },
    );
    schedule(Math.min(kFirstRetryMs * 2 ** failures++, kLastRetryMs));
  }

  void load();
  return {
    subscribe(listener) {
      listeners.add(listener);
      listener(snapshot);
      return () => listeners.delete(listener);
    },
    restart() {
      if ("value" in snapshot) publish({ ...snapshot, status: "updating" });
      void load();
    },
    nudge() {
      if (closed || document.hidden) return;
      // The answer that is under way may have been made before the news.
      if (running !== undefined) nudged = true;
      else if (performance.now() + gapLeft() < dueAt) schedule(gapLeft());
    },
    retry() {
      if (failures > 0 && running === undefined) void load();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      running?.abort();
      listeners.clear();
    },
  };
}
