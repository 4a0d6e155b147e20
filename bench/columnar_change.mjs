// Changes of a chunk in columns, beside the same rows in a heap of plain PostgreSQL with the same indexes, and in DuckDB: what is deleted by value,
// by time and by host, one row updated by its key, and late rows. Rows as of many hosts that report at the same times for three days.
import { compare } from "./lib/compare.mjs";
import { open_duckdb } from "./lib/duckdb.mjs";
import { Session } from "./lib/psql.mjs";

const ROWS = Number(process.env.ROWS ?? 2_592_000);
const HOSTS = 100;
const HOURS = Math.floor(ROWS / HOSTS / 360);
const session = new Session();
const duckdb = await open_duckdb(`${process.env.PGHOST}/columnar_change.duckdb`);
await session.query("SET maintenance_work_mem = '1GB'; SET synchronous_commit = off; SET max_parallel_workers_per_gather = 0");

const names = [...Array(10).keys()].map((k) => `u${k}`);
const columns = `(time timestamptz NOT NULL, host integer NOT NULL, ${names.map((name) => `${name} double precision`).join(", ")})`;
// u0 has each of a hundred values equally often, everywhere; the others walk.
const walk = (k) => `round((50 + 30 * sin(h + i / ${100 + 10 * k}.0) + 10 * random())::numeric, 0)::float8`;
const values = names.map((_, k) => (k === 0 ? "floor(100 * random())" : walk(k))).join(", ");
const file = `${process.env.PGHOST}/columnar_change.csv`;
await session.query(`CREATE TABLE plain ${columns};
  INSERT INTO plain SELECT '2024-01-01 00:00Z'::timestamptz + i * interval '10 s', h, ${values}
    FROM generate_series(0, ${ROWS / HOSTS - 1}) i, generate_series(1, ${HOSTS}) h;
  CREATE INDEX ON plain (host, time); CREATE INDEX ON plain (time);
  CREATE TABLE columnar ${columns};
  SELECT 1 FROM create_hypertable('columnar', by_range('time', interval '10 years'), create_default_indexes => false);
  CREATE INDEX ON columnar (host, time); CREATE INDEX ON columnar (time);
  ALTER TABLE columnar SET (tsdb.enable_columnstore, tsdb.segmentby = 'host', tsdb.orderby = 'time');
  INSERT INTO columnar TABLE plain;
  VACUUM (FREEZE) columnar;
  SELECT compress_chunk(c) FROM show_chunks('columnar') c;
  VACUUM (FREEZE, ANALYZE) plain; VACUUM (ANALYZE) columnar; CHECKPOINT;
  COPY plain TO '${file}' (FORMAT csv)`);
await duckdb?.query(`CREATE TABLE columnar ${columns}; COPY columnar FROM '${file}' (FORMAT csv); CHECKPOINT`);

// The n-th turn of a case changes rows that none before has. What takes less than a few milliseconds is done many times.
let turn = 0;
const at = (seconds) => `TIMESTAMPTZ '2024-01-01 00:00:00+00' + INTERVAL '${seconds} s'`;
const often = (times, statement) => [...Array(times).keys()].map((i) => statement(times * turn + i)).join(";\n");
const update = (table, first) => (i) => `UPDATE ${table} SET u1 = -1 WHERE host = ${10 + (i % 80)} AND time = ${at(36000 + 10 * (first + i))}`;
const late = (table) => (i) => `INSERT INTO ${table} SELECT ${at(3600 * (i % 16))} + i * INTERVAL '10 s' + INTERVAL '${3 + turn} ms', h,
  ${names.map((_, k) => `(i + h * ${k}) % 100`).join(", ")} FROM generate_series(1, ${1000 / HOSTS}) AS t (i), generate_series(1, ${HOSTS}) AS u (h)`;
const CASES = {
  "UPDATE one row by its key, 100 times": (table) => often(100, update(table, 0)),
  "the same in one transaction": (table) => `BEGIN;\n${often(100, update(table, 1000))};\nCOMMIT`,
  "DELETE one host": (table) => `DELETE FROM ${table} WHERE host = ${20 + turn}`,
  "DELETE one hour of all hosts": (table) => `DELETE FROM ${table} WHERE time >= ${at(3600 * (HOURS - 1 - turn))} AND time < ${at(3600 * (HOURS - turn))}`,
  "DELETE by value, 1 %": (table) => `DELETE FROM ${table} WHERE u0 = ${turn}`,
  "INSERT 1000 late rows, 16 times": (table) => often(16, late(table)),
};

const sum = "count(*), sum(u0)::bigint, sum(u1)::bigint, sum(u9)::bigint";
const side = (label, table) => ({
  label,
  run: () => session.time(CASES[current](table)),
  result: () => session.query(`SELECT ${sum} FROM ${table}`),
});
let current;
const sides = [side("heap of plain PostgreSQL", "plain"), side("columnar chunk", "columnar")];
if (duckdb) {
  sides.push({
    label: "DuckDB",
    run: () => duckdb.time(CASES[current]("columnar")),
    result: async () => [(await duckdb.query(`SELECT ${sum} FROM columnar`))[0].join("|")],
  });
}
sides.at(-1).finish = () => { ++turn; };
for (current of Object.keys(CASES)) {
  turn = 0;
  await compare(`${current}, of ${ROWS} rows`, "ms", sides, { repetitions: 7 });
}
await session.query("DROP TABLE plain, columnar");
session.close();
duckdb?.close();
