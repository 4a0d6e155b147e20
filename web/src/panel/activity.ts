import type { Heatmap } from "../api/types";
import { count } from "../format/number";
import { hour, shortWeekday, weekday } from "../format/time";
import { kLevels, peak, type Week, week } from "../series/week";
import { keyboardCursor } from "./cursor";
import { h } from "./element";
import { heatmapPicture, kRows, type Place } from "./heatmap";
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

function draw(root: HTMLElement): Drawing<Heatmap> {
  const box = h("div", { class: "heatmap", role: "img" });
  root.append(box, scale());
  const picture = heatmapPicture(box);
  const note = tooltip(box);
  let counts: Week = week([]);
  let at: Place | undefined;

  function point(place: Place): string {
    at = place;
    const value = count(counts[kRows[place.row]!]?.[place.hour] ?? 0);
    const { x, y } = picture.pointOf(place);
    picture.highlight(place);
    note.show(x, y, [nameOf(place), ["Events", value]]);
    return `${nameOf(place)}: ${value} events`;
  }
  function leave(): void {
    at = undefined;
    picture.highlight(undefined);
    note.hide();
  }
  keyboardCursor(box, {
    move: (columns, rows) =>
      point(at === undefined ? { row: 0, hour: 0 } : step(at, columns, rows)),
    leave,
  });
  box.addEventListener("pointermove", ({ target }) => {
    const place = picture.placeOf(target);
    if (place !== undefined) point(place);
  });
  box.addEventListener("pointerleave", leave);

  return {
    update(heatmap) {
      counts = week(heatmap.cells);
      picture.draw(counts);
      box.setAttribute("aria-label", summaryOf(counts));
    },
    destroy: picture.destroy,
  };
}

function step({ row, hour: h24 }: Place, columns: number, rows: number): Place {
  const clamp = (value: number, last: number) => Math.min(last, Math.max(0, value));
  return { row: clamp(row + rows, 6), hour: clamp(h24 + columns, 23) };
}

const nameOf = ({ row, hour: h24 }: Place): string =>
  `${weekday(kRows[row]!)}, ${hour(h24)} – ${hour((h24 + 1) % 24)}`;

function summaryOf(counts: Week): string {
  const top = peak(counts);
  const most = `most on ${weekday(top.dow)} at ${hour(top.hour)}: ${count(top.count)}`;
  return `Events by weekday and hour; ${most}. Arrow keys read single hours.`;
}

function scale(): HTMLElement {
  const steps = Array.from({ length: kLevels + 1 }, (_, level) =>
    h("i", { class: `key heat-${level}` }),
  );
  return h("p", { class: "scale", "aria-hidden": "true" }, "Fewer", ...steps, "More");
}

function asTable(heatmap: Heatmap): TableData {
  const counts = week(heatmap.cells);
  const days = kRows.map((dow) => ({ label: shortWeekday(dow), numeric: true }));
  return {
    caption: "Customer events by hour and weekday",
    columns: [{ label: "Hour" }, ...days],
    rows: Array.from({ length: 24 }, (_, h24) => [
      hour(h24),
      ...kRows.map((dow) => count(counts[dow]?.[h24] ?? 0)),
    ]),
  };
}
