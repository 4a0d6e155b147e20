import type { Live } from "../state/live";
import { type Days, kRanges, type Range } from "../state/range";
import { chooseTheme, currentTheme, type Theme } from "../state/theme";
import { h, svg } from "./element";
import { mountPulse } from "./pulse";
import { segments } from "./segments";

/** The head of the page: name, state of the stream, period, theme. */
export function mountHeader(root: HTMLElement, range: Range, live: Live): () => void {
  const period = segments<Days>(
    "Period",
    kRanges.map((days) => ({ value: days, label: `${days} days` })),
    range.days,
    range.choose,
  );
  const theme = segments<Theme>(
    "Theme",
    [
      { value: "system", label: "As the system", icon: "system" },
      { value: "light", label: "Light", icon: "light" },
      { value: "dark", label: "Dark", icon: "dark" },
    ],
    currentTheme(),
    chooseTheme,
  );
  const pulse = h("p", { class: "pulse" });
  root.replaceChildren(
    h("div", { class: "brand" }, mark(), h("span", {}, "Varve")),
    h("h1", {}, "Overview"),
    pulse,
    h("div", { class: "controls" }, period.root, theme.root),
  );
  const undo = [mountPulse(pulse, live), range.subscribe(() => period.select(range.days))];
  return () => {
    for (const step of undo) step();
    root.replaceChildren();
  };
}

/** Layers of sediment, the youngest on top. */
function mark(): SVGElement {
  const layer = (y: number, opacity: number) =>
    svg("path", {
      d: `M5 ${y}c5-3.4 9 3.4 14 0`,
      opacity,
      fill: "none",
      stroke: "#fff",
      "stroke-width": 2.4,
      "stroke-linecap": "round",
    });
  return svg(
    "svg",
    { viewBox: "0 0 24 24", width: 26, height: 26, "aria-hidden": "true" },
    svg("rect", { width: 24, height: 24, rx: 6, class: "mark" }),
    layer(7.5, 0.6),
    layer(12.3, 0.8),
    layer(17.1, 1),
  );
}
