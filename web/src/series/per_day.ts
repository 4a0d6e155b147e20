const kDayMs = 86_400_000;

/** How many of `times` fall on each day of UTC from `from` to `to`, both in ms and included. */
export function perDay(times: readonly number[], from: number, to: number): number[] {
  const first = Math.floor(from / kDayMs);
  const counts = new Array<number>(Math.max(0, Math.floor(to / kDayMs) - first + 1)).fill(0);
  for (const time of times) {
    const day = Math.floor(time / kDayMs) - first;
    if (counts[day] !== undefined) counts[day]++;
  }
  return counts;
}
