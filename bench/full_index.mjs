// Lookups, orders and keys of a columnar chunk whose indexes have entries for all rows, beside one whose indexes have none for
// those in columns, and a heap of plain PostgreSQL. Rows as of many hosts that report at the same times; plans are PostgreSQL's
// choice. Each figure is of many statements or rows, in one process.
import { compare } from "./lib/compare.mjs";
import { Session } from "./lib/psql.mjs";

const ROWS = Number(process.env.ROWS ?? 1_000_000);
const HOSTS = 1000;
const STEPS = ROWS / HOSTS;
const session = new Session();
await session.query("SET maintenance_work_mem = '1GB'; SET max_parallel_workers_per_gather = 0; SET timezone = 'UTC'");

const columns = `(time timestamptz NOT NULL, host integer NOT NULL, ${[...Array(10).keys()].map((k) => `u${k} double precision`).join(", ")})`;
const walk = (k) => `round((50 + 30 * sin(h + i / ${100 + 10 * k}.0) + 10 * random())::numeric, 0)::float8`;
const columnar = (name, more) => `CREATE TABLE ${name} ${columns};
  SELECT 1 FROM create_hypertable('${name}', by_range('time', interval '10 years'), create_default_indexes => false);
  ALTER TABLE ${name} ADD CONSTRAINT ${name}_key PRIMARY KEY (host, time);
  CREATE INDEX ${name}_time ON ${name} (time);
  ALTER TABLE ${name} SET (tsdb.enable_columnstore, tsdb.segmentby = 'host', tsdb.orderby = 'time'${more});
  INSERT INTO ${name} TABLE plain;
  VACUUM (FREEZE) ${name}`;
await session.query(`CREATE TABLE plain ${columns};
  INSERT INTO plain SELECT '2024-01-01 00:00Z'::timestamptz + i * interval '10 s', h, ${[...Array(10).keys()].map(walk).join(", ")}
    FROM generate_series(1, ${STEPS}) i, generate_series(1, ${HOSTS}) h;
  ALTER TABLE plain ADD PRIMARY KEY (host, time);
  CREATE INDEX plain_time ON plain (time);
  ${columnar("sparse", "")}; ${columnar("filled", ", tsdb.full_indexes = 'filled_key, filled_time'")}`);

const convert = (name) => session.cpu(`SELECT count(compress_chunk(c)) FROM show_chunks('${name}') c`);
console.log(`conversion, seconds of processor time: sparse ${(await convert("sparse")).toFixed(2)}, full ${(await convert("filled")).toFixed(2)}`);
await session.query("VACUUM (FREEZE, ANALYZE) plain; VACUUM (ANALYZE) sparse; VACUUM (ANALYZE) filled");
for (const name of ["plain", "sparse", "filled"]) {
  const [bytes] = await session.query(`SELECT (sum(pg_indexes_size(r)) / ${ROWS})::numeric(9, 1) || ' in indexes, ' || (sum(pg_table_size(r)) / ${ROWS})::numeric(9, 1)
    FROM (SELECT 'plain'::regclass AS r WHERE '${name}' = 'plain' UNION ALL SELECT show_chunks('${name}') WHERE '${name}' <> 'plain') x`);
  console.log(`${name}: bytes a row: ${bytes} beside`);
}

const middle = `timestamptz '2024-01-01 00:00:10+00' + interval '10 s' * ${Math.floor(STEPS / 2)}`;
// n statements like this, for n hosts; $n is the host.
const each = (n, query) => (table) => `DO $$ DECLARE r record; BEGIN FOR h IN 1..${n} LOOP FOR r IN EXECUTE format('${query.replaceAll("'", "''").replaceAll("$", table)}', h * 7 % ${HOSTS} + 1) LOOP END LOOP; END LOOP; END $$`;
const once = (query) => (table) => query.replaceAll("$", table);
const QUERIES = [
  ["1000 rows by their keys, each a statement", each(1000, `SELECT * FROM $ WHERE host = %s AND time = ${middle}`)],
  ["1000 rows by their keys, joined", once(`SELECT count(*), sum(u3)::bigint FROM (SELECT h * 7 % ${HOSTS} + 1 AS host, ${middle} AS time FROM generate_series(1, 1000) h OFFSET 0) k JOIN $ USING (host, time)`)],
  ["the newest 10 rows, ten times", each(10, "SELECT * FROM $ WHERE host <> %s ORDER BY time DESC LIMIT 10")],
  ["the newest 100 rows of a host, 100 times", each(100, "SELECT * FROM $ WHERE host = %s ORDER BY time DESC LIMIT 100")],
  ["count of a range of the key", once("SELECT count(*) FROM (SELECT host, time FROM $ WHERE host BETWEEN 100 AND 200 OFFSET 0) x")],
  ["newest time", once("SELECT max(time) FROM $")],
  ["all rows in the order of time", once("SELECT count(time), sum(u1)::bigint FROM (SELECT * FROM $ ORDER BY time OFFSET 0) x")],
];
const side = (label, table, statement, run) => ({ label, run: () => run(statement(table)), result: () => session.query(statement(table)) });
const sides = [["heap of plain PostgreSQL", "plain"], ["columnar, sparse indexes", "sparse"], ["columnar, full indexes", "filled"]];
for (const [title, statement] of QUERIES) {
  await compare(title, "ms", sides.map(([label, table]) => side(label, table, statement, (sql) => session.time(sql))));
}

const rows = (n, add) => `SELECT time + interval '${add} s', host, ${[...Array(10).keys()].map((k) => `u${k}`).join(", ")} FROM plain WHERE host <= ${n / 100} AND time <= timestamptz '2024-01-01 00:00:00+00' + interval '1000 s'`;
const CHANGES = [
  ["10,000 late rows, each with a new key", (table) => `INSERT INTO ${table} ${rows(10_000, 5)}`],
  ["10,000 rows whose keys are there, ON CONFLICT DO NOTHING", (table) => `INSERT INTO ${table} ${rows(10_000, 0)} ON CONFLICT DO NOTHING`],
];
for (const [title, statement] of CHANGES) {
  await compare(title, "ms", sides.map(([label, table]) => ({
    label,
    prepare: () => session.query("BEGIN"),
    run: () => session.time(statement(table)),
    finish: () => session.query("ROLLBACK"),
  })));
}

// The longest of the INSERTs that one session makes, one after another, while the other converts all anew.
const writer = new Session();
await writer.query("SET synchronous_commit = off");
let late = 0;
const wait = (label, table, statement) => ({
  label,
  run: async () => {
    let is_done = false;
    let longest = 0;
    const conversion = session.query(statement(table)).then(() => { is_done = true; });
    for (; !is_done; ++late) {
      longest = Math.max(longest, await writer.time(`INSERT INTO ${table} (time, host) VALUES ('2024-01-01 00:00Z', ${-late})`));
    }
    await conversion;
    return longest;
  },
});
const recompress = (table) => `SELECT count(compress_chunk(c, recompress => true)) FROM show_chunks('${table}') c`;
await compare("the longest INSERT meanwhile", "ms", [
  wait("columnar, sparse indexes", "sparse", recompress),
  wait("columnar, full indexes", "filled", recompress),
]);
await session.query("DROP TABLE plain, sparse, filled");
session.close();
writer.close();
