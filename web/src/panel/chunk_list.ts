import { type Chunk, compressChunk, decompressChunk, type Hypertable } from "../api/engine";
import { bytes } from "../format/bytes";
import { type Ask, askButton } from "./ask";
import type { View } from "./panel";
import { redrawn } from "./redrawn";
import { type Cell, table } from "./table";

/** The chunks of one hypertable, newest first; `ask` is told which one shall become columns or rows. */
export function chunkListView(of: Hypertable, ask: Ask): View<readonly Hypertable[]> {
  const chunksOf = (tables: readonly Hypertable[]): readonly Chunk[] =>
    tables.find(({ schema, name }) => schema === of.schema && name === of.name)?.chunks ?? [];
  return {
    name: "chunk-list",
    title: `Chunks of ${of.name}`,
    hint: "The newest 400",
    emptyText: "It has no chunk.",
    isEmpty: (tables) => chunksOf(tables).length === 0,
    draw: (root) =>
      redrawn(root, (tables) => [
        table({
          caption: `Chunks of ${of.name}, newest first`,
          columns: [
            { label: "Chunk" },
            { label: "From" },
            { label: "To" },
            { label: "Size", numeric: true },
            { label: "Kept as" },
            { label: "Actions" },
          ],
          rows: [...chunksOf(tables)].reverse().map((chunk) => row(chunk, ask)),
        }),
      ]),
  };
}

function row(chunk: Chunk, ask: Ask): (string | Cell)[] {
  const { name, isCompressed } = chunk;
  return [
    name,
    chunk.rangeStart.slice(0, 10),
    chunk.rangeEnd.slice(0, 10),
    bytes(chunk.totalBytes),
    isCompressed ? "columns" : "rows",
    { text: "", content: isCompressed ? decompress(chunk, ask) : compress(chunk, ask) },
  ];
}

const compress = (chunk: Chunk, ask: Ask) =>
  askButton("Compress", chunk.name, () =>
    ask({
      title: `Put ${chunk.name} into columns?`,
      text: "It can be read meanwhile; who writes into it waits.",
      verb: "Compress",
      act: () => compressChunk(chunk),
    }),
  );

const decompress = (chunk: Chunk, ask: Ask) =>
  askButton("Decompress", chunk.name, () =>
    ask({
      title: `Put ${chunk.name} into rows again?`,
      text: "It will be larger, and can be read meanwhile; who writes into it waits.",
      verb: "Decompress",
      act: () => decompressChunk(chunk),
    }),
  );
