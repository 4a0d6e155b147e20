/** The period that the page covers, kept in the address as ?days=. */

export const kRanges = [30, 90] as const;
export type Days = (typeof kRanges)[number];

/** What an address asks for; anything else is the first range. */
export function daysOf(search: string): Days {
  const asked = Number(new URLSearchParams(search).get("days"));
  return kRanges.find((days) => days === asked) ?? kRanges[0];
}

export interface Range {
  readonly days: Days;
  choose(days: Days): void;
  /** Calls `listener` after each change, also by the browser's back button. */
  subscribe(listener: () => void): () => void;
  close(): void;
}

export function rangeInAddress(): Range {
  const listeners = new Set<() => void>();
  let days = daysOf(location.search);

  function change(next: Days): void {
    if (next === days) return;
    days = next;
    for (const listener of listeners) listener();
  }
  const navigated = () => change(daysOf(location.search));
  addEventListener("popstate", navigated);

  return {
    get days() {
      return days;
    },
    choose(next) {
      const address = new URL(location.href);
      address.searchParams.set("days", String(next));
      history.pushState(null, "", address);
      change(next);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => removeEventListener("popstate", navigated),
  };
}
