import type { Money } from "../api/types";

/** The tables keep amounts of one currency; revenue has no column that names it. */
const kCurrency = "USD";

const money = (options: Intl.NumberFormatOptions) =>
  new Intl.NumberFormat(undefined, {
    style: "currency",
    currency: kCurrency,
    currencyDisplay: "narrowSymbol",
    ...options,
  });
const exact = money({});
const whole = money({ maximumFractionDigits: 0 });
const short = money({
  notation: "compact",
  minimumSignificantDigits: 4,
  maximumSignificantDigits: 4,
});
const tick = money({ notation: "compact", minimumFractionDigits: 0, maximumFractionDigits: 1 });

/** To the cent. A decimal string is formatted digit by digit, whatever its length. */
export const exactMoney = (value: Money | number): string => exact.format(value as number);

/** For charts and tables of sums, where cents only make noise. */
export const wholeMoney = (value: Money | number): string => whole.format(value as number);

/** For tiles: 1234567 is $1.235M. */
export const compactMoney = (value: Money | number): string =>
  Math.abs(Number(value)) < 10_000 ? exactMoney(value) : short.format(value as number);

/** For axes. */
export const tickMoney = (value: number): string => tick.format(value);
