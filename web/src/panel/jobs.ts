import { type Job, pauseJob, resumeJob, runJob } from "../api/engine";
import { count } from "../format/number";
import { runTime } from "../format/duration";
import { type Ask, askButton } from "./ask";
import { h } from "./element";
import { jobState } from "./job_state";
import { moment } from "./moment";
import type { View } from "./panel";
import { redrawn } from "./redrawn";
import { type Cell, table } from "./table";

/** Jobs, those that need attention first; `choose` is told of the one whose runs are wanted, `ask` of
 * what shall be done. */
export const jobsView = (choose: (job: Job) => void, ask: Ask): View<readonly Job[]> => ({
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
          { label: "Actions" },
        ],
        rows: jobs.map((job) => row(job, choose, ask)),
      }),
    ]),
});

function row(job: Job, choose: (job: Job) => void, ask: Ask): (string | Cell)[] {
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
    { text: "", content: h("span", { class: "actions" }, ...actions(job, ask)) },
  ];
}

function actions(job: Job, ask: Ask): HTMLElement[] {
  const { jobId, name } = job;
  const run = () =>
    ask({
      title: `Run ${name} now?`,
      text: "It runs in the background, as its owner, whatever its schedule says.",
      verb: "Run",
      act: () => runJob(jobId),
    });
  const pause = () =>
    ask({
      title: `Pause ${name}?`,
      text: "It will not run by itself until it is resumed. A run in progress goes on.",
      verb: "Pause",
      act: () => pauseJob(jobId),
    });
  const resume = () =>
    ask({
      title: `Resume ${name}?`,
      text: "It runs again when its schedule has it next.",
      verb: "Resume",
      act: () => resumeJob(jobId),
    });
  if (["paused", "gave up"].includes(job.state)) return [askButton("Resume", name, resume)];
  const pausing = askButton("Pause", name, pause);
  return job.state === "running" ? [pausing] : [askButton("Run", name, run), pausing];
}

function why(job: Job): string | null {
  const words = [job.reason, job.lastError].filter((part) => part !== null);
  return words.length === 0 ? null : words.join("; ");
}
