import { expect, test } from "vitest";
import { liveness } from "./liveness";

test.each([
  ["before the first answer", undefined, 0, 0, "connecting"],
  ["a lost connection, however recent", false, 100, 100, "offline"],
  ["silence of exactly 30 s", true, 0, 30_000, "live"],
  ["silence of more than 30 s", true, 0, 30_001, "stale"],
] as const)("%s", (_why, connected, heard, now, expected) => {
  expect(liveness(connected, heard, now)).toBe(expected);
});
