import { openStream } from "../api/stream";
import type { IngestEvent } from "../api/types";
import { type Liveness, liveness } from "../series/liveness";
import { Rates } from "../series/rate";

/** What the stream of ingest transactions says: rates by topic, and whether it can be trusted. */
export interface Live {
  readonly rates: Rates;
  readonly deadLetters: number;
  readonly liveness: Liveness;
  /** Calls `listener` about once a second. */
  subscribe(listener: () => void): () => void;
  /** Calls `listener` for each transaction. */
  onIngest(listener: (event: IngestEvent) => void): () => void;
  /** Calls `listener` when events may have been missed: the stream was lost, and is back. */
  onReturn(listener: () => void): () => void;
  close(): void;
}

export const kTopics = [
  "bss.order.metrics",
  "bss.payment.metrics",
  "bss.customer.metrics",
  "bss.system.metrics",
];

export function followStream(): Live {
  const rates = new Rates(kTopics);
  const ticks = new Set<() => void>();
  const ingests = new Set<(event: IngestEvent) => void>();
  const returns = new Set<() => void>();
  let connected: boolean | undefined;
  let heardMs = Date.now();
  let deadLetters = 0;

  const seconds = () => performance.now() / 1000;
  const heard = () => (heardMs = Date.now());
  const tick = () => {
    if (connected) rates.advance(seconds());
    for (const listener of ticks) listener();
  };

  const returned = () => {
    for (const listener of returns) listener();
  };

  const close = openStream({
    opened() {
      const lost = connected === false;
      connected = true;
      heard();
      tick();
      if (lost) returned();
    },
    ingested(event) {
      heard();
      rates.record(event.topic, event.rows, seconds());
      deadLetters += event.deadLetters;
      for (const listener of ingests) listener(event);
    },
    heartbeat: heard,
    missed() {
      heard();
      returned();
    },
    lost() {
      connected = false;
      tick();
    },
  });
  const clock = setInterval(tick, 1000);
  const on =
    <L>(set: Set<L>) =>
    (listener: L) => {
      set.add(listener);
      return () => void set.delete(listener);
    };

  return {
    rates,
    get deadLetters() {
      return deadLetters;
    },
    get liveness() {
      return liveness(connected, heardMs, Date.now());
    },
    subscribe: on(ticks),
    onIngest: on(ingests),
    onReturn: on(returns),
    close() {
      clearInterval(clock);
      close();
    },
  };
}
