import { h, uniqueId } from "./element";
import { icon } from "./icon";
import { type TableData, table } from "./table";

export interface Shell {
  readonly chart: HTMLElement;
  /** A word on the state of the data: loading, nothing there, an error. */
  say(text: string | null): void;
  /** Tells that the numbers changed. */
  refreshTable(): void;
}

export interface Heading {
  readonly name: string;
  readonly title: string;
  readonly hint?: string;
}

/** The frame of every panel: heading, the switch between chart and table, a place for messages. */
export function shell(root: HTMLElement, of: Heading, asTable?: () => TableData | null): Shell {
  const id = uniqueId("panel");
  const chart = h("div", { class: "chart" });
  const numbers = h("div", { class: "numbers", hidden: true });
  const message = h("p", { class: "message", hidden: true });
  const header = h("header", {}, h("h2", { id }, of.title));
  if (of.hint !== undefined) header.append(h("p", { class: "hint" }, of.hint));

  const refreshTable = () =>
    show(numbers, numbers.hidden || asTable === undefined ? null : asTable());
  if (asTable !== undefined) header.append(tableSwitch(of.title, chart, numbers, refreshTable));

  root.classList.add("panel");
  root.dataset["panel"] = of.name;
  root.setAttribute("aria-labelledby", id);
  root.replaceChildren(header, h("div", { class: "body" }, chart, numbers, message));
  return {
    chart,
    say(text) {
      message.hidden = text === null;
      message.textContent = text;
    },
    refreshTable,
  };
}

function tableSwitch(
  title: string,
  chart: HTMLElement,
  numbers: HTMLElement,
  changed: () => void,
): HTMLElement {
  const button = h("button", { type: "button", class: "quiet" });
  const label = () => {
    const text = numbers.hidden ? "Show as table" : "Show as chart";
    button.replaceChildren(icon(numbers.hidden ? "table" : "chart"), h("span", {}, text));
    button.setAttribute("aria-label", `${text}: ${title}`);
  };
  button.addEventListener("click", () => {
    numbers.hidden = !numbers.hidden;
    chart.hidden = !numbers.hidden;
    label();
    changed();
  });
  label();
  return button;
}

function show(numbers: HTMLElement, data: TableData | null): void {
  const region = data === null ? null : table(data);
  const present = numbers.firstElementChild;
  // The region stays: a new one would lose the focus and the place that it was scrolled to.
  if (region !== null && present !== null) present.replaceChildren(...region.children);
  else numbers.replaceChildren(...(region === null ? [] : [region]));
}
