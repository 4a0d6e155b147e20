// Queries of a chunk in columns, beside the same rows in a heap of plain PostgreSQL and in DuckDB, ordered alike:
// one process each. Rows as of many hosts that report at the same times, ten doubles that are whole numbers.
import { compare } from "./lib/compare.mjs";
import { open_duckdb } from "./lib/duckdb.mjs";
import { Session } from "./lib/psql.mjs";

const ROWS = Number(process.env.ROWS ?? 2_000_000);
const HOSTS = 1000;
const session = new Session();
const duckdb = await open_duckdb(`${process.env.PGHOST}/columnar_scan.duckdb`);
await session.query("SET maintenance_work_mem = '1GB'; SET max_parallel_workers_per_gather = 0; SET timezone = 'UTC'");
await duckdb?.query("SET threads = 1");

const columns = `(time timestamptz NOT NULL, host integer NOT NULL, ${[...Array(10).keys()].map((k) => `u${k} double precision`).join(", ")})`;
const walk = (k) => `round((50 + 30 * sin(h + i / ${100 + 10 * k}.0) + 10 * random())::numeric, 0)::float8`;
const file = `${process.env.PGHOST}/columnar_scan.csv`;
await session.query(`CREATE TABLE plain ${columns};
  INSERT INTO plain SELECT '2024-01-01 00:00Z'::timestamptz + i * interval '10 s', h, ${[...Array(10).keys()].map(walk).join(", ")}
    FROM generate_series(1, ${ROWS / HOSTS}) i, generate_series(1, ${HOSTS}) h;
  CREATE INDEX ON plain (host, time);
  CREATE TABLE columnar ${columns};
  SELECT 1 FROM create_hypertable('columnar', by_range('time', interval '10 years'), create_default_indexes => false);
  CREATE INDEX ON columnar (host, time);
  ALTER TABLE columnar SET (tsdb.enable_columnstore, tsdb.segmentby = 'host', tsdb.orderby = 'time');
  INSERT INTO columnar TABLE plain;
  VACUUM (FREEZE) columnar;
  SELECT compress_chunk(c) FROM show_chunks('columnar') c;
  VACUUM (FREEZE, ANALYZE) plain; VACUUM (ANALYZE) columnar;
  COPY plain TO '${file}' (FORMAT csv)`);
await duckdb?.query(`CREATE TABLE loaded ${columns}; COPY loaded FROM '${file}' (FORMAT csv);
  CREATE TABLE columnar AS SELECT * FROM loaded ORDER BY host, time; DROP TABLE loaded; CHECKPOINT`);

const middle = "timestamptz '2024-01-01 02:00Z'";
const QUERIES = [
  ["sum of two columns of twelve", "SELECT sum(u0)::bigint, sum(u9)::bigint FROM $"],
  ["rows of two columns, past a subquery", "SELECT count(u1) FROM (SELECT time, u1 FROM $ OFFSET 0) x"],
  ["count of all", "SELECT count(*) FROM $"],
  ["count of a filter that one in six passes", "SELECT count(*) FROM $ WHERE u0 > 80"],
  ["sum behind two filters and an expression", "SELECT sum(u0)::bigint FROM $ WHERE u0 > 80 AND u1 > 50 AND u2 + u3 > 100"],
  ["five minutes of all hosts", `SELECT count(*), sum(u3)::bigint FROM $ WHERE time BETWEEN ${middle} AND ${middle} + interval '5 minutes'`],
  ["average by hour", "SELECT date_trunc('hour', time) AS hour, avg(u0)::numeric(9, 3) FROM $ GROUP BY hour ORDER BY hour"],
  ["average by host", "SELECT host, avg(u0)::numeric(9, 3) FROM $ GROUP BY host ORDER BY host"],
  ["all of one host", "SELECT count(*), sum(u3)::bigint FROM $ WHERE host = 77"],
  ["one row by its key", `SELECT u0::bigint, u5::bigint FROM $ WHERE host = 77 AND time = ${middle}`],
];

const from = (query, table) => query.replaceAll("$", table);
for (const [title, query] of QUERIES) {
  const side = (label, table) => ({
    label,
    run: () => session.time(from(query, table)),
    result: async () => (await session.query(from(query, table))).map((row) => row.replace(/^(\d+-\S+ \S+)\+00/, "$1")),
  });
  const sides = [side("heap of plain PostgreSQL", "plain"), side("columnar chunk", "columnar")];
  if (duckdb) {
    sides.push({
      label: "DuckDB, one thread",
      run: () => duckdb.time_query(from(query, "columnar")),
      result: async () => (await duckdb.query(from(query, "columnar").replace("date_trunc('hour', time)", "strftime(date_trunc('hour', time), '%Y-%m-%d %H:%M:%S')"))).map((row) => row.join("|")),
    });
  }
  await compare(title, "ms", sides, { repetitions: 7 });
}
await session.query("DROP TABLE plain, columnar");
session.close();
duckdb?.close();
