import { h, uniqueId } from "./element";

/** Something that changes the database, and that is asked about before. */
export interface Question {
  readonly title: string;
  /** What will happen. */
  readonly text: string;
  /** The word on the button that does it. */
  readonly verb: string;
  readonly fields?: readonly HTMLElement[];
  act(): Promise<void>;
}
export type Ask = (question: Question) => void;

/** Asks in a dialog; acts if told so, and stays open until that is done, or to say what is against it. */
export function ask(question: Question): void {
  const id = uniqueId("ask");
  const cancel = h("button", { type: "button", class: "quiet" }, "Cancel");
  const go = h("button", { type: "submit", class: "go" }, question.verb);
  const said = h("p", { class: "said", role: "status" });
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", { id }, question.title),
    h("p", {}, question.text),
    ...(question.fields ?? []),
    said,
    h("div", { class: "choice" }, cancel, go),
  );
  const dialog = h("dialog", { class: "ask", "aria-labelledby": id }, form);

  const act = async () => {
    go.disabled = true;
    said.textContent = "Working…";
    try {
      await question.act();
      dialog.close();
    } catch (error) {
      said.textContent = error instanceof Error ? error.message : String(error);
      go.disabled = false;
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void act();
  });
  cancel.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** A button in a table that asks; `what` is for those who hear the button and not its row. */
export function askButton(verb: string, what: string, asks: () => void): HTMLElement {
  const button = h("button", { type: "button", class: "link", "aria-label": `${verb} ${what}` }, verb);
  button.addEventListener("click", asks);
  return button;
}
