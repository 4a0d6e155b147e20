import type { PaymentStatusDay } from "../api/types";
import { wholeMoney } from "../format/money";
import { compactCount, count, percent } from "../format/number";
import { ringArc } from "../series/arc";
import { type Share, shares } from "../series/shares";
import { h, svg } from "./element";
import type { Drawing, View } from "./panel";
import type { TableData } from "./table";

type Days = readonly PaymentStatusDay[];

export const paymentsView: View<Days> = {
  name: "payments",
  title: "Payment status",
  hint: "Status changes in the period",
  emptyText: "No payment events in this period.",
  isEmpty: (days) => days.length === 0,
  draw,
  table: asTable,
};

const kOuter = 50;
const kInner = 35;

function draw(root: HTMLElement): Drawing<Days> {
  const ring = svg("svg", { class: "donut", viewBox: "-51 -51 102 102", role: "img" });
  const list = h("ul", { class: "donut-legend" });
  root.classList.add("donut-box");
  root.append(ring, list);

  const emphasize = (event: Event) => {
    const status = (event.target as Element).closest<HTMLElement>("[data-status]")?.dataset[
      "status"
    ];
    for (const mark of root.querySelectorAll<HTMLElement>("[data-status]")) {
      mark.classList.toggle("dim", status !== undefined && mark.dataset["status"] !== status);
    }
  };
  root.addEventListener("pointerover", emphasize);
  root.addEventListener("pointerleave", emphasize);

  return {
    update(days) {
      const parts = shares(days);
      ring.replaceChildren(...arcs(parts), ...middle(parts));
      ring.setAttribute("aria-label", spoken(parts));
      list.replaceChildren(...parts.map(entry));
    },
    destroy: () => undefined,
  };
}

const total = (parts: readonly Share[]): number => parts.reduce((sum, part) => sum + part.count, 0);

/** 0 for statuses that we do not know. */
const kKnown = ["COMPLETED", "PENDING", "REFUNDED", "FAILED", "CHARGEBACK"];
const hue = (status: string): string => `status-${kKnown.indexOf(status) + 1}`;
const word = (status: string): string =>
  status.charAt(0) + status.slice(1).toLowerCase().replaceAll("_", " ");

function arcs(parts: readonly Share[]): SVGElement[] {
  let start = 0;
  return parts.map((part) => {
    const d = ringArc(start, start + part.ratio, kInner, kOuter);
    start += part.ratio;
    return svg(
      "path",
      { class: `arc ${hue(part.status)}`, d, "data-status": part.status, "data-count": part.count },
      svg("title", {}, `${word(part.status)}: ${count(part.count)} (${percent(part.ratio)})`),
    );
  });
}

function middle(parts: readonly Share[]): SVGElement[] {
  return [
    svg("text", { class: "donut-total", y: 2 }, compactCount(total(parts))),
    svg("text", { class: "donut-unit", y: 14 }, "changes"),
  ];
}

function entry(part: Share): HTMLElement {
  return h(
    "li",
    { "data-status": part.status },
    h("i", { class: `key ${hue(part.status)}`, "aria-hidden": "true" }),
    h("span", { class: "name" }, word(part.status)),
    h("b", {}, percent(part.ratio)),
    h("span", { class: "count" }, count(part.count)),
  );
}

const spoken = (parts: readonly Share[]): string =>
  `Payment status changes: ${parts.map((part) => `${word(part.status)} ${percent(part.ratio)}`).join(", ")}`;

function asTable(days: Days): TableData {
  return {
    caption: "Payment status changes in the period",
    columns: [
      { label: "Status" },
      { label: "Changes", numeric: true },
      { label: "Share", numeric: true },
      { label: "Amount", numeric: true },
    ],
    rows: shares(days).map((part) => [
      word(part.status),
      count(part.count),
      percent(part.ratio),
      wholeMoney(part.amount),
    ]),
  };
}
