import { svg } from "./element";

/** Icons of 16 x 16 in the colour of the text. They are decoration: the word stands beside them. */
const kPaths = {
  up: "M8 3.2 13 9H9.6v4H6.4V9H3z",
  down: "M8 12.8 3 7h3.4V3h3.2v4H13z",
  level: "M3 6.8h10v2.4H3z",
  // States differ in outline, so that they do not hang on colour.
  HEALTHY: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1m3.3 4.3L7 9.6 4.8 7.4 3.7 8.5 7 11.8l5.4-5.4z",
  DEGRADED: "M8 1.2 15.4 14.4H.6zM7.2 6v4.2h1.6V6zm0 5.2v1.6h1.6v-1.6z",
  CRITICAL:
    "M5 1h6l4 4v6l-4 4H5l-4-4V5zm.7 3.6L4.6 5.7 6.9 8l-2.3 2.3 1.1 1.1L8 9.1l2.3 2.3 1.1-1.1L9.1 8l2.3-2.3-1.1-1.1L8 6.9z",
  UNKNOWN: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1m-3 6.2v1.6h6V7.2z",
  system: "M2 2.5h12v8.2H9v1.5h2v1.3H5v-1.3h2v-1.5H2zm1.4 1.4v5.4h9.2V3.9z",
  light:
    "M8 4.6a3.4 3.4 0 1 1 0 6.8 3.4 3.4 0 0 1 0-6.8M7.3 1h1.4v2.2H7.3zm0 11.8h1.4V15H7.3zM1 7.3h2.2v1.4H1zm11.8 0H15v1.4h-2.2zM2.6 3.5l1-1 1.5 1.6-1 1zm8.3 8.4 1-1 1.5 1.6-1 1zM2.6 12.5l1.5-1.6 1 1-1.5 1.6zm8.3-8.4 1.5-1.6 1 1-1.5 1.6z",
  dark: "M6.4 1.6a6.6 6.6 0 1 0 8 8A5.6 5.6 0 0 1 6.4 1.6",
  table:
    "M1.5 2.5h13v11h-13zm1.4 1.4v1.9h10.2V3.9zm0 3.3v1.7h3.6V7.2zm5 0v1.7h5.2V7.2zm-5 3.1v1.8h3.6v-1.8zm5 0v1.8h5.2v-1.8z",
  chart: "M1.5 2h1.4v10.6h11.6V14h-13zm3 5h2v4.4h-2zm3.4-3h2v7.4h-2zm3.4 4.5h2v2.9h-2z",
} as const;

export type IconName = keyof typeof kPaths;

export function icon(name: IconName): SVGSVGElement {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
    svg("path", { d: kPaths[name], fill: "currentColor", "fill-rule": "evenodd" }),
  );
}
