import { expect, test } from "vitest";
import { fraudReason, healthReason } from "./reason";

const exceeded = (metric: string, observed: number, threshold: number) => ({
  metric,
  observed,
  threshold,
  health: "DEGRADED" as const,
});

test.each([
  [exceeded("avgCpu", 87.25, 80), "CPU 87.3%, limit 80.0%"],
  [exceeded("maxLatency", 1240, 1000), "p99 latency 1,240 ms, limit 1,000 ms"],
  [exceeded("queueDepth", 7, 5), "queueDepth 7.0, limit 5.0"],
  [exceeded("samples", 0, 1), "nothing measured in the last hour"],
])("health: %o", (reason, text) => expect(healthReason(reason)).toBe(text));

test("fraud", () => {
  expect(fraudReason({ rule: "score_threshold", observed: 91, expected: 80 })).toBe(
    "score above 80",
  );
  expect(fraudReason({ rule: "card_testing" })).toBe("card testing");
});
