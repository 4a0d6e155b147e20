import { h } from "./element";

/** Keys that move a cursor over a chart, as steps in columns and rows. */
const kSteps: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export interface Cursor {
  /** Moves by columns and rows; returns what a screen reader shall say of the new place. */
  move(columns: number, rows: number): string;
  leave(): void;
}

/** Lets the arrow keys move `cursor` while `chart` has the focus; Escape leaves it. */
export function keyboardCursor(chart: HTMLElement, cursor: Cursor): void {
  const voice = h("p", { class: "visually-hidden", "aria-live": "polite" });
  chart.after(voice);
  chart.tabIndex = 0;
  chart.addEventListener("keydown", (event) => {
    const step = kSteps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      voice.textContent = cursor.move(step[0], step[1]);
    } else if (event.key === "Escape") {
      cursor.leave();
    }
  });
  chart.addEventListener("blur", () => cursor.leave());
}
