import type { Advice } from "../api/engine";
import { h } from "./element";
import { icon } from "./icon";
import type { View } from "./panel";
import { redrawn } from "./redrawn";

/** Findings with the statement that repairs them; rules that are kept are only counted. */
export const adviceView: View<readonly Advice[]> = {
  name: "advice",
  title: "Advice",
  hint: "Good practice, checked",
  emptyText: "There is no advice.",
  isEmpty: (advice) => advice.length === 0,
  draw: (root) =>
    redrawn(root, (advice) => {
      const found = advice.filter(({ severity }) => severity !== "ok");
      const kept = advice.length - found.length;
      return [
        h("ul", { class: "advice" }, ...found.map(entry)),
        h("p", { class: "kept" }, `${kept} of ${new Set(advice.map(({ rule }) => rule)).size} rules are kept.`),
      ];
    }),
};

function entry(of: Advice): HTMLElement {
  const shape = of.severity === "warning" ? "DEGRADED" : "UNKNOWN";
  const subject = of.relation === null ? of.title : `${of.title}: ${of.relation}`;
  return h(
    "li",
    { "data-severity": of.severity, "data-rule": of.rule, "data-health": shape },
    icon(shape),
    h(
      "div",
      {},
      h("strong", {}, `${of.rule} ${subject}`),
      h("p", {}, of.finding ?? ""),
      ...(of.repair === null ? [] : [h("code", {}, of.repair)]),
    ),
  );
}
