import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { onThemeChange } from "../state/theme";

export interface Plot {
  readonly chart: uPlot;
  destroy(): void;
}

/** A uPlot chart as wide as `root`, repainted when the theme changes: colours are functions. */
export function plot(
  root: HTMLElement,
  options: Omit<uPlot.Options, "width">,
  data: uPlot.AlignedData,
): Plot {
  const width = () => Math.max(root.clientWidth, 80);
  const chart = new uPlot({ ...options, width: width() }, data, root);
  const observer = new ResizeObserver(() => {
    if (chart.width !== width()) chart.setSize({ width: width(), height: options.height });
  });
  observer.observe(root);
  const unsubscribe = onThemeChange(() => chart.redraw());
  return {
    chart,
    destroy() {
      unsubscribe();
      observer.disconnect();
      chart.destroy();
    },
  };
}
