import { expect, test } from "vitest";
import { extremes, kLevels, levelOf, peak, week } from "./week";

test("cells land on their weekday and hour; cells of one place add up; others are zero", () => {
  const counts = week([
    { dow: 0, hour: 0, count: 2 },
    { dow: 6, hour: 23, count: 5 },
    { dow: 6, hour: 23, count: 1 },
  ]);
  expect(counts).toHaveLength(7);
  expect(counts.every((row) => row.length === 24)).toBe(true);
  expect(counts[0]?.[0]).toBe(2);
  expect(counts[6]?.[23]).toBe(6);
  expect(counts.flat().reduce((a, b) => a + b)).toBe(8);
  expect(extremes(counts)).toEqual({ least: 2, most: 6 });
  expect(peak(counts)).toEqual({ dow: 6, hour: 23, count: 6 });
});

test("a cell outside the week is dropped", () => {
  expect(extremes(week([{ dow: 7, hour: 24, count: 9 }]))).toEqual({ least: 0, most: 0 });
});

test.each([
  ["nothing", 0, 10, 60, 0],
  ["the least", 10, 10, 60, 1],
  ["just below the second step", 19.9, 10, 60, 1],
  ["the second step", 20, 10, 60, 2],
  ["the most", 60, 10, 60, kLevels],
  ["all alike", 10, 10, 10, kLevels],
])("level of %s", (_why, count, least, most, expected) => {
  expect(levelOf(count, least, most)).toBe(expected);
});
