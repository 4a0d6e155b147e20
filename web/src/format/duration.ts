import { kNone } from "./number";

const kUnits = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;
const formats = new Map(
  kUnits.map(([unit]) => [
    unit,
    new Intl.NumberFormat(undefined, { style: "unit", unit, unitDisplay: "long" }),
  ]),
);

/** In the largest unit of which there are two: 5400 seconds are 90 minutes, 200000 are 2 days. */
export function duration(seconds: number | null): string {
  if (seconds === null) return kNone;
  const length = Math.abs(seconds);
  const [unit, size] = kUnits.find((one) => length >= 2 * one[1]) ?? kUnits[kUnits.length - 1]!;
  return formats.get(unit)!.format(Math.floor(length / size));
}

/** Of a run: 0.0123 is 12 ms, 75 is 75 seconds. */
export function runTime(seconds: number | null): string {
  if (seconds === null) return kNone;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  return duration(seconds);
}
