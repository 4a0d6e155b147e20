/** The growth from `previous` to `current` as a ratio, or null where there is nothing to compare. */
export function change(current: number, previous: number): number | null {
  return previous === 0 ? null : (current - previous) / Math.abs(previous);
}
