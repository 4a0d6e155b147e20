import type { Liveness } from "../series/liveness";
import type { Live } from "../state/live";
import { h } from "./element";

const kWords: Readonly<Record<Liveness, readonly [string, string]>> = {
  connecting: ["Connecting", "Waiting for the first word of the event stream"],
  live: ["Live", "Numbers follow each ingested batch"],
  stale: ["Stale", "The event stream has been silent for more than 30 seconds"],
  offline: ["Offline", "The event stream is lost; connecting again"],
};

/** The word on whether the page is live. */
export function mountPulse(root: HTMLElement, live: Live): () => void {
  const word = h("span");
  root.append(h("i", { class: "dot", "aria-hidden": "true" }), word);
  const update = () => {
    const [text, why] = kWords[live.liveness];
    if (word.textContent === text) return;
    root.dataset["liveness"] = live.liveness;
    root.title = why;
    word.textContent = text;
  };
  update();
  const unsubscribe = live.subscribe(update);
  return () => {
    unsubscribe();
    root.replaceChildren();
  };
}
