// A chunk in columns into which rows have been written since is converted again: in parts, as a whole, and what plain PostgreSQL (CLUSTER) and
// DuckDB (a sorted copy) take to have such rows in order. And how long an INSERT waits meanwhile.
import { compare } from "./lib/compare.mjs";
import { open_duckdb } from "./lib/duckdb.mjs";
import { Session } from "./lib/psql.mjs";

const ROWS = Number(process.env.ROWS ?? 2_000_000);
const HOSTS = 1000;
const session = new Session();
const writer = new Session();
const duckdb = await open_duckdb(`${process.env.PGHOST}/recompress.duckdb`);
await session.query("SET maintenance_work_mem = '1GB'; SET synchronous_commit = off");
await writer.query("SET synchronous_commit = off");

const names = [...Array(10).keys()].map((k) => `u${k}`);
const columns = `(time timestamptz NOT NULL, host integer NOT NULL, ${names.map((name) => `${name} double precision`).join(", ")})`;
const values = names.map((_, k) => `round((50 + 30 * sin(h + i / ${100 + 10 * k}.0) + 10 * random())::numeric, 0)::float8`).join(", ");
const sum = "count(*), sum(u0)::bigint, sum(u9)::bigint";
const file = `${process.env.PGHOST}/recompress.csv`;

await session.query(`CREATE TABLE rows ${columns};
  INSERT INTO rows SELECT '2024-01-01 00:00Z'::timestamptz + i * interval '10 s', h, ${values}
    FROM generate_series(1, ${ROWS / HOSTS}) i, generate_series(1, ${HOSTS}) h;
  COPY rows TO '${file}' (FORMAT csv)`);
const chunks = {};
for (const table of ["parts", "whole"]) {
  await session.query(`CREATE TABLE ${table} ${columns};
    SELECT 1 FROM create_hypertable('${table}', by_range('time', interval '10 years'), create_default_indexes => false);
    ALTER TABLE ${table} SET (tsdb.enable_columnstore, tsdb.segmentby = 'host', tsdb.orderby = 'time');
    INSERT INTO ${table} TABLE rows; VACUUM (FREEZE, ANALYZE) ${table}`);
  chunks[table] = (await session.query(`SELECT show_chunks('${table}')`))[0];
  await session.query(`SELECT compress_chunk('${chunks[table]}')`);
}
await session.query(`CREATE TABLE plain ${columns}; INSERT INTO plain TABLE rows; CREATE INDEX plain_order ON plain (host, time);
  CLUSTER plain USING plain_order; VACUUM (FREEZE, ANALYZE) plain; DROP TABLE rows`);
await duckdb?.query(`CREATE TABLE loaded ${columns}; COPY loaded FROM '${file}' (FORMAT csv)`);

// The n-th change: of the times between those that are there.
let turn = 0;
const late = (table, hosts) => `INSERT INTO ${table} SELECT TIMESTAMPTZ '2024-01-01 00:00:00+00' + i * INTERVAL '10 s' + ${turn} * INTERVAL '1 ms', h,
  ${names.map((_, k) => `(i + h * ${k}) % 100`).join(", ")} FROM ${hosts}`;
const CASES = {
  "late rows of all hosts, 1 %": (table) => late(table, `generate_series(1, ${ROWS / HOSTS}) AS t (i), generate_series(1, ${HOSTS}) AS u (h) WHERE (i + h) % 100 = 0`),
  "late rows of one host in a hundred, 1 %": (table) => late(table, `generate_series(1, ${ROWS / HOSTS}) AS t (i), generate_series(7, ${HOSTS}, 100) AS u (h)`),
  "rows of one host in a hundred deleted": (table) => `DELETE FROM ${table} WHERE host >= ${10 * turn + 1} AND host <= ${10 * turn + 10}`,
};

const side = (label, table, statement) => ({
  label,
  prepare: () => session.query(CASES[current](table)),
  run: () => session.time(statement),
  result: () => session.query(`SELECT ${sum} FROM ${table}`),
});
let current;
const sides = [
  side("convert_to_columnstore()", "parts", `CALL convert_to_columnstore('${chunks.parts}')`),
  side("the same with recompress", "whole", `CALL convert_to_columnstore('${chunks.whole}', recompress => true)`),
  side("plain PostgreSQL, CLUSTER", "plain", "CLUSTER plain"),
];
if (duckdb) {
  sides.push({
    label: "DuckDB, ordered copy of its own table",
    prepare: async () => { await duckdb.query(CASES[current]("loaded")); await duckdb.query("DROP TABLE IF EXISTS bench"); },
    run: () => duckdb.time("CREATE TABLE bench AS SELECT * FROM loaded ORDER BY host, time"),
    result: async () => [(await duckdb.query(`SELECT ${sum} FROM bench`))[0].join("|")],
  });
}
sides.at(-1).finish = () => { ++turn; };
for (current of Object.keys(CASES)) {
  await compare(`${current}, of ${ROWS} rows`, "ms", sides);
  const groups = await session.query("SELECT string_agg(row_groups::text, ' and ' ORDER BY chunk_id) FROM varve_catalog.columnar_chunk");
  console.log(`\nrow groups in parts, and as a whole: ${groups}`);
}

// The longest of the INSERTs that one session makes, one after another, while the other converts.
const wait = (label, table, statement) => ({
  label,
  prepare: async () => { current = "late rows of all hosts, 1 %"; await session.query(CASES[current](table)); ++turn; },
  run: async () => {
    let is_done = false;
    let longest = 0;
    const conversion = session.query(statement).then(() => { is_done = true; });
    for (let n = 0; !is_done; ++n) {
      longest = Math.max(longest, await writer.time(`INSERT INTO ${table} (time, host) VALUES ('2024-01-01 00:00Z', ${n})`));
    }
    await conversion;
    return longest;
  },
});
await compare("the longest INSERT meanwhile", "ms", [
  wait("convert_to_columnstore()", "parts", `CALL convert_to_columnstore('${chunks.parts}')`),
  wait("the same with recompress", "whole", `CALL convert_to_columnstore('${chunks.whole}', recompress => true)`),
  wait("plain PostgreSQL, CLUSTER", "plain", "CLUSTER plain"),
]);
await session.query("DROP TABLE parts, whole, plain");
session.close();
writer.close();
duckdb?.close();
