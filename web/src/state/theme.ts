/** Light, dark, or as the system says; the choice outlives the visit. */

export const kThemes = ["system", "light", "dark"] as const;
export type Theme = (typeof kThemes)[number];

const kKey = "varve.theme";
const listeners = new Set<() => void>();
const resolved = new Map<string, string>();
let theme: Theme = "system";

export const currentTheme = (): Theme => theme;

/** Applies the stored choice. Call once, before anything is drawn. */
export function restoreTheme(): void {
  apply(kThemes.find((known) => known === stored()) ?? "system");
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
}

export function chooseTheme(chosen: Theme): void {
  apply(chosen);
  try {
    localStorage.setItem(kKey, chosen);
  } catch {
    // Storage may be forbidden; then the choice lasts as long as the page.
  }
  repaint();
}

/** Calls `listener` whenever colours may have changed. */
export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The present value of a colour variable such as "--series-1", for canvases, which know no variables. */
export function colour(variable: string): string {
  const known = resolved.get(variable);
  if (known !== undefined) return known;
  const probe = document.createElement("i");
  probe.hidden = true;
  probe.style.color = `var(${variable})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  resolved.set(variable, value);
  return value;
}

function apply(chosen: Theme): void {
  theme = chosen;
  document.documentElement.dataset["theme"] = chosen;
}

function repaint(): void {
  resolved.clear();
  for (const listener of listeners) listener();
}

function stored(): string | null {
  try {
    return localStorage.getItem(kKey);
  } catch {
    return null;
  }
}
