import { expect, test } from "vitest";
import { daysOf } from "./range";

test.each([
  ["", 30],
  ["?days=90", 90],
  ["?days=30&x=1", 30],
  ["?days=31", 30],
  ["?days=", 30],
  ["?days=9e1", 90],
  ["?days=abc", 30],
])("the address %s asks for %i days", (search, days) => {
  expect(daysOf(search)).toBe(days);
});
