import type uPlot from "uplot";
import { tickMoney } from "../format/money";
import { shortDay } from "../format/time";
import { colour } from "../state/theme";

export const kHeight = 276;

/**
 * How revenue and profit are drawn. Data: times, then revenue of whole days, its step to today, and
 * both for profit.
 */
export function revenuePlot(onCursor: (self: uPlot) => void): Omit<uPlot.Options, "width"> {
  return {
    height: kHeight,
    padding: [10, 20, 0, 0], // half a day's name, where the last day is named
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false, x: false }, points: { size: 7 } },
    scales: {
      x: { time: false },
      y: { range: (_self, min, max) => [Math.min(0, min), max > 0 ? max * 1.08 : 1] },
    },
    axes: [
      axis({
        values: (_self, splits) => splits.map(shortDay),
        space: 68,
        incrs: kDayIncrements,
        size: 28,
        grid: { show: false },
      }),
      axis({ values: (_self, splits) => splits.map(tickMoney), space: 36, size: 56 }),
    ],
    series: [{}, area(), partial("--series-1"), line("--series-2"), partial("--series-2")],
    hooks: { setCursor: [onCursor] },
  };
}

const kDayIncrements = [1, 2, 3, 7, 14, 28].map((days) => days * 86_400);

function axis(own: uPlot.Axis): uPlot.Axis {
  return {
    stroke: () => colour("--muted"),
    font: `12px ${getComputedStyle(document.body).fontFamily}`,
    ticks: { show: false },
    gap: 8,
    ...own,
    grid: { stroke: () => colour("--grid"), width: 1, ...own.grid },
  };
}

const stroke = (variable: string) => () => colour(variable);
const line = (variable: string): uPlot.Series => ({
  stroke: stroke(variable),
  width: 2,
  points: { show: false },
});
const partial = (variable: string): uPlot.Series => ({ ...line(variable), dash: [3, 4] });

function area(): uPlot.Series {
  return {
    ...line("--series-1"),
    fill: (self) => {
      const { top, height } = self.bbox;
      const shade = self.ctx.createLinearGradient(0, top, 0, top + height);
      shade.addColorStop(0, colour("--series-1-fill"));
      shade.addColorStop(1, colour("--series-1-clear"));
      return shade;
    },
  };
}
