import { expect, test } from "vitest";
import { ringArc } from "./arc";

test("a quarter starts at the top and runs clockwise", () => {
  expect(ringArc(0, 0.25, 1, 2)).toBe(
    "M0.000 -2.000A2 2 0 0 1 2.000 0.000L1.000 0.000A1 1 0 0 0 0.000 -1.000Z",
  );
});

test("more than half takes the long way round", () => {
  expect(ringArc(0, 0.75, 1, 2)).toContain("A2 2 0 1 1");
});

test("a full ring is drawn in two halves", () => {
  expect(ringArc(0, 1, 1, 2).match(/M/g)).toHaveLength(2);
});
