import { h } from "./element";

export interface Column {
  readonly label: string;
  readonly numeric?: boolean;
}

export interface Cell {
  readonly text: string;
  /** Shown on hover: the exact value, or the time in UTC. */
  readonly title?: string;
  /** RFC 3339; makes the cell a <time>. */
  readonly instant?: string;
  /** Shown in place of the text. */
  readonly content?: Node;
}

export interface TableData {
  readonly caption: string;
  readonly columns: readonly Column[];
  /** The first cell of a row is its header. */
  readonly rows: readonly (readonly (string | Cell)[])[];
}

/** A table that scrolls by itself where it is too wide, and by keyboard. */
export function table(data: TableData): HTMLElement {
  const head = data.columns.map(({ label, numeric }) =>
    h("th", { scope: "col", class: numeric ? "numeric" : null }, label),
  );
  return h(
    "div",
    { class: "table-scroll", role: "region", tabindex: 0, "aria-label": data.caption },
    h(
      "table",
      {},
      h("caption", { class: "visually-hidden" }, data.caption),
      h("thead", {}, h("tr", {}, ...head)),
      h("tbody", {}, ...data.rows.map((cells) => row(cells, data.columns))),
    ),
  );
}

function row(cells: readonly (string | Cell)[], columns: readonly Column[]): HTMLElement {
  return h(
    "tr",
    {},
    ...cells.map((cell, i) => {
      const css = columns[i]?.numeric ? "numeric" : null;
      return i === 0
        ? h("th", { scope: "row", class: css }, content(cell))
        : h("td", { class: css }, content(cell));
    }),
  );
}

function content(cell: string | Cell): Node | string {
  if (typeof cell === "string") return cell;
  if (cell.content !== undefined) return cell.content;
  if (cell.instant !== undefined) {
    return h("time", { datetime: cell.instant, title: cell.title }, cell.text);
  }
  return cell.title === undefined ? cell.text : h("span", { title: cell.title }, cell.text);
}
