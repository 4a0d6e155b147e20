import { expect, test } from "vitest";
import { bytes } from "./bytes";
import { duration, runTime } from "./duration";

test("sizes are in units of 1024, and none is none", () => {
  expect([null, 0, 1023, 1024, 1_572_864, 3 * 1024 ** 3, 5 * 1024 ** 5].map(bytes)).toEqual([
    "–",
    "0 byte",
    "1,023 byte",
    "1 kB",
    "1.5 MB",
    "3 GB",
    "5,120 TB",
  ]);
});

test("durations are in the largest unit of which there are two", () => {
  expect([null, 0, 1, 90, 5400, 200_000, 900_000, -5400].map(duration)).toEqual([
    "–",
    "0 seconds",
    "1 second",
    "90 seconds",
    "90 minutes",
    "2 days",
    "10 days",
    "90 minutes",
  ]);
});

test("runs under a second are in milliseconds", () => {
  expect([null, 0.0123, 0.999, 1, 75].map(runTime)).toEqual([
    "–",
    "12 ms",
    "999 ms",
    "1 second",
    "75 seconds",
  ]);
});
