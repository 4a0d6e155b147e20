import type { ApiError } from "../api/fetch";
import { perFrame } from "../state/frame";
import type { Resource, Snapshot } from "../state/resource";
import { h, uniqueId } from "./element";
import { icon } from "./icon";
import { type TableData, table } from "./table";

/** A drawing of some value; `update` is called at most once a frame. */
export interface Drawing<T> {
  update(value: T): void;
  destroy(): void;
}

/** What a panel shows of a resource. */
export interface View<T> {
  readonly name: string;
  readonly title: string;
  readonly hint?: string;
  /** Said in place of the drawing where `isEmpty`. */
  readonly emptyText: string;
  isEmpty(value: T): boolean;
  draw(root: HTMLElement): Drawing<T>;
  /** The same numbers as a table; left out where the drawing is one. */
  table?(value: T): TableData;
}

export interface Shell {
  readonly root: HTMLElement;
  readonly chart: HTMLElement;
  /** A word on the state of the data: loading, nothing there, an error. */
  say(text: string | null): void;
  /** Tells that the numbers changed. */
  refreshTable(): void;
}

/** The frame of every panel: heading, the switch between chart and table, a place for messages. */
export function shell(
  root: HTMLElement,
  view: { readonly name: string; readonly title: string; readonly hint?: string },
  asTable?: () => TableData | null,
): Shell {
  const heading = uniqueId("panel");
  const chart = h("div", { class: "chart" });
  const numbers = h("div", { class: "numbers", hidden: true });
  const message = h("p", { class: "message", hidden: true });
  const header = h("header", {}, h("h2", { id: heading }, view.title));
  if (view.hint !== undefined) header.append(h("p", { class: "hint" }, view.hint));

  let showsTable = false;
  const drawTable = () => {
    const data = showsTable ? (asTable?.() ?? null) : null;
    const region = data === null ? null : table(data);
    const present = numbers.firstElementChild;
    // The region stays: a new one would lose the focus and the place that it was scrolled to.
    if (region !== null && present !== null) present.replaceChildren(...region.children);
    else numbers.replaceChildren(...(region === null ? [] : [region]));
  };
  if (asTable !== undefined) {
    const button = h("button", { type: "button", class: "quiet" });
    const label = () => {
      const text = showsTable ? "Show as chart" : "Show as table";
      button.replaceChildren(icon(showsTable ? "chart" : "table"), h("span", {}, text));
      button.setAttribute("aria-label", `${text}: ${view.title}`);
    };
    button.addEventListener("click", () => {
      showsTable = !showsTable;
      chart.hidden = showsTable;
      numbers.hidden = !showsTable;
      label();
      drawTable();
    });
    label();
    header.append(button);
  }

  root.classList.add("panel");
  root.dataset["panel"] = view.name;
  root.setAttribute("aria-labelledby", heading);
  root.replaceChildren(header, h("div", { class: "body" }, chart, numbers, message));
  return {
    root,
    chart,
    say(text) {
      message.hidden = text === null;
      message.textContent = text;
    },
    refreshTable: drawTable,
  };
}

/** Draws `source` into `root` and keeps it up to date. Returns the function that removes it again. */
export function mountPanel<T>(root: HTMLElement, source: Resource<T>, view: View<T>): () => void {
  let snapshot: Snapshot<T> = { status: "loading" };
  const value = () => ("value" in snapshot ? snapshot.value : undefined);
  const asTable = view.table?.bind(view);
  const frame = shell(
    root,
    view,
    asTable && (() => ("value" in snapshot ? asTable(snapshot.value) : null)),
  );
  const drawing = view.draw(frame.chart);

  const update = perFrame(() => {
    const known = value();
    const empty = known !== undefined && view.isEmpty(known);
    root.dataset["state"] = empty && snapshot.status === "fresh" ? "empty" : snapshot.status;
    root.setAttribute("aria-busy", String(snapshot.status === "loading" || snapshot.status === "updating"));
    frame.say(message(snapshot, empty, view.emptyText));
    if (known !== undefined) {
      drawing.update(known);
      frame.refreshTable();
    }
  });
  const unsubscribe = source.subscribe((next) => {
    snapshot = next;
    update.request();
  });
  return () => {
    unsubscribe();
    update.cancel();
    drawing.destroy();
    root.replaceChildren();
  };
}

function message(snapshot: Snapshot<unknown>, empty: boolean, emptyText: string): string | null {
  if (snapshot.status === "loading") return "Loading…";
  if (snapshot.status === "failed") return complaint(snapshot.error);
  return empty ? emptyText : null;
}

/** An outage is told once, by the page's banner. */
const complaint = (error: ApiError): string =>
  error.isOutage ? "No data yet." : `The server refused this question: ${error.message.replace(/\.$/, "")}.`;
