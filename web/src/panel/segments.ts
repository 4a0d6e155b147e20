import { h, uniqueId } from "./element";
import { type IconName, icon } from "./icon";

export interface Segment<T> {
  readonly value: T;
  readonly label: string;
  readonly icon?: IconName;
}

export interface Segments<T> {
  readonly root: HTMLElement;
  select(value: T): void;
}

/** One choice of a few, side by side: radio buttons, so that keyboard and screen reader know them. */
export function segments<T>(
  legend: string,
  choices: readonly Segment<T>[],
  chosen: T,
  choose: (value: T) => void,
): Segments<T> {
  const group = uniqueId("choice");
  const inputs = choices.map((choice) => {
    const input = h("input", {
      type: "radio",
      name: group,
      value: String(choice.value),
      class: "visually-hidden",
      checked: choice.value === chosen,
    });
    input.addEventListener("change", () => choose(choice.value));
    return input;
  });
  const labels = choices.map((choice, i) =>
    h(
      "label",
      { title: choice.icon === undefined ? null : choice.label },
      inputs[i]!,
      choice.icon === undefined
        ? choice.label
        : h("span", {}, icon(choice.icon), h("span", { class: "visually-hidden" }, choice.label)),
    ),
  );
  return {
    root: h(
      "fieldset",
      { class: "segments" },
      h("legend", { class: "visually-hidden" }, legend),
      ...labels,
    ),
    select(value) {
      choices.forEach((choice, i) => (inputs[i]!.checked = choice.value === value));
    },
  };
}
