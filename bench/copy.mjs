// COPY FROM of a CSV file: plain table, PostgreSQL's partitions made beforehand, hypertable, and DuckDB.
// Two orders of rows: by time (one chunk at a time) and by device (all chunks in turns). Then two streams at once into
// one chunk, which both need and neither has.
import { statSync } from "node:fs";
import { compare } from "./lib/compare.mjs";
import { open_duckdb } from "./lib/duckdb.mjs";
import { Session } from "./lib/psql.mjs";
import { COLUMNS, make_hypertable, make_native, make_plain, START } from "./lib/tables.mjs";

const ROWS = Number(process.env.ROWS ?? 2_000_000);
const DAYS = 30;
const session = new Session();
const file = (order) => `${process.env.PGHOST}/copy_${order}.csv`;
const duckdb = await open_duckdb(`${process.env.PGHOST}/copy.duckdb`);

for (const order of ["time", "device"]) {
  await session.query(`COPY (
    SELECT '${START}'::timestamptz + (i % (${ROWS} / 100)) * (interval '${DAYS} days' / (${ROWS} / 100)) AS time,
           i / (${ROWS} / 100) AS device, i % 997 / 10.0, sqrt(i), 'row ' || i % 1000
    FROM generate_series(0, ${ROWS} - 1) i ORDER BY ${order}, 1, 2) TO '${file(order)}' (FORMAT csv)`);
  console.log(`${ROWS} rows, ${(statSync(file(order)).size / 1e6).toFixed(0)} MB, ${DAYS} chunks of a day, order: ${order}`);

  const side = (label, prepare) => ({
    label,
    prepare: async () => { await prepare(); await session.query("CHECKPOINT"); },
    run: async () => ROWS / (await session.time(`COPY bench FROM '${file(order)}' (FORMAT csv)`)),
    result: () => session.query("SELECT count(*), sum(device), sum(length(c)) FROM bench"),
  });
  await compare(`COPY, rows ordered by ${order}`, "thousand rows/s", [
    side("PostgreSQL's partitions, made beforehand", () => make_native(session, "bench", DAYS)),
    side("plain table", () => make_plain(session, "bench")),
    side("hypertable, chunks made by the COPY", () => make_hypertable(session, "bench")),
    side("hypertable, chunks exist", async () => {
      await make_hypertable(session, "bench");
      await session.query(`COPY bench FROM '${file(order)}' (FORMAT csv); TRUNCATE bench`);
    }),
    ...(duckdb ? [{
      label: "DuckDB, no index",
      prepare: () => duckdb.query(`CREATE OR REPLACE TABLE bench ${COLUMNS}`),
      run: async () => ROWS / (await duckdb.time(`COPY bench FROM '${file(order)}' (FORMAT csv)`)),
      result: async () => {
        const [[rows, devices, c]] = await duckdb.query("SELECT count(*), sum(device), sum(length(c)) FROM bench");
        return [[rows, devices, c].join("|")];
      },
    }] : []),
  ]);
}

// Rows of one day, every other one in each file.
const halves = [0, 1].map((half) => `${process.env.PGHOST}/copy_half_${half}.csv`);
for (const [half, name] of halves.entries()) {
  await session.query(`COPY (
    SELECT '${START}'::timestamptz + i * (interval '1 day' / ${ROWS}), i % 100, i % 997 / 10.0, sqrt(i), 'row ' || i % 1000
    FROM generate_series(${half}, ${ROWS} - 1, 2) i) TO '${name}' (FORMAT csv)`);
}
const streams = halves.map((name) => [new Session(), `COPY bench FROM '${name}' (FORMAT csv)`]);
const two_streams = (label, prepare) => ({
  label,
  prepare: async () => { await prepare(); await session.query("CHECKPOINT"); },
  run: async () => {
    const begin = performance.now();
    await Promise.all(streams.map(([stream, copy]) => stream.query(copy)));
    return ROWS / (performance.now() - begin);
  },
  result: () => session.query("SELECT count(*), sum(device), sum(length(c)) FROM bench"),
});
await compare("COPY, two streams into one day", "thousand rows/s", [
  two_streams("plain table", () => make_plain(session, "bench")),
  two_streams("PostgreSQL's partitions, made beforehand", () => make_native(session, "bench", 1)),
  two_streams("hypertable, the chunk does not exist", () => make_hypertable(session, "bench")),
  two_streams("hypertable, the chunk exists", async () => {
    await make_hypertable(session, "bench");
    await session.query(`INSERT INTO bench VALUES ('${START}', 1); TRUNCATE bench`);
  }),
]);
for (const [stream] of streams) stream.close();
await session.query("DROP TABLE bench");
session.close();
duckdb?.close();
