import type { FraudReason, HealthReason } from "../api/types";
import { decimal, limit, milliseconds, percentPoints } from "./number";

interface Figure {
  readonly name: string;
  readonly format: (value: number) => string;
}

const kFigures: Readonly<Record<string, Figure>> = {
  avgCpu: { name: "CPU", format: percentPoints },
  avgMemory: { name: "memory", format: percentPoints },
  avgErrorRate: { name: "error rate", format: percentPoints },
  maxLatency: { name: "p99 latency", format: milliseconds },
};

/** "CPU 87.2%, limit 80.0%" */
export function healthReason(reason: HealthReason): string {
  if (reason.metric === "samples") return "nothing measured in the last hour";
  const { name, format } = kFigures[reason.metric] ?? { name: reason.metric, format: decimal };
  return `${name} ${format(reason.observed)}, limit ${format(reason.threshold)}`;
}

/** "score above 80"; a rule that we do not know is named. */
export function fraudReason(reason: FraudReason): string {
  if (reason.rule === "score_threshold" && typeof reason.expected === "number") {
    return `score above ${limit(reason.expected)}`;
  }
  return reason.rule.replaceAll("_", " ");
}
