import type { ApiError } from "../api/fetch";
import { localClock, utcTime } from "../format/time";
import { perFrame } from "../state/frame";
import type { Resource, Snapshot } from "../state/resource";
import { h } from "./element";

/** Says that the API is away while it is, and has everything ask again once anything was answered. */
export function mountBanner(root: HTMLElement, sources: readonly Resource<unknown>[]): () => void {
  const snapshots = new Map<Resource<unknown>, Snapshot<unknown>>();
  root.setAttribute("role", "status");

  const update = perFrame(() => {
    const away = [...snapshots.values()].filter(isAway);
    root.hidden = away.length === 0;
    if (away.length === 0) return root.replaceChildren();
    const text = [sentence(errorOf(away[0]!)!), ...lastKnown([...snapshots.values()])];
    if (root.textContent !== text.join("")) {
      root.replaceChildren(h("strong", {}, text[0]!), ...text.slice(1));
    }
  });

  const undo = sources.map((source) =>
    source.subscribe((next) => {
      const before = snapshots.get(source);
      snapshots.set(source, next);
      if (before !== undefined && isAway(before) && next.status === "fresh") {
        for (const other of sources) other.retry();
      }
      update.request();
    }),
  );
  return () => {
    for (const step of undo) step();
    update.cancel();
    root.replaceChildren();
  };
}

const isAway = (snapshot: Snapshot<unknown>): boolean => errorOf(snapshot)?.isOutage ?? false;
const errorOf = (snapshot: Snapshot<unknown>): ApiError | undefined =>
  "error" in snapshot ? snapshot.error : undefined;

const sentence = (error: ApiError): string =>
  error.status === 0
    ? "The server cannot be reached."
    : `The server cannot answer: ${error.message.replace(/\.$/, "")}.`;

function lastKnown(snapshots: readonly Snapshot<unknown>[]): string[] {
  const times = snapshots.flatMap((snapshot) =>
    "value" in snapshot ? [snapshot.at.getTime()] : [],
  );
  if (times.length === 0) return [" Trying again by itself."];
  const oldest = new Date(Math.min(...times));
  return [
    ` Greyed numbers are from ${localClock(oldest)} (${utcTime(oldest)}). Trying again by itself.`,
  ];
}
