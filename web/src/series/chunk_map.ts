import type { Chunk, Hypertable } from "../api/engine";

/** A chunk in the map: where it lies, from 0 to 1, and how dark it is, from 0 to 5. */
export interface Block {
  readonly chunk: Chunk;
  readonly left: number;
  readonly width: number;
  readonly shade: number;
}

export interface ChunkMap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly rows: readonly { readonly name: string; readonly blocks: readonly Block[] }[];
}

const kShades = 5;

/** Places the chunks of all tables on one axis of time. Shades tell sizes apart on a scale of powers. */
export function chunkMap(tables: readonly Hypertable[]): ChunkMap {
  const all = tables.flatMap((table) => table.chunks);
  const fromMs = Math.min(...all.map((chunk) => Date.parse(chunk.rangeStart)));
  const toMs = Math.max(...all.map((chunk) => Date.parse(chunk.rangeEnd)));
  const largest = Math.max(1, ...all.map((chunk) => chunk.totalBytes));
  const at = (time: string) => (Date.parse(time) - fromMs) / (toMs - fromMs);
  return {
    fromMs,
    toMs,
    rows: tables.map(({ name, chunks }) => ({
      name,
      blocks: chunks.map((chunk) => ({
        chunk,
        left: at(chunk.rangeStart),
        width: at(chunk.rangeEnd) - at(chunk.rangeStart),
        shade: shade(chunk.totalBytes / largest),
      })),
    })),
  };
}

/** Each shade is four times as large as the one before; the darkest is within that of the largest. */
const shade = (share: number): number =>
  share <= 0 ? 0 : Math.max(0, Math.ceil(kShades + Math.log(share) / Math.log(4)));
