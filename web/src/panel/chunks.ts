import type { Hypertable } from "../api/engine";
import { bytes } from "../format/bytes";
import { count, kNone } from "../format/number";
import { shortDay } from "../format/time";
import { type Block, chunkMap } from "../series/chunk_map";
import { h, svg } from "./element";
import type { View } from "./panel";
import { redrawn } from "./redrawn";

const kRow = 26;
const kWidth = 1000;

/** `choose` is told of the hypertable whose chunks are wanted. */
export const chunksView = (choose: (of: Hypertable) => void): View<readonly Hypertable[]> => ({
  name: "chunks",
  title: "Hypertables",
  hint: "A block for each chunk: the darker, the larger",
  emptyText: "There is no hypertable.",
  isEmpty: (tables) => tables.length === 0,
  draw: (root) => redrawn(root, (tables) => [map(tables, choose)]),
  table: (tables) => ({
    caption: "Hypertables and their sizes",
    columns: [
      { label: "Table" },
      { label: "Chunks", numeric: true },
      { label: "Interval" },
      { label: "Data", numeric: true },
      { label: "Indexes", numeric: true },
      { label: "Policies" },
    ],
    rows: tables.map((of) => [
      of.name,
      count(of.chunkCount),
      of.chunkInterval ?? kNone,
      bytes(of.dataBytes),
      bytes(of.indexBytes),
      of.policies.map(({ name }) => name.replace(/^policy_/, "").replaceAll("_", " ")).join(", "),
    ]),
  }),
});

function map(tables: readonly Hypertable[], choose: (of: Hypertable) => void): HTMLElement {
  const { rows, fromMs, toMs } = chunkMap(tables);
  const lines = rows.map(({ name, blocks }, i) =>
    h(
      "div",
      { class: "chunk-row" },
      h("span", { class: "chunk-name" }, nameButton(tables[i]!, choose)),
      svg(
        "svg",
        {
          class: "chunk-line",
          viewBox: `0 0 ${kWidth} ${kRow}`,
          preserveAspectRatio: "none",
          role: "img",
          "aria-label": `${name}: ${count(tables[i]!.chunkCount)} chunks, ${bytes(tables[i]!.totalBytes)}`,
        },
        ...blocks.map(block),
      ),
      h("span", { class: "chunk-size" }, bytes(tables[i]!.totalBytes)),
    ),
  );
  const axis = Number.isFinite(fromMs)
    ? h(
        "p",
        { class: "chunk-axis" },
        h("span", {}, shortDay(fromMs / 1000)),
        h("span", {}, shortDay(toMs / 1000)),
      )
    : h("p", { class: "chunk-axis" });
  return h("div", { class: "chunk-map" }, ...lines, axis);
}

function nameButton(of: Hypertable, choose: (of: Hypertable) => void): HTMLElement {
  const button = h("button", { type: "button", class: "link" }, of.name);
  button.addEventListener("click", () => choose(of));
  return button;
}

function block({ chunk, left, width, shade }: Block): SVGElement {
  const title = `${chunk.name}: ${chunk.rangeStart.slice(0, 10)} to ${chunk.rangeEnd.slice(0, 10)}, ${bytes(chunk.totalBytes)}`;
  return svg(
    "rect",
    {
      x: left * kWidth,
      width: Math.max(1, width * kWidth - 1),
      y: 2,
      height: kRow - 4,
      class: `shade-${shade}`,
      "data-columnar": chunk.isCompressed || null,
    },
    svg("title", {}, title),
  );
}
