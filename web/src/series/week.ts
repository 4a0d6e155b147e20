import type { HeatmapCell } from "../api/types";

/** Counts by weekday and hour: week[dow][hour], dow 0 = Sunday. */
export type Week = readonly (readonly number[])[];

/** Shades of the heatmap beside the one for zero. */
export const kLevels = 5;

export function week(cells: readonly HeatmapCell[]): Week {
  const rows = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  for (const { dow, hour, count } of cells) {
    const row = rows[dow];
    if (row?.[hour] !== undefined) row[hour] += count;
  }
  return rows;
}

/** 0 for nothing, else 1 (least) to kLevels (most): equal steps between the extremes that occur. */
export function levelOf(count: number, least: number, most: number): number {
  if (count <= 0) return 0;
  if (most <= least) return kLevels;
  return Math.min(kLevels, 1 + Math.floor(((count - least) / (most - least)) * kLevels));
}

/** The least count above zero, and the most; zeros where all is empty. */
export function extremes(counts: Week): { least: number; most: number } {
  const some = counts.flat().filter((count) => count > 0);
  return some.length === 0
    ? { least: 0, most: 0 }
    : { least: Math.min(...some), most: Math.max(...some) };
}

/** Where the most happens. */
export function peak(counts: Week): { dow: number; hour: number; count: number } {
  let best = { dow: 0, hour: 0, count: 0 };
  counts.forEach((row, dow) =>
    row.forEach((count, hour) => {
      if (count > best.count) best = { dow, hour, count };
    }),
  );
  return best;
}
