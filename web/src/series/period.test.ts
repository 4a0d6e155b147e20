import { expect, test } from "vitest";
import { lastDays } from "./period";

test("the last days include today, and start at midnight in UTC", () => {
  const { from, to } = lastDays(30, Date.parse("2026-03-30T13:14:15.016Z"));
  expect(from.toISOString()).toBe("2026-03-01T00:00:00.000Z");
  expect(to.toISOString()).toBe("2026-03-30T13:14:15.016Z");
});
