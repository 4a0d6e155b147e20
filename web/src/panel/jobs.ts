import type { Job } from "../api/engine";
import { count } from "../format/number";
import { runTime } from "../format/duration";
import { h } from "./element";
import { jobState } from "./job_state";
import { moment } from "./moment";
import type { View } from "./panel";
import { redrawn } from "./redrawn";
import { type Cell, table } from "./table";

/** Jobs, those that need attention first; `choose` is told of the one whose runs are wanted. */
export const jobsView = (choose: (job: Job) => void): View<readonly Job[]> => ({
  name: "jobs",
  title: "Jobs and policies",
  hint: "What the database does by itself",
  emptyText: "There is no job.",
  isEmpty: (jobs) => jobs.length === 0,
  draw: (root) =>
    redrawn(root, (jobs) => [
      table({
        caption: "Jobs, those that need attention first",
        columns: [
          { label: "Job" },
          { label: "Table" },
          { label: "State" },
          { label: "Last run" },
          { label: "Took", numeric: true },
          { label: "Next run" },
          { label: "Every" },
          { label: "Runs", numeric: true },
          { label: "Failed", numeric: true },
        ],
        rows: jobs.map((job) => row(job, choose)),
      }),
    ]),
});

function row(job: Job, choose: (job: Job) => void): (string | Cell)[] {
  const button = h("button", { type: "button", class: "link", "data-job": job.jobId }, job.name);
  button.addEventListener("click", () => choose(job));
  return [
    { text: job.name, content: button },
    job.relation ?? "",
    { text: job.state, content: jobState(job.state, why(job)) },
    moment(job.lastRunStartedAt),
    runTime(job.lastRunSeconds),
    moment(job.nextStart),
    job.scheduleInterval,
    count(job.totalRuns),
    count(job.totalFailures),
  ];
}

function why(job: Job): string | null {
  const words = [job.reason, job.lastError].filter((part) => part !== null);
  return words.length === 0 ? null : words.join("; ");
}
