import { advice, aggregates, hypertables, jobRuns, jobs, type Run } from "../api/engine";
import { adviceView } from "../panel/advice";
import { aggregatesView } from "../panel/aggregates";
import { ask, type Question } from "../panel/ask";
import { mountBanner } from "../panel/banner";
import { chunkListView } from "../panel/chunk_list";
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

  const runs = placeForOne();
  const chunkList = placeForOne();
  const anything = () => all.forEach((one) => (one.retry(), one.nudge()));
  document.addEventListener("visibilitychange", anything);
  const askAndLook = (question: Question) =>
    ask({
      ...question,
      act: async () => {
        await question.act();
        all.forEach((one) => one.restart());
      },
    });
  const undo = [
    mountHeader(header, { title: "Engine", live }),
    mountBanner(banner, all),
    mountPanel(section("jobs"), sources.jobs, jobsView((job) => {
      const source = resource<readonly Run[]>((signal) => jobRuns(job.jobId, signal), kPace);
      runs.show((place) => mountPanel(place, source, runsView(job.name)), source.close);
    }, askAndLook)),
    runs.mount(section("runs")),
    mountPanel(section("aggregates"), sources.aggregates, aggregatesView(askAndLook)),
    mountPanel(section("chunks"), sources.chunks, chunksView((table) =>
      chunkList.show((place) => mountPanel(place, sources.chunks, chunkListView(table, askAndLook))))),
    chunkList.mount(section("chunk-list")),
    mountPanel(section("advice"), sources.advice, adviceView),
    () => document.removeEventListener("visibilitychange", anything),
    ...all.map((one) => one.close),
    live.close,
    () => root.replaceChildren(),
  ];
  return () => undo.forEach((step) => step());
}

/** A place for a panel that is not there until something has been chosen. */
function placeForOne() {
  let place: HTMLElement | undefined;
  let close = () => {};
  return {
    mount(section: HTMLElement): () => void {
      place = section;
      section.hidden = true;
      return () => close();
    },
    /** In place of the one before. `undo` is called when the panel goes, as is what `mount` gives. */
    show(mount: (place: HTMLElement) => () => void, undo = () => {}): void {
      close();
      if (place === undefined) return;
      const unmount = mount(place);
      place.hidden = false;
      place.scrollIntoView({ block: "nearest" });
      close = () => {
        unmount();
        undo();
      };
    },
  };
}
