import { h } from "./element";

export interface Tooltip {
  /** Shows `lines`, the first as a title, beside the point (x, y) of `root`. */
  show(x: number, y: number, lines: readonly (string | readonly [string, string])[]): void;
  hide(): void;
}

/** A note that follows the pointer or the keyboard's cursor within `root`. */
export function tooltip(root: HTMLElement): Tooltip {
  const box = h("div", { class: "tooltip", hidden: true, "aria-hidden": "true" });
  root.classList.add("has-tooltip");
  root.append(box);
  return {
    show(x, y, lines) {
      box.replaceChildren(...lines.map(line));
      box.hidden = false;
      const left = x + box.offsetWidth + 16 > root.clientWidth ? x - box.offsetWidth - 12 : x + 12;
      box.style.left = `${Math.max(0, left)}px`;
      box.style.top = `${Math.max(0, y - box.offsetHeight / 2)}px`;
    },
    hide() {
      box.hidden = true;
    },
  };
}

function line(content: string | readonly [string, string], index: number): HTMLElement {
  if (typeof content === "string") return h(index === 0 ? "strong" : "span", {}, content);
  return h("span", { class: "pair" }, h("span", {}, content[0]), h("b", {}, content[1]));
}
