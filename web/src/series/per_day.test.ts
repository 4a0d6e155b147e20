import { expect, test } from "vitest";
import { perDay } from "./per_day";

const at = (text: string) => Date.parse(text);

test("times are counted on their day in UTC; others are left out", () => {
  const times = [
    "2026-03-01T00:00:00Z",
    "2026-03-01T23:59:59Z",
    "2026-03-03T12:00:00Z",
    "2026-02-28T23:59:59Z",
    "2026-03-04T00:00:00Z",
  ];
  expect(perDay(times.map(at), at("2026-03-01T10:00:00Z"), at("2026-03-03T01:00:00Z"))).toEqual([
    2, 0, 1,
  ]);
  expect(perDay([], 10, 0)).toEqual([0]);
});
