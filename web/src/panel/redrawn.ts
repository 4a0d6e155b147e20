import type { Drawing } from "./panel";

/** A drawing that is made anew whenever its value has changed, and left alone otherwise: who reads it
 * keeps the focus and the place that it was scrolled to. */
export function redrawn<T>(root: HTMLElement, make: (value: T) => readonly Node[]): Drawing<T> {
  let shown = "";
  return {
    update(value) {
      const next = JSON.stringify(value);
      if (next === shown) return;
      shown = next;
      root.replaceChildren(...make(value));
    },
    destroy: () => undefined,
  };
}
