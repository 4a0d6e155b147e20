// Bytes a row: heap with its indexes, columns with theirs, DuckDB in the order of arrival. Of hosts that report ten whole
// numbers at the same times, each a walk between 0 and 100, and of a business's five tables, whose chunks of a day hold what
// ten million customer events in thirty days make. Keys are random UUIDs: 16 bytes that nothing makes smaller.
import assert from "node:assert/strict";
import { open_duckdb } from "./lib/duckdb.mjs";
import { Session } from "./lib/psql.mjs";

const DAYS = Number(process.env.DAYS ?? 5);
const START = "timestamptz '2024-01-01 00:00Z'";
const session = new Session();
await session.query("SET maintenance_work_mem = '1GB'; SELECT setseed(0.5)");
const one = async (sql) => (await session.query(sql))[0];

const pick = (...words) => `(ARRAY['${words.join("','")}'])[1 + floor(random() * ${words.length})::int]`;
const uuid_of = (kind, number) => `md5('${kind}' || ${number})::uuid`;
const customer = uuid_of("customer", "floor(10000 * random() ^ 2)::int");  // some buy often
const money = (mean) => `round((-ln(1 - random()) * ${mean})::numeric, 2)`;
const wave = (level, swing, noise) => `round((${level} + ${swing} * sin(i / 800.0 + s) + ${noise} * random())::numeric, 2)::float8`;

/** A walk of steps of about one, reflected at both ends. */
const step = "(random() + random() + random() + random() - 2) * 1.73";
const walk = (k) => `(100 - abs(abs(round(50 + sum(w${k}) OVER host))::bigint % 200 - 100))::float8`;
const ten = [...Array(10).keys()];
const hosts = (count, hours) => ({
  columns: `host int, ${ten.map((k) => `u${k} float8`).join(", ")}`,
  segmentby: "host",
  index: "host",
  rows: `SELECT ${START} + i * interval '10 s', h, ${ten.map(walk).join(", ")}
    FROM (SELECT i, h, ${ten.map((k) => `${step} AS w${k}`).join(", ")}
          FROM generate_series(0, ${hours * 360 - 1}) i, generate_series(1, ${count}) h) steps
    WINDOW host AS (PARTITION BY h ORDER BY i) ORDER BY i, h`,
});
/** Events that come at any time of the day, in milliseconds. */
const events = (a_day, columns, segmentby, values) => ({
  columns,
  segmentby,
  index: segmentby,
  rows: `SELECT ${START} + i * (interval '1 day' / ${a_day}) + floor(random() * 1000) * interval '1 ms', ${values}
    FROM generate_series(0, ${a_day * DAYS - 1}) i`,
});

const TABLES = {
  cpu: hosts(4000, 2),
  scpu: hosts(100, 48),
  customer_metrics: events(333_333, "customer_id uuid, metric_name text, metric_value float8, labels jsonb", "metric_name",
    `${customer}, ${pick("page_view", "click", "search", "login", "add_to_cart", "purchase", "review", "support")},
     round((random() * 500)::numeric, 2)::float8, jsonb_build_object('channel', ${pick("web", "mobile", "store")}, 'tier', ${pick("gold", "silver", "basic")})`),
  order_metrics: events(66_667, "order_id uuid, customer_id uuid, status text, total_amount numeric", "status",
    `gen_random_uuid(), ${customer}, ${pick("CREATED", "CONFIRMED", "PAID", "SHIPPED", "DELIVERED")}, ${money(80)}`),
  payment_metrics: events(66_667, "payment_id uuid, order_id uuid, customer_id uuid, amount numeric, status text, payment_method text, fraud_score float8", "status",
    `gen_random_uuid(), gen_random_uuid(), ${customer}, ${money(80)}, ${pick("PENDING", "COMPLETED", "FAILED")},
     ${pick("card", "paypal", "transfer", "wallet")}, round((100 * random() ^ 4)::numeric, 1)::float8`),
  revenue_metrics: events(46_000, "region text, revenue numeric, profit numeric, orders_count bigint", "region",
    `${pick("north", "south", "east", "west", "central", "overseas")}, ${money(80)}, ${money(15)}, 1 + floor(random() * 3)::int`),
  system_metrics: {
    columns: "service_name text, cpu_usage float8, memory_usage float8, request_rate float8, error_rate float8, latency_p99 float8",
    segmentby: "service_name",
    index: "service_name",
    rows: `SELECT ${START} + i * interval '10 s', 'service-' || s, ${wave(40, 20, 10)}, ${wave(60, 5, 1)}, ${wave(500, 300, 50)},
      round((random() * 0.02)::numeric, 4)::float8, ${wave(120, 30, 40)} FROM generate_series(0, ${8640 * DAYS - 1}) i, generate_series(1, 10) s`,
  },
};

/** What DuckDB calls a type of PostgreSQL. */
const type_of = (type) => ({ jsonb: "VARCHAR", numeric: "DECIMAL(12,2)", "timestamp with time zone": "TIMESTAMPTZ" })[type] ?? type;

/** Bytes of DuckDB's file with the rows of the file; undefined without DuckDB. */
async function duckdb_size(table, file, count) {
  const duckdb = await open_duckdb(`${process.env.PGHOST}/${table}.duckdb`);
  if (!duckdb) return undefined;
  const columns = (await session.query(`SELECT attname || '|' || format_type(atttypid, -1) FROM pg_attribute
    WHERE attrelid = '${table}'::regclass AND attnum > 0 ORDER BY attnum`)).map((line) => line.split("|"));
  await duckdb.query(`CREATE TABLE t (${columns.map(([name, type]) => `${name} ${type_of(type)}`).join(", ")})`);
  await duckdb.query(`COPY t FROM '${file}' (FORMAT csv); CHECKPOINT`);
  const [[rows]] = await duckdb.query("SELECT count(*) FROM t");
  assert.equal(Number(rows), count);
  const [[bytes]] = await duckdb.query("SELECT used_blocks * block_size FROM pragma_database_size()");
  duckdb.close();
  return Number(bytes);
}

console.log("| table | rows | heap | columns | DuckDB | columns beside DuckDB |\n|---|---:|---:|---:|---:|---:|");
for (const [table, { columns, segmentby, index, rows }] of Object.entries(TABLES)) {
  const file = `${process.env.PGHOST}/${table}.csv`;
  await session.query(`
    CREATE TABLE ${table} (time timestamptz NOT NULL, ${columns}); CREATE INDEX ON ${table} (${index}, time DESC);
    SELECT 1 FROM create_hypertable('${table}', by_range('time', interval '1 day'));
    ALTER TABLE ${table} SET (tsdb.enable_columnstore, tsdb.segmentby = '${segmentby}', tsdb.orderby = 'time DESC');
    INSERT INTO ${table} ${rows};
    COPY (SELECT * FROM ${table} ORDER BY time) TO '${file}' (FORMAT csv)`);
  const count = Number(await one(`SELECT count(*) FROM ${table}`));
  const size = async () => Number(await one(`SELECT sum(pg_total_relation_size(c)) FROM show_chunks('${table}') c`)) / count;
  const contents = () => one(`SELECT sum(hashtextextended(t::text, 0)) FROM ${table} t`);
  const [before, heap] = [await contents(), await size()];
  await session.query(`SELECT count(compress_chunk(c)) FROM show_chunks('${table}') c`);
  assert.equal(await contents(), before, `${table}: columns hold other rows`);
  const columnar = await size();
  const duckdb = await duckdb_size(table, file, count);
  const beside = duckdb ? [(duckdb / count).toFixed(1), ((columnar * count) / duckdb).toFixed(2)] : ["", ""];
  console.log(`| ${[table, count, heap.toFixed(0), columnar.toFixed(1), ...beside].join(" | ")} |`);
  await session.query(`DROP TABLE ${table}`);
}
session.close();
