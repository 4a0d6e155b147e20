import type { Live } from "../state/live";
import { type Days, kRanges, type Range } from "../state/range";
import { chooseTheme, currentTheme, type Theme } from "../state/theme";
import { h, svg } from "./element";
import { mountPulse } from "./pulse";
import { segments } from "./segments";

export interface HeaderOf {
  readonly title: string;
  readonly live: Live;
  /** Left out where the page is about the present alone. */
  readonly range?: Range;
}

const kPages = [
  { title: "Overview", href: "/" },
  { title: "Engine", href: "/?page=engine" },
];

/** The head of the page: name, other pages, state of the stream, period, theme. */
export function mountHeader(root: HTMLElement, { title, live, range }: HeaderOf): () => void {
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
  const controls = h("div", { class: "controls" });
  const undo = [mountPulse(pulse, live)];
  if (range !== undefined) undo.push(mountPeriod(controls, range));
  controls.append(theme.root);
  root.replaceChildren(
    h("div", { class: "brand" }, mark(), h("span", {}, "Varve")),
    h("h1", {}, title),
    pages(title),
    pulse,
    controls,
  );
  document.title = `${title} · Varve`;
  return () => {
    for (const step of undo) step();
    root.replaceChildren();
  };
}

function pages(present: string): HTMLElement {
  const others = kPages.filter(({ title }) => title !== present);
  return h(
    "nav",
    { class: "pages", "aria-label": "Pages" },
    ...others.map(({ title, href }) => h("a", { href }, title)),
  );
}

function mountPeriod(root: HTMLElement, range: Range): () => void {
  const period = segments<Days>(
    "Period",
    kRanges.map((days) => ({ value: days, label: `${days} days` })),
    range.days,
    range.choose,
  );
  root.append(period.root);
  return range.subscribe(() => period.select(range.days));
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
