import { expect, test } from "vitest";
import { compactMoney, exactMoney, tickMoney } from "./money";
import {
  compactCount,
  decimal,
  milliseconds,
  percent,
  percentPoints,
  rate,
  signedPercent,
} from "./number";
import { day, hour, shortDay, shortWeekday, utcTime, weekday } from "./time";

// The runner sets LC_ALL, so the viewer's language is English here.

test("money is exact to the cent", () => {
  expect(exactMoney("1234567890123.45")).toBe("$1,234,567,890,123.45");
  expect(exactMoney("-0.5")).toBe("-$0.50");
});

test("tiles shorten money from ten thousand on", () => {
  expect(compactMoney("9999.99")).toBe("$9,999.99");
  expect(compactMoney("1234567.8")).toBe("$1.235M");
  expect(compactMoney("283000")).toBe("$283.0K");
  expect(tickMoney(40000)).toBe("$40K");
});

test("numbers", () => {
  expect(compactCount(99_999)).toBe("99,999");
  expect(compactCount(123_456)).toBe("123.5K");
  expect(percent(0.2544)).toBe("25.4%");
  expect(signedPercent(0.1)).toBe("+10.0%");
  expect(signedPercent(-0.005)).toBe("-0.5%");
  expect(signedPercent(0)).toBe("0.0%");
  expect(percentPoints(71.25)).toBe("71.3%");
  expect(milliseconds(1234.4)).toBe("1,234 ms");
  expect([rate(0), rate(0.04), rate(12.34), rate(123.4), rate(null)]).toEqual([
    "0.0",
    "<0.1",
    "12.3",
    "123",
    "–",
  ]);
  expect(decimal(null)).toBe("–");
});

test("a day is a day in UTC, whatever the zone", () => {
  const seconds = Date.parse("2026-03-01T00:00:00Z") / 1000;
  expect(day(seconds)).toBe("Sun, Mar 1, 2026");
  expect(shortDay(seconds)).toBe("Mar 1");
});

test("weekdays start at Sunday, hours at midnight", () => {
  expect([weekday(0), shortWeekday(6)]).toEqual(["Sunday", "Sat"]);
  expect(hour(0)).toMatch(/^12:00.AM$/);
  expect(hour(13)).toMatch(/^01:00.PM$/);
});

test("UTC is spelled out", () => {
  expect(utcTime(new Date("2026-03-01T14:05:09.123Z"))).toBe("2026-03-01 14:05:09 UTC");
});
