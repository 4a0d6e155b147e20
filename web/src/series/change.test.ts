import { expect, test } from "vitest";
import { change } from "./change";

test.each([
  ["a half more", 150, 100, 0.5],
  ["a quarter less", 75, 100, -0.25],
  ["from a loss to a profit is growth", 50, -100, 1.5],
  ["no change", 0, 5, -1],
  ["nothing before", 10, 0, null],
])("%s", (_why, current, previous, expected) => {
  expect(change(current, previous)).toBe(expected);
});
