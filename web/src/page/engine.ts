import { advice, aggregates, hypertables, type Job, jobRuns, jobs, type Run } from "../api/engine";
import { adviceView } from "../panel/advice";
import { aggregatesView } from "../panel/aggregates";
import { mountBanner } from "../panel/banner";
import { chunksView } from "../panel/chunks";
import { h } from "../panel/element";
import { mountHeader } from "../panel/header";
import { jobsView } from "../panel/jobs";
import { mountPanel } from "../panel/panel";
import { runsView } from "../panel/runs";
import { followStream } from "../state/live";
import { type Resource, resource } from "../state/resource";
import { footer } from "./footer";

const kPace = { refreshMs: 10_000, minGapMs: 2_000 };
const kSlowly = { refreshMs: 60_000, minGapMs: 10_000 };

/** The Engine page in `root`: what the database does by itself, and how it is doing. Returns the
 * function that removes it again. */
export function mountEngine(root: HTMLElement): () => void {
  const live = followStream();
  const sources = {
    jobs: resource(jobs, kPace),
    aggregates: resource(aggregates, kPace),
    chunks: resource(hypertables, kSlowly),
    advice: resource(advice, kSlowly),
  };
  const all: readonly Resource<unknown>[] = Object.values(sources);

  const header = h("header", { class: "page-header" });
  const banner = h("div", { class: "banner", hidden: true });
  const grid = h("div", { class: "grid" });
  const section = (name: string) => grid.appendChild(h("section", { class: `area-${name}` }));
  root.replaceChildren(header, h("main", {}, banner, grid), footer());

  const runs = runsOfOneJob();
  const anything = () => all.forEach((one) => (one.retry(), one.nudge()));
  document.addEventListener("visibilitychange", anything);
  const undo = [
    mountHeader(header, { title: "Engine", live }),
    mountBanner(banner, all),
    mountPanel(section("jobs"), sources.jobs, jobsView(runs.choose)),
    runs.mount(section("runs")),
    mountPanel(section("aggregates"), sources.aggregates, aggregatesView),
    mountPanel(section("chunks"), sources.chunks, chunksView),
    mountPanel(section("advice"), sources.advice, adviceView),
    () => document.removeEventListener("visibilitychange", anything),
    ...all.map((one) => one.close),
    live.close,
    () => root.replaceChildren(),
  ];
  return () => undo.forEach((step) => step());
}

/** A panel that is not there until a job has been chosen. */
function runsOfOneJob() {
  let place: HTMLElement | undefined;
  let close = () => {};
  return {
    mount(section: HTMLElement): () => void {
      place = section;
      section.hidden = true;
      return () => close();
    },
    choose(job: Job): void {
      close();
      if (place === undefined) return;
      const source = resource<readonly Run[]>((signal) => jobRuns(job.jobId, signal), kPace);
      const unmount = mountPanel(place, source, runsView(job.name));
      place.hidden = false;
      place.scrollIntoView({ block: "nearest" });
      close = () => {
        unmount();
        source.close();
      };
    },
  };
}
