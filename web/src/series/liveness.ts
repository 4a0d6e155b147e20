export type Liveness = "connecting" | "live" | "stale" | "offline";

/** A stream that says nothing for longer than this, not even a heartbeat, is stale. */
export const kStaleAfterMs = 30_000;

/**
 * connected  undefined before the first attempt ended
 * heardMs    when the stream last said anything, also that it opened
 */
export function liveness(connected: boolean | undefined, heardMs: number, nowMs: number): Liveness {
  if (connected === undefined) return "connecting";
  if (!connected) return "offline";
  return nowMs - heardMs > kStaleAfterMs ? "stale" : "live";
}
