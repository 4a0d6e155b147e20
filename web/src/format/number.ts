/** Numbers in the viewer's language. Formatters are kept, since making one is slow. */

const plain = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const atMostTenth = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const share = new Intl.NumberFormat(undefined, {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const signed = new Intl.NumberFormat(undefined, {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: "exceptZero",
});

/** What is shown for a number that does not exist. */
export const kNone = "–";

export const count = (value: number): string => plain.format(value);

export const decimal = (value: number | null): string =>
  value === null ? kNone : tenth.format(value);

/** With a decimal only where there is one. */
export const limit = (value: number): string => atMostTenth.format(value);

/** 12,345 as it is; 123,456 as 123.5K. */
export const compactCount = (value: number): string =>
  Math.abs(value) < 100_000 ? plain.format(value) : short.format(value);

/** Of a ratio: 0.254 is 25.4%. */
export const percent = (ratio: number): string => share.format(ratio);

/** Of a ratio, with its sign: 0.1 is +10.0%. */
export const signedPercent = (ratio: number): string => signed.format(ratio);

/** A value that is in percent already: 25.4 is 25.4%. */
export const percentPoints = (value: number | null): string =>
  value === null ? kNone : share.format(value / 100);

export const milliseconds = (value: number | null): string =>
  value === null ? kNone : `${plain.format(value)} ms`;

/** Events a second: one decimal below 100; little is not shown as nothing. */
export function rate(value: number | null): string {
  if (value === null) return kNone;
  if (value > 0 && value < 0.1) return `<${tenth.format(0.1)}`;
  return value < 100 ? tenth.format(value) : compactCount(value);
}
