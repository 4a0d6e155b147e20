// One row of each of a thousand devices, of some million rows in a few chunks with an index of (device, time): the node
// SkipScan, the hypertable without it, and a plain table with PostgreSQL's plan.
import { compare } from "./lib/compare.mjs";
import { Session } from "./lib/psql.mjs";
import { COLUMNS, START } from "./lib/tables.mjs";

const ROWS = Number(process.env.ROWS ?? 2_000_000);
const DEVICES = Number(process.env.DEVICES ?? 1000);
const CHUNKS = 4;
const session = new Session();

await session.query(`
  DROP TABLE IF EXISTS plain, hyper; CREATE TABLE plain ${COLUMNS}; CREATE TABLE hyper ${COLUMNS};
  SELECT 1 FROM create_hypertable('hyper', 'time', chunk_time_interval => interval '1 day');
  INSERT INTO plain SELECT '${START}'::timestamptz + i * (interval '${CHUNKS} days' / ${ROWS}), i % ${DEVICES}, i % 997, i, 'row' FROM generate_series(0, ${ROWS} - 1) i;
  INSERT INTO hyper SELECT * FROM plain;
  CREATE INDEX ON plain (device, time); CREATE INDEX ON hyper (device, time)`);
await session.query("VACUUM ANALYZE plain");
await session.query("VACUUM ANALYZE hyper");

const queries = {
  "SELECT DISTINCT device": (table) => `SELECT count(*), sum(device) FROM (SELECT DISTINCT device FROM ${table}) d`,
  "count(DISTINCT device)": (table) => `SELECT count(DISTINCT device) FROM ${table}`,
  "the last row of each": (table) => `SELECT count(*), sum(b) FROM (SELECT DISTINCT ON (device) * FROM ${table} ORDER BY device, time DESC) d`,
  "the last row of each of the last hour": (table) => `SELECT count(*), sum(b) FROM (SELECT DISTINCT ON (device) * FROM ${table}
    WHERE time >= '${START}'::timestamptz + interval '${CHUNKS} days' - interval '1 hour' ORDER BY device, time DESC) d`,
};
console.log(`${ROWS} rows, ${DEVICES} devices, ${CHUNKS} chunks`);
for (const [title, query] of Object.entries(queries)) {
  const side = (label, table, skip) => ({
    label,
    prepare: () => session.query(`SET timescaledb.enable_skipscan = ${skip}; ${query(table)}`),
    run: () => session.time(query(table)),
    result: () => session.query(query(table)),
  });
  await compare(title, "ms", [
    side("plain table", "plain", "on"),
    side("hypertable without SkipScan", "hyper", "off"),
    side("hypertable", "hyper", "on"),
  ]);
}
await session.query("DROP TABLE plain, hyper");
session.close();
