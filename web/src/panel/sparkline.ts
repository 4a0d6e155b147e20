import { svg } from "./element";

const kWidth = 100;
const kHeight = 28;

/** The shape of a series without axes; gaps are skipped. Stretches to the width of its parent. */
export function sparkline(values: readonly (number | null)[]): SVGSVGElement {
  const known = values.filter((value): value is number => value !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const y = (value: number) =>
    2 + (kHeight - 4) * (most === least ? 0.5 : 1 - (value - least) / (most - least));
  const points = values.flatMap((value, i) =>
    value === null
      ? []
      : [`${((i / Math.max(1, values.length - 1)) * kWidth).toFixed(1)} ${y(value).toFixed(1)}`],
  );
  return svg(
    "svg",
    { class: "sparkline", viewBox: `0 0 ${kWidth} ${kHeight}`, preserveAspectRatio: "none" },
    svg("path", {
      d: points.length < 2 ? "" : `M${points.join("L")}`,
      "vector-effect": "non-scaling-stroke",
    }),
  );
}
