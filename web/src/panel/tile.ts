import { h } from "./element";
import { icon } from "./icon";
import { sparkline } from "./sparkline";

/** One number, what it is called, and how it compares. */
export interface Reading {
  readonly text: string;
  /** The number as the API gave it, on hover. */
  readonly exact: string;
  readonly note: string;
  /** A change to the better or to the worse, as "+4.2%". */
  readonly change?: { readonly text: string; readonly direction: -1 | 0 | 1 } | null;
  readonly trend?: readonly (number | null)[];
}

export interface Tile {
  readonly root: HTMLElement;
  /** null keeps the number that it has, if any. */
  show(reading: Reading | null, state: string): void;
}

export function tile(name: string, title: string): Tile {
  const value = h("p", { class: "tile-value" }, "–");
  const note = h("p", { class: "tile-note" });
  const trend = h("div", { class: "tile-trend", "aria-hidden": "true" });
  const root = h(
    "div",
    {
      class: "tile",
      role: "group",
      "data-tile": name,
      "data-state": "loading",
      "aria-label": title,
    },
    h("h2", {}, title),
    value,
    note,
    trend,
  );
  return {
    root,
    show(reading, state) {
      root.dataset["state"] = state;
      if (reading === null) return;
      value.textContent = reading.text;
      value.title = reading.exact;
      root.dataset["value"] = reading.exact;
      note.replaceChildren(...changeMark(reading), reading.note);
      if (reading.trend !== undefined) trend.replaceChildren(sparkline(reading.trend));
    },
  };
}

function changeMark({ change }: Reading): (Node | string)[] {
  if (change === undefined || change === null) return [];
  const [name, css] =
    change.direction > 0
      ? (["up", "better"] as const)
      : change.direction < 0
        ? (["down", "worse"] as const)
        : (["level", "same"] as const);
  return [h("span", { class: `change ${css}` }, icon(name), change.text), " "];
}
