import { shortWeekday } from "../format/time";
import { extremes, levelOf, type Week, week } from "../series/week";
import { svg } from "./element";

/** Rows from top to bottom: the working week first. */
export const kRows = [1, 2, 3, 4, 5, 6, 0] as const;

/** A place of the heatmap: a row of kRows and an hour. */
export interface Place {
  readonly row: number;
  readonly hour: number;
}

export interface HeatmapPicture {
  draw(counts: Week): void;
  /** Marks a place, or none. */
  highlight(place: Place | undefined): void;
  /** The middle of a place's right side, in pixels of the root. */
  pointOf(place: Place): { x: number; y: number };
  placeOf(mark: EventTarget | null): Place | undefined;
  destroy(): void;
}

const kLeft = 40;
const kTop = 20;
const kRowHeight = 26;
const kGap = 2;

/** Draws in pixels, not scaled, so that labels keep their size on every width. */
export function heatmapPicture(root: HTMLElement): HeatmapPicture {
  const height = kTop + kRows.length * kRowHeight;
  const picture = svg("svg", { height, width: "100%", "aria-hidden": "true" });
  root.append(picture);
  let counts = week([]);
  let marked: Place | undefined;

  const width = () => Math.max(4, (root.clientWidth - kLeft) / 24);
  const mark = () => {
    picture.querySelector(".here")?.classList.remove("here");
    if (marked === undefined) return;
    const { row, hour } = marked;
    picture.querySelector(`[data-dow="${kRows[row]}"][data-hour="${hour}"]`)?.classList.add("here");
  };
  const redraw = () => {
    picture.replaceChildren(...labels(width()), ...marks(counts, width()));
    mark();
  };
  const observer = new ResizeObserver(redraw);
  observer.observe(root);
  return {
    draw(next) {
      counts = next;
      redraw();
    },
    highlight(place) {
      marked = place;
      mark();
    },
    pointOf: ({ row, hour }) => ({
      x: kLeft + (hour + 1) * width() - 6,
      y: kTop + (row + 0.5) * kRowHeight,
    }),
    placeOf(target) {
      const { dow, hour } = (target as SVGElement).dataset;
      if (dow === undefined || hour === undefined) return undefined;
      return { row: kRows.findIndex((known) => known === Number(dow)), hour: Number(hour) };
    },
    destroy: () => observer.disconnect(),
  };
}

function marks(counts: Week, width: number): SVGElement[] {
  const { least, most } = extremes(counts);
  return kRows.flatMap((dow, row) =>
    Array.from({ length: 24 }, (_, hour) => {
      const count = counts[dow]?.[hour] ?? 0;
      return svg("rect", {
        class: `heat heat-${levelOf(count, least, most)}`,
        "data-dow": dow,
        "data-hour": hour,
        "data-count": count,
        x: (kLeft + hour * width).toFixed(2),
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
  const label = (x: number, y: number, text: string) => svg("text", { class: "label", x, y }, text);
  const hours = Array.from({ length: 24 / every }, (_, i) =>
    label(kLeft + i * every * width, 12, String(i * every).padStart(2, "0")),
  );
  return [
    ...hours,
    ...kRows.map((dow, row) => label(0, kTop + row * kRowHeight + 17, shortWeekday(dow))),
  ];
}
