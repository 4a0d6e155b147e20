import { type Aggregate, type RefreshPolicy, refreshAggregate } from "../api/engine";
import { duration } from "../format/duration";
import { count, kNone } from "../format/number";
import { type Ask, askButton, type Question } from "./ask";
import { h } from "./element";
import { jobState } from "./job_state";
import { moment } from "./moment";
import type { View } from "./panel";
import { redrawn } from "./redrawn";
import { type Cell, table } from "./table";

/** Continuous aggregates; `ask` is told which one shall be refreshed. */
export const aggregatesView = (ask: Ask): View<readonly Aggregate[]> => ({
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
          { label: "Actions" },
        ],
        rows: aggregates.map((of) => row(of, ask)),
      }),
    ]),
});

function row(of: Aggregate, ask: Ask): (string | Cell)[] {
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
    { text: "", content: askButton("Refresh", of.name, () => ask(refresh(of))) },
  ];
}

function refresh(of: Aggregate): Question {
  const day = (name: string) => h("input", { type: "date", name });
  const [from, to] = [day("from"), day("to")];
  return {
    title: `Refresh ${of.name}?`,
    text: "What has changed in whole buckets of the range (UTC) is computed again. Without days, everything is looked at.",
    verb: "Refresh",
    fields: [h("label", {}, "From ", from), h("label", {}, "To, without it ", to)],
    act: () => refreshAggregate(of, from.value, to.value),
  };
}

function pending(of: Aggregate): string {
  if (of.watermark === null) return "never computed";
  if (of.pendingRanges === 0) return "nothing";
  const buckets = of.pendingBuckets === 1 ? "1 bucket" : `${count(of.pendingBuckets)} buckets`;
  return of.pendingRows > 0 ? `${buckets}, about ${count(of.pendingRows)} rows to read` : buckets;
}

function refreshedBy(policies: readonly RefreshPolicy[]): Cell | string {
  if (policies.length === 0) return "nobody";
  const states = policies.map((policy) => jobState(policy.state, policy.reason));
  return { text: policies[0]!.state, content: h("span", {}, ...states) };
}
