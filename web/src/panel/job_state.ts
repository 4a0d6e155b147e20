import type { JobState } from "../api/engine";
import { h } from "./element";
import { icon, type IconName } from "./icon";

/** How a job is doing, in the outlines and colours of services: what needs attention stands out. */
const kIcon: Readonly<Record<JobState, IconName>> = {
  running: "HEALTHY",
  scheduled: "HEALTHY",
  waiting: "DEGRADED",
  retrying: "DEGRADED",
  paused: "UNKNOWN",
  "gave up": "CRITICAL",
};

export function jobState(state: JobState, reason: string | null): HTMLElement {
  return h(
    "span",
    { class: "job-state", "data-health": kIcon[state] },
    icon(kIcon[state]),
    h("span", {}, reason === null ? state : `${state}: ${reason}`),
  );
}
