import type { Heatmap } from "../api/types";
import { count } from "../format/number";
import { hour, shortWeekday, weekday } from "../format/time";
import { extremes, kLevels, levelOf, peak, type Week, week } from "../series/week";
import { keyboardCursor } from "./cursor";
import { h, svg } from "./element";
import type { Drawing, View } from "./panel";
import type { TableData } from "./table";
import { tooltip } from "./tooltip";

export const activityView: View<Heatmap> = {
  name: "activity",
  title: "Customer activity",
  hint: "Events by weekday and hour, your time zone",
  emptyText: "No customer events in this period.",
  isEmpty: (heatmap) => heatmap.cells.every((cell) => cell.count === 0),
  draw,
  table: asTable,
};

/** Rows from top to bottom: the working week first. */
const kRows = [1, 2, 3, 4, 5, 6, 0];
const kLeft = 40;
const kTop = 20;
const kRowHeight = 26;
const kGap = 2;

function draw(root: HTMLElement): Drawing<Heatmap> {
  const box = h("div", { class: "heatmap", role: "img" });
  root.append(box, scale());
  const picture = svg("svg", { height: kTop + 7 * kRowHeight, width: "100%", "aria-hidden": "true" });
  box.append(picture);
  const note = tooltip(box);
  let counts: Week = week([]);

  const cellWidth = () => Math.max(4, (box.clientWidth - kLeft) / 24);
  const redraw = () => picture.replaceChildren(...labels(cellWidth()), ...marks(counts, cellWidth()));
  const observer = new ResizeObserver(redraw);
  observer.observe(box);

  function point(row: number, h24: number): string {
    const dow = kRows[row]!;
    const value = count(counts[dow]?.[h24] ?? 0);
    picture.querySelector(".here")?.classList.remove("here");
    picture.querySelector(`[data-dow="${dow}"][data-hour="${h24}"]`)?.classList.add("here");
    const title = `${weekday(dow)}, ${hour(h24)} – ${hour((h24 + 1) % 24)}`;
    note.show(kLeft + (h24 + 1) * cellWidth() - 6, kTop + (row + 0.5) * kRowHeight, [title, ["Events", value]]);
    return `${title}: ${value} events`;
  }
  function leave(): void {
    at = undefined;
    picture.querySelector(".here")?.classList.remove("here");
    note.hide();
  }
  let at: [number, number] | undefined;
  keyboardCursor(box, {
    move(columns, rows) {
      at = at === undefined ? [0, 0] : [clamp(at[0] + rows, 6), clamp(at[1] + columns, 23)];
      return point(...at);
    },
    leave,
  });
  box.addEventListener("pointermove", ({ target }) => {
    const { dow, hour: h24 } = (target as SVGElement).dataset;
    if (dow !== undefined && h24 !== undefined) point(kRows.indexOf(Number(dow)), Number(h24));
  });
  box.addEventListener("pointerleave", leave);

  return {
    update(heatmap) {
      counts = week(heatmap.cells);
      redraw();
      const top = peak(counts);
      box.setAttribute(
        "aria-label",
        `Events by weekday and hour; most on ${weekday(top.dow)} at ${hour(top.hour)}: ${count(top.count)}. Arrow keys read single hours.`,
      );
    },
    destroy: () => observer.disconnect(),
  };
}

const clamp = (value: number, last: number): number => Math.min(last, Math.max(0, value));

function marks(counts: Week, width: number): SVGElement[] {
  const { least, most } = extremes(counts);
  return kRows.flatMap((dow, row) =>
    Array.from({ length: 24 }, (_, h24) => {
      const value = counts[dow]?.[h24] ?? 0;
      return svg("rect", {
        class: `heat heat-${levelOf(value, least, most)}`,
        "data-dow": dow,
        "data-hour": h24,
        "data-count": value,
        x: (kLeft + h24 * width).toFixed(2),
        y: kTop + row * kRowHeight,
        width: (width - kGap).toFixed(2),
        height: kRowHeight - kGap,
        rx: 3,
      });
    }),
  );
}

function labels(width: number): SVGElement[] {
  const every = width < 18 ? 6 : 3;
  const hours = Array.from({ length: 24 / every }, (_, i) =>
    svg("text", { class: "label", x: kLeft + i * every * width, y: 12 }, String(i * every).padStart(2, "0")),
  );
  const days = kRows.map((dow, row) =>
    svg("text", { class: "label", x: 0, y: kTop + row * kRowHeight + 17 }, shortWeekday(dow)),
  );
  return [...hours, ...days];
}

function scale(): HTMLElement {
  const steps = Array.from({ length: kLevels + 1 }, (_, level) => h("i", { class: `key heat-${level}` }));
  return h("p", { class: "scale", "aria-hidden": "true" }, "Fewer", ...steps, "More");
}

function asTable(heatmap: Heatmap): TableData {
  const counts = week(heatmap.cells);
  return {
    caption: "Customer events by hour and weekday",
    columns: [{ label: "Hour" }, ...kRows.map((dow) => ({ label: shortWeekday(dow), numeric: true }))],
    rows: Array.from({ length: 24 }, (_, h24) => [
      hour(h24),
      ...kRows.map((dow) => count(counts[dow]?.[h24] ?? 0)),
    ]),
  };
}
