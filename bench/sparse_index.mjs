// One value of a column that rows are not ordered by, looked up in many columnar chunks: with bloom filters and without, by a
// heap's btree of plain PostgreSQL, and in DuckDB. What filters take, and what they cost conversions and keys that are
// checked. Orders of many shops, an id and a text each; one process on each side.
import { compare } from "./lib/compare.mjs";
import { open_duckdb } from "./lib/duckdb.mjs";
import { Session } from "./lib/psql.mjs";

const ROWS = Number(process.env.ROWS ?? 2_000_000);
const CHUNKS = 20;
const session = new Session();
await session.query("SET maintenance_work_mem = '1GB'; SET max_parallel_workers_per_gather = 0; SET timezone = 'UTC'");

const columns = "(time timestamptz NOT NULL, shop integer NOT NULL, id uuid NOT NULL, trace text, price double precision, items integer)";
const columnar = (name, more) => `CREATE TABLE ${name} ${columns};
  SELECT 1 FROM create_hypertable('${name}', by_range('time', interval '1 day'), create_default_indexes => false);
  CREATE UNIQUE INDEX ${name}_id ON ${name} (id, time);
  CREATE INDEX ${name}_trace ON ${name} (trace);
  ALTER TABLE ${name} SET (tsdb.enable_columnstore, tsdb.segmentby = 'shop', tsdb.orderby = 'time'${more});
  INSERT INTO ${name} TABLE plain;
  VACUUM (FREEZE) ${name}`;
await session.query(`CREATE TABLE plain ${columns};
  INSERT INTO plain SELECT '2024-01-01 00:00Z'::timestamptz + i * interval '${(CHUNKS * 86400) / ROWS} s', i % 50, md5(i::text)::uuid, 'trace ' || md5('t' || i), round((random() * 100)::numeric, 2), i % 7
    FROM generate_series(0, ${ROWS - 1}) i;
  CREATE UNIQUE INDEX plain_id ON plain (id, time); CREATE INDEX plain_trace ON plain (trace);
  ${columnar("bare", ", tsdb.sparse_index = ''")}; ${columnar("filtered", ", tsdb.sparse_index = 'bloom(id), bloom(trace)'")}`);
const duckdb = await open_duckdb(`${process.env.PGHOST}/sparse_index.duckdb`);
await duckdb?.query("SET threads = 1");
const file = `${process.env.PGHOST}/sparse_index.csv`;
await session.query(`COPY plain TO '${file}' (FORMAT csv)`);
await duckdb?.query(`CREATE TABLE loaded ${columns}; COPY loaded FROM '${file}' (FORMAT csv);
  CREATE TABLE ordered AS SELECT * FROM loaded ORDER BY time::date, shop, time; DROP TABLE loaded; CHECKPOINT`);

const convert = async (name) => {
  const seconds = await session.cpu(`SELECT count(compress_chunk(c)) FROM show_chunks('${name}') c`);
  await session.query(`VACUUM (ANALYZE) ${name}`);
  const [bytes] = await session.query(`SELECT (sum(pg_table_size(c)) / ${ROWS})::numeric(9, 2) FROM show_chunks('${name}') c`);
  console.log(`${name}: conversion ${seconds.toFixed(2)} s of processor time, ${bytes} bytes a row`);
};
await convert("bare");
await convert("filtered");
await session.query("VACUUM (FREEZE, ANALYZE) plain");

const sides = [["btree of a heap, plain PostgreSQL", "plain"], ["columnar without filters", "bare"], ["columnar with filters", "filtered"]];
// n statements like this, each of another row; $n is its number.
const each = (n, query) => (table) => `DO $$ DECLARE r record; BEGIN FOR i IN 1..${n} LOOP FOR r IN EXECUTE format('${query.replaceAll("'", "''").replaceAll("$", table)}', i * 7919 % ${ROWS}) LOOP END LOOP; END LOOP; END $$`;
const QUERIES = [
  ["one id", 20, "SELECT * FROM $ WHERE id = md5('%1$s')::uuid"],
  ["an id that nobody has", 20, "SELECT * FROM $ WHERE id = md5('no %1$s')::uuid"],
  ["one text", 20, "SELECT * FROM $ WHERE trace = 'trace ' || md5('t%1$s')"],
  ["five ids, IN", 20, `SELECT * FROM $ WHERE id IN (${[...Array(5).keys()].map((k) => `md5('${k || ""}%1$s')::uuid`).join(", ")})`],
  ["one id, as a scan of columns", 20, "SELECT * FROM $ WHERE id = md5('%1$s')::uuid", "SET varve.enable_columnar_index_scan = off"],
];
const shown = (query, table) => query.replaceAll("%1$s", "4711").replaceAll("$", table);
for (const [title, n, query, setting] of QUERIES) {
  if (setting) await session.query(setting);
  const all = sides.map(([label, table]) => ({
    label,
    run: async () => (await session.time(each(n, query.replaceAll("%1$s", "%1@s"))(table).replaceAll("%1@s", "%1$s"))) / n,
    result: () => session.query(`SELECT count(*), min(shop) FROM (${shown(query, table)}) x`),
  }));
  if (duckdb) all.push({ label: "DuckDB, one thread", run: () => duckdb.time_query(shown(query, "ordered")) });
  await compare(title, "ms", all);
  if (setting) await session.query(setting.replace(/SET (\S+) .*/, "RESET $1"));
}

const add = (table) => `INSERT INTO ${table} SELECT time + interval '1 ms', shop, md5('new' || id)::uuid, trace, price, items FROM plain WHERE shop = 7 AND time < '2024-01-02' LIMIT 30`;
await compare("30 late rows, each with a new key", "ms", sides.map(([label, table]) => ({
  label,
  prepare: () => session.query("BEGIN"),
  run: () => session.time(add(table)),
  finish: () => session.query("ROLLBACK"),
})));
await session.query("DROP TABLE plain, bare, filtered");
duckdb?.close();
session.close();
