import type { Aggregate, RefreshPolicy } from "../api/engine";
import { duration } from "../format/duration";
import { count, kNone } from "../format/number";
import { h } from "./element";
import { jobState } from "./job_state";
import { moment } from "./moment";
import type { View } from "./panel";
import { redrawn } from "./redrawn";
import { type Cell, table } from "./table";

export const aggregatesView: View<readonly Aggregate[]> = {
  name: "aggregates",
  title: "Continuous aggregates",
  hint: "How far they are computed, and what has changed since",
  emptyText: "There is no continuous aggregate.",
  isEmpty: (aggregates) => aggregates.length === 0,
  draw: (root) =>
    redrawn(root, (aggregates) => [
      table({
        caption: "Continuous aggregates and how fresh they are",
        columns: [
          { label: "Aggregate" },
          { label: "Of" },
          { label: "Computed up to" },
          { label: "Behind now" },
          { label: "Pending" },
          { label: "Recent rows" },
          { label: "Refreshed by" },
          { label: "Next run" },
        ],
        rows: aggregates.map(row),
      }),
    ]),
};

function row(of: Aggregate): (string | Cell)[] {
  const [policy] = of.policies;
  return [
    of.name,
    of.source,
    moment(of.watermark),
    duration(of.lagSeconds),
    pending(of),
    of.materializedOnly ? "left out" : "read as well",
    refreshedBy(of.policies),
    policy === undefined ? kNone : moment(policy.nextStart),
  ];
}

function pending(of: Aggregate): string {
  if (of.watermark === null) return "never computed";
  if (of.pendingRanges === 0) return "nothing";
  return of.pendingBuckets === 1 ? "1 bucket" : `${count(of.pendingBuckets)} buckets`;
}

function refreshedBy(policies: readonly RefreshPolicy[]): Cell | string {
  if (policies.length === 0) return "nobody";
  const states = policies.map((policy) => jobState(policy.state, policy.reason));
  return { text: policies[0]!.state, content: h("span", {}, ...states) };
}
