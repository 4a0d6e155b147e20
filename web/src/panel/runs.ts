import type { Run } from "../api/engine";
import { runTime } from "../format/duration";
import { moment } from "./moment";
import type { View } from "./panel";
import { redrawn } from "./redrawn";
import { table } from "./table";

/** The latest runs of the job called `name`. */
export const runsView = (name: string): View<readonly Run[]> => ({
  name: "runs",
  title: `Runs of ${name}`,
  emptyText: "It has not run yet, or its runs are not for this role to see.",
  isEmpty: (runs) => runs.length === 0,
  draw: (root) =>
    redrawn(root, (runs) => [
      table({
        caption: `Latest runs of ${name}, newest first`,
        columns: [
          { label: "Began" },
          { label: "Outcome" },
          { label: "Took", numeric: true },
          { label: "Result" },
        ],
        rows: runs.map((run) => [
          moment(run.startTime),
          run.outcome,
          runTime(run.seconds),
          [run.error, run.waitReason, run.result === null ? null : result(run.result)]
            .filter((part) => part !== null)
            .join("; "),
        ]),
      }),
    ]),
});

const result = (of: Readonly<Record<string, unknown>>): string =>
  Object.entries(of)
    .map(([key, value]) => `${key} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
