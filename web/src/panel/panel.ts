import type { ApiError } from "../api/fetch";
import { perFrame } from "../state/frame";
import type { Resource, Snapshot } from "../state/resource";
import { type Heading, shell } from "./shell";
import type { TableData } from "./table";

/** A drawing of some value; `update` is called at most once a frame. */
export interface Drawing<T> {
  update(value: T): void;
  destroy(): void;
}

/** What a panel shows of a resource. */
export interface View<T> extends Heading {
  /** Said in place of the drawing where `isEmpty`. */
  readonly emptyText: string;
  isEmpty(value: T): boolean;
  draw(root: HTMLElement): Drawing<T>;
  /** The same numbers as a table; left out where the drawing is one. */
  table?(value: T): TableData;
}

/** Draws `source` into `root` and keeps it up to date. Returns the function that removes it again. */
export function mountPanel<T>(root: HTMLElement, source: Resource<T>, view: View<T>): () => void {
  let snapshot: Snapshot<T> = { status: "loading" };
  const asTable = view.table?.bind(view);
  const frame = shell(
    root,
    view,
    asTable && (() => ("value" in snapshot ? asTable(snapshot.value) : null)),
  );
  const drawing = view.draw(frame.chart);

  const update = perFrame(() => {
    const { status } = snapshot;
    const empty = "value" in snapshot && view.isEmpty(snapshot.value);
    root.dataset["state"] = empty && status === "fresh" ? "empty" : status;
    root.setAttribute("aria-busy", String(status === "loading" || status === "updating"));
    frame.say(message(snapshot, empty, view.emptyText));
    if ("value" in snapshot) {
      drawing.update(snapshot.value);
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
  error.isOutage
    ? "No data yet."
    : `The server refused this question: ${error.message.replace(/\.$/, "")}.`;
