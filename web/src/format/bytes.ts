import { kNone } from "./number";

const kUnits = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
const formats = kUnits.map(
  (unit) =>
    new Intl.NumberFormat(undefined, {
      style: "unit",
      unit,
      maximumFractionDigits: unit === "byte" ? 0 : 1,
    }),
);

/** In units of 1024: 1,572,864 is 1.5 MB. */
export function bytes(value: number | null): string {
  if (value === null) return kNone;
  let unit = 0;
  while (value >= 1024 && unit < kUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return formats[unit]!.format(value);
}
