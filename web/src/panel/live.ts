import { count, rate } from "../format/number";
import type { Live } from "../state/live";
import { perFrame } from "../state/frame";
import { colour } from "../state/theme";
import { h } from "./element";
import { shell } from "./shell";
import { type Plot, plot } from "./plot";
import type { TableData } from "./table";

const kNames: Readonly<Record<string, string>> = {
  "bss.order.metrics": "Orders",
  "bss.payment.metrics": "Payments",
  "bss.customer.metrics": "Customers",
  "bss.system.metrics": "Systems",
};
const nameOf = (topic: string): string => kNames[topic] ?? topic;

interface Line {
  readonly root: HTMLElement;
  readonly value: HTMLElement;
  readonly plot: Plot;
}

/** Events a second by topic, moving. Returns the function that removes it again. */
export function mountLive(root: HTMLElement, live: Live): () => void {
  const frame = shell(
    root,
    { name: "live", title: "Live ingest", hint: "Events per second, last minute" },
    () => asTable(live),
  );
  const lines = new Map<string, Line>();
  const list = h("ul", { class: "rates" });
  const foot = h("p", { class: "foot" });
  frame.chart.append(list, foot);

  const update = perFrame(() => {
    root.dataset["state"] = live.liveness === "live" ? "fresh" : live.liveness;
    for (const topic of live.rates.topics) {
      let line = lines.get(topic);
      if (line === undefined) lines.set(topic, (line = addLine(list, topic)));
      const now = live.rates.current(topic);
      line.value.textContent = rate(now);
      line.root.dataset["total"] = String(live.rates.total(topic));
      line.plot.chart.setData(live.rates.window(topic));
    }
    foot.textContent = `${count(total(live))} events since you opened this page, ${count(live.deadLetters)} to the dead letters`;
    frame.refreshTable();
  });
  const unsubscribe = live.subscribe(update.request);
  update.request();
  return () => {
    unsubscribe();
    update.cancel();
    for (const line of lines.values()) line.plot.destroy();
    root.replaceChildren();
  };
}

const total = (live: Live): number =>
  live.rates.topics.reduce((sum, topic) => sum + live.rates.total(topic), 0);

function addLine(list: HTMLElement, topic: string): Line {
  const value = h("b", {});
  const canvas = h("div", { class: "spark", "aria-hidden": "true" });
  const root = h(
    "li",
    { "data-topic": topic },
    h("span", { class: "name", title: topic }, nameOf(topic)),
    canvas,
    h("span", { class: "value" }, value, " /s"),
  );
  list.append(root);
  return { root, value, plot: spark(canvas) };
}

function spark(root: HTMLElement): Plot {
  return plot(
    root,
    {
      height: 38,
      padding: [3, 0, 2, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false }, y: { range: (_self, _min, max) => [0, Math.max(max, 0.2)] } },
      axes: [{ show: false }, { show: false }],
      series: [
        {},
        {
          stroke: () => colour("--series-1"),
          fill: () => colour("--series-1-wash"),
          width: 1.5,
          points: { show: false },
        },
      ],
    },
    [[], []],
  );
}

function asTable(live: Live): TableData {
  return {
    caption: "Ingested events by topic",
    columns: [
      { label: "Topic" },
      { label: "Events per second", numeric: true },
      { label: "Total so far", numeric: true },
    ],
    rows: live.rates.topics.map((topic) => [
      topic,
      rate(live.rates.current(topic)),
      count(live.rates.total(topic)),
    ]),
  };
}
