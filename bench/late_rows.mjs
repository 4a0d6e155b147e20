// Refreshes of a continuous aggregate with many groups beside REFRESH MATERIALIZED VIEW, which PostgreSQL aggregates itself:
// 4000 hosts that report every ten seconds for six hours, 8.64 million rows of ten numbers, by minute and host. Rows come
// late in all minutes, in ten of them, or for one host that was away.
import { compare } from "./lib/compare.mjs";
import { Session } from "./lib/psql.mjs";

const HOSTS = Number(process.env.HOSTS ?? 4000);
const STEPS = 2160;
const START = "timestamptz '2026-01-01 00:00Z'";
const session = new Session();
const numbers = (value) => [..."abcdefghij"].map((_, k) => value(k)).join(", ");
const columns = [..."abcdefghij"].map((name) => `${name} float8`).join(", ");

await session.query(`
  SET maintenance_work_mem = '512MB';
  CREATE TABLE cpu (time timestamptz NOT NULL, host int NOT NULL, ${columns});
  SELECT 1 FROM create_hypertable('cpu', 'time', chunk_time_interval => interval '1 hour');
  CREATE INDEX ON cpu (host, time DESC);
  INSERT INTO cpu SELECT ${START} + i * interval '10 s', h, ${numbers((k) => `(i * h + ${k}) % ${101 - 4 * k}`)}
  FROM generate_series(0, ${STEPS - 1}) i, generate_series(1, ${HOSTS}) h ORDER BY i, h;
  VACUUM ANALYZE cpu`);
const rows = HOSTS * STEPS;
const query = "SELECT time_bucket('1 minute', time) AS minute, host, count(*), avg(a), max(b), min(c), sum(d) FROM cpu GROUP BY 1, 2";
const BY_ROWS = "SET varve.enable_vectorized = off";
const BY_VECTORS = "RESET varve.enable_vectorized";
const refresh = "CALL refresh_continuous_aggregate('minutes', NULL, NULL)";
const contents = (name) => session.query(`SELECT count(*), sum(count), sum(max), sum(sum) FROM ${name}`);
console.log(`${rows} rows of ${HOSTS} hosts, ${rows / 6} results`);

await session.query(`CREATE MATERIALIZED VIEW plain AS ${query} WITH NO DATA;
  CREATE MATERIALIZED VIEW minutes WITH (timescaledb.continuous) AS ${query} WITH NO DATA`);
const side = (label, statement, name, setting, late, finish) => ({
  label,
  prepare: () => session.query(`${late}; CHECKPOINT; ${setting}`),
  run: () => session.time(statement),
  result: () => contents(name),
  finish: () => session.query(`${BY_VECTORS}; ${finish}`),
});
const sides = (late, finish) => [
  side("REFRESH MATERIALIZED VIEW", "REFRESH MATERIALIZED VIEW plain", "plain", BY_ROWS, late, ""),
  side("refresh_continuous_aggregate", refresh, "minutes", BY_VECTORS, "SELECT 1", finish),
];
await compare("the first refresh", "ms", sides("SELECT 1", ""), { repetitions: 1 });
await session.query("VACUUM ANALYZE");

// Both sides see the same late rows; they are deleted, and that refreshed, before the next turn.
const values = numbers(() => "1");
const lates = {
  "1 % late rows in all minutes": `SELECT ${START} + i % ${STEPS} * interval '10 s' + interval '3 s', i * 97 % ${HOSTS} + 1, ${values} FROM generate_series(1, ${rows / 100}) i`,
  "1 % late rows in ten minutes": `SELECT ${START} + interval '2 h' + i * (interval '10 min' / ${rows / 100}), i * 97 % ${HOSTS} + 1, ${values} FROM generate_series(1, ${rows / 100 - 1}) i`,
  "six hours of one host": `SELECT ${START} + i * interval '10 s' + interval '3 s', 7, ${values} FROM generate_series(0, ${STEPS - 1}) i`,
};
for (const [title, late] of Object.entries(lates)) {
  await compare(`refresh after ${title}`, "ms",
    sides(`INSERT INTO cpu ${late}`, `DELETE FROM cpu WHERE extract(microseconds FROM time)::int % 10000000 <> 0; ${refresh}; VACUUM`), { repetitions: 3 });
}
session.close();
