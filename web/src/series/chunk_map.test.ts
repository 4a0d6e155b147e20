import { expect, test } from "vitest";
import type { Hypertable } from "../api/engine";
import { chunkMap } from "./chunk_map";

const chunk = (rangeStart: string, rangeEnd: string, totalBytes: number) => ({
  schema: "public",
  name: rangeStart,
  rangeStart,
  rangeEnd,
  totalBytes,
  isCompressed: false,
  tablespace: null,
});
const table = (name: string, chunks: Hypertable["chunks"]): Hypertable => ({
  schema: "public",
  name,
  chunkCount: chunks.length,
  totalBytes: 0,
  dataBytes: 0,
  indexBytes: 0,
  chunkInterval: null,
  policies: [],
  chunks,
});

test("chunks of all tables share one axis", () => {
  const map = chunkMap([
    table("a", [chunk("2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z", 1)]),
    table("b", [chunk("2026-01-03T00:00:00Z", "2026-01-05T00:00:00Z", 1)]),
    table("empty", []),
  ]);
  expect(map.rows.map((row) => row.blocks.map(({ left, width }) => [left, width]))).toEqual([
    [[0, 0.5]],
    [[0.5, 0.5]],
    [],
  ]);
  expect(map.toMs - map.fromMs).toBe(4 * 86_400_000);
});

test("shades go down by powers of four", () => {
  const sizes = [1024, 1024 / 4, 1024 / 16, 1024 / 64, 1024 / 256, 1024 / 1024, 0];
  const [row] = chunkMap([
    table("a", sizes.map((size) => chunk("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", size))),
  ]).rows;
  expect(row!.blocks.map(({ shade }) => shade)).toEqual([5, 4, 3, 2, 1, 0, 0]);
});

test("without chunks there are no blocks", () => {
  expect(chunkMap([table("a", [])]).rows[0]!.blocks).toEqual([]);
  expect(chunkMap([]).rows).toEqual([]);
});
