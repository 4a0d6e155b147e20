import type { IngestEvent } from "./types";

export interface StreamListener {
  opened(): void;
  ingested(event: IngestEvent): void;
  heartbeat(): void;
  /** The server itself lost events for a while. */
  missed(): void;
  /** The connection is gone; the stream tries again by itself. */
  lost(): void;
}

const kFirstDelayMs = 1_000;
const kLastDelayMs = 10_000;

/** Follows /v1/stream until the returned function is called. */
export function openStream(listener: StreamListener): () => void {
  let source: EventSource;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let delay = kFirstDelayMs;

  function connect(): void {
    source = new EventSource("/v1/stream");
    source.onopen = () => {
      delay = kFirstDelayMs;
      listener.opened();
    };
    source.addEventListener("ingest", (message) =>
      listener.ingested(JSON.parse(message.data) as IngestEvent),
    );
    source.addEventListener("heartbeat", () => listener.heartbeat());
    source.addEventListener("resync", () => listener.missed());
    source.onerror = () => {
      // Left to itself the browser gives up for good where the server answers with an error.
      source.close();
      listener.lost();
      retry = setTimeout(connect, delay);
      delay = Math.min(delay * 2, kLastDelayMs);
    };
  }

  connect();
  return () => {
    clearTimeout(retry);
    source.close();
  };
}
