import type { Health, ServiceHealth, SystemHealth } from "../api/types";
import { milliseconds, percentPoints } from "../format/number";
import { healthReason } from "../format/reason";
import { h, uniqueId } from "./element";
import { icon } from "./icon";
import type { Drawing, View } from "./panel";
import type { TableData } from "./table";

export const healthView: View<SystemHealth> = {
  name: "health",
  title: "System health",
  hint: "Means of the last hour",
  emptyText: "No service has reported in the last hour.",
  isEmpty: (health) => health.services.length === 0,
  draw,
  table: asTable,
};

const kRank: Readonly<Record<Health, number>> = {
  CRITICAL: 0,
  DEGRADED: 1,
  UNKNOWN: 2,
  HEALTHY: 3,
};
const kWords: Readonly<Record<Health, string>> = {
  HEALTHY: "Healthy",
  DEGRADED: "Degraded",
  CRITICAL: "Critical",
  UNKNOWN: "Unknown",
};

/** What needs attention comes first. */
const sorted = (services: readonly ServiceHealth[]): ServiceHealth[] =>
  [...services].sort(
    (a, b) => kRank[a.health] - kRank[b.health] || a.serviceName.localeCompare(b.serviceName),
  );

function draw(root: HTMLElement): Drawing<SystemHealth> {
  const overall = h("p", { class: "overall" });
  const list = h("ul", { class: "services" });
  root.classList.add("health");
  root.append(overall, list);
  root.addEventListener("keydown", (event) => {
    // A description under the pointer or the focus must be dismissible.
    if (event.key === "Escape") list.classList.add("dismissed");
  });
  for (const event of ["pointerover", "focusin"]) {
    root.addEventListener(event, ({ target }) => {
      list.classList.remove("dismissed");
      keepInside(root, (target as Element).closest("li"));
    });
  }
  let shown = "";
  return {
    update(health) {
      // A redraw would take the focus from a service that is being read.
      const next = JSON.stringify(health);
      if (next === shown) return;
      shown = next;
      const focused = list.querySelector<HTMLElement>(":focus")?.dataset["service"];
      overall.dataset["health"] = health.overallHealth;
      overall.replaceChildren(
        icon(health.overallHealth),
        h("span", {}, kWords[health.overallHealth]),
      );
      list.replaceChildren(...sorted(health.services).map(service));
      if (focused !== undefined)
        list.querySelector<HTMLElement>(`[data-service="${CSS.escape(focused)}"]`)?.focus();
    },
    destroy: () => undefined,
  };
}

/** Moves the description of a service at the right edge to the left, into the panel. */
function keepInside(root: HTMLElement, entry: Element | null): void {
  const reasons = entry?.querySelector<HTMLElement>(".reasons");
  if (entry == null || reasons == null) return;
  const free = root.getBoundingClientRect().right - entry.getBoundingClientRect().left;
  reasons.style.left = `${Math.min(0, free - reasons.offsetWidth)}px`;
}

function service(of: ServiceHealth): HTMLElement {
  const id = uniqueId("service");
  const reasons =
    of.reasons.length > 0 ? of.reasons.map(healthReason) : ["every figure is within its limits"];
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: "service",
        "data-service": of.serviceName,
        "data-health": of.health,
        "aria-describedby": id,
      },
      icon(of.health),
      h("span", { class: "name" }, of.serviceName),
      h(
        "span",
        { class: of.health === "HEALTHY" ? "visually-hidden" : "state" },
        kWords[of.health],
      ),
    ),
    h(
      "div",
      { class: "reasons", role: "tooltip", id },
      h("strong", {}, `${of.serviceName}: ${kWords[of.health].toLowerCase()}`),
      h("ul", {}, ...reasons.map((reason) => h("li", {}, reason))),
      h("p", {}, figures(of)),
    ),
  );
}

function figures(of: ServiceHealth): string {
  return [
    `CPU ${percentPoints(of.avgCpu)}`,
    `memory ${percentPoints(of.avgMemory)}`,
    `errors ${percentPoints(of.avgErrorRate)}`,
    `p99 at most ${milliseconds(of.maxLatency)}`,
  ].join(" · ");
}

function asTable(health: SystemHealth): TableData {
  const numeric = (label: string) => ({ label, numeric: true });
  return {
    caption: "Services, those that need attention first",
    columns: [
      { label: "Service" },
      { label: "State" },
      numeric("CPU"),
      numeric("Memory"),
      numeric("Errors"),
      numeric("Highest p99"),
      { label: "Reasons" },
    ],
    rows: sorted(health.services).map((of) => [
      of.serviceName,
      kWords[of.health],
      percentPoints(of.avgCpu),
      percentPoints(of.avgMemory),
      percentPoints(of.avgErrorRate),
      milliseconds(of.maxLatency),
      of.reasons.map(healthReason).join("; "),
    ]),
  };
}
