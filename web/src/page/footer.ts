import { h } from "../panel/element";

/** The foot of every page. */
export function footer(): HTMLElement {
  const link = (href: string, text: string) => h("a", { href }, text);
  const links = [
    link("/docs", "API"),
    link("/openapi.json", "OpenAPI"),
    link("/metrics", "Metrics"),
  ];
  return h(
    "footer",
    { class: "page-footer" },
    h("span", {}, "Days are days in UTC; times are in your time zone."),
    h("nav", { "aria-label": "For machines" }, ...links),
  );
}
