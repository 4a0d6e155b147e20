// Chunks become columns and rows again: how fast, and how small, beside DuckDB's table of the same rows.
// Rows as of many hosts that report at the same times, in the order of arrival: `cpu` has ten doubles that are
// whole numbers, `sensor` has decimals, texts, a counter and gaps.
import { statSync } from "node:fs";
import { compare } from "./lib/compare.mjs";
import { open_duckdb } from "./lib/duckdb.mjs";
import { Session } from "./lib/psql.mjs";

const ROWS = Number(process.env.ROWS ?? 2_000_000);
const HOSTS = 1000;
const session = new Session();
const duckdb = await open_duckdb(`${process.env.PGHOST}/compress.duckdb`);
await session.query("SET maintenance_work_mem = '1GB'");

const walk = (k) => `round((50 + 30 * sin(h + i / ${100 + 10 * k}.0) + 10 * random())::numeric, 0)::float8`;
const TABLES = {
  cpu: {
    columns: `(time timestamptz NOT NULL, host integer NOT NULL, ${[...Array(10).keys()].map((k) => `u${k} double precision`).join(", ")})`,
    values: `h, ${[...Array(10).keys()].map(walk).join(", ")}`,
    sum: "count(*), sum(u0)::bigint, sum(u9)::bigint",
  },
  sensor: {
    columns: `(time timestamptz NOT NULL, host integer NOT NULL, place text, a double precision, b double precision, c real,
      price numeric(12,2), total bigint, ok boolean, note text, id uuid, level smallint)`,
    values: `h, 'place ' || h % 40, round((20 + 5 * sin(i / 50.0 + h) + random() * 0.3)::numeric, 1)::float8,
      CASE WHEN random() > 0.1 THEN round((1000 + 50 * random())::numeric, 3)::float8 END, round((random() * 100)::numeric, 1)::real,
      round((random() * 1000)::numeric, 2), i * 100 + (random() * 100)::int, random() > 0.02, 'status ' || (random() * 5)::int,
      md5(h::text)::uuid, (random() * 10)::int`,
    sum: "count(*), sum(total)::bigint, count(b), sum(length(note))::bigint",
  },
};

for (const [name, { columns, values, sum }] of Object.entries(TABLES)) {
  const file = `${process.env.PGHOST}/compress_${name}.csv`;
  await session.query(`DROP TABLE IF EXISTS bench, arrived; CREATE TABLE bench ${columns};
    SELECT 1 FROM create_hypertable('bench', by_range('time', interval '10 years'), create_default_indexes => false);
    ALTER TABLE bench SET (tsdb.enable_columnstore, tsdb.segmentby = 'host', tsdb.orderby = 'time');
    CREATE UNLOGGED TABLE arrived ${columns};
    INSERT INTO arrived SELECT '2024-01-01 00:00Z'::timestamptz + i * interval '10 s', ${values}
      FROM generate_series(1, ${ROWS / HOSTS}) i, generate_series(1, ${HOSTS}) h;
    COPY arrived TO '${file}' (FORMAT csv)`);
  // Rows that have been columns come back in the columns' order, so that each turn begins with others.
  let chunk;
  const arrive = async () => {
    await session.query("TRUNCATE bench; INSERT INTO bench TABLE arrived; VACUUM (FREEZE, ANALYZE) bench; CHECKPOINT");
    chunk = (await session.query("SELECT show_chunks('bench')"))[0];
  };
  await arrive();
  const size = async () => Number((await session.query(`SELECT pg_total_relation_size('${chunk}')`))[0]);
  const result = () => session.query(`SELECT ${sum} FROM bench`);
  const heap = await size();

  const sides = [{
    label: "compress_chunk()",
    prepare: arrive,
    run: async () => ROWS / (await session.time(`SELECT compress_chunk('${chunk}')`)),
    result,
  }, {
    label: "decompress_chunk()",
    run: async () => ROWS / (await session.time(`SELECT decompress_chunk('${chunk}')`)),
    result,
  }];
  if (duckdb) {
    await duckdb.query(`CREATE OR REPLACE TABLE loaded ${columns}; COPY loaded FROM '${file}' (FORMAT csv)`);
    sides.push({
      label: "DuckDB, CREATE TABLE AS SELECT, ordered alike, from its own table",
      prepare: () => duckdb.query("DROP TABLE IF EXISTS bench"),
      run: async () => ROWS / (await duckdb.time("CREATE TABLE bench AS SELECT * FROM loaded ORDER BY host, time; CHECKPOINT")),
      result: async () => [(await duckdb.query(`SELECT ${sum} FROM bench`))[0].join("|")],
    });
  }
  await compare(`${name}: ${ROWS} rows of ${HOSTS} hosts, 12 columns`, "thousand rows/s", sides);

  await session.query(`SELECT compress_chunk('${chunk}')`);
  const columnar = await size();
  console.log(`\n${name}: ${(heap / ROWS).toFixed(1)} bytes a row in the heap, ${(columnar / ROWS).toFixed(2)} in columns, ` +
    `ratio ${(heap / columnar).toFixed(1)}; as CSV ${(statSync(file).size / ROWS).toFixed(1)}`);
  if (duckdb) {
    await duckdb.query("DROP TABLE loaded; CHECKPOINT");
    const [[blocks]] = await duckdb.query("SELECT used_blocks * block_size FROM pragma_database_size()");
    console.log(`${name}: ${(Number(blocks) / ROWS).toFixed(2)} in DuckDB's file`);
    await duckdb.query("DROP TABLE bench; CHECKPOINT");
  }
}

// What is fixed: a chunk of a few rows.
await session.query(`DROP TABLE IF EXISTS bench; CREATE TABLE bench ${TABLES.cpu.columns};
  SELECT 1 FROM create_hypertable('bench', by_range('time', interval '1 day'), create_default_indexes => false);
  ALTER TABLE bench SET (tsdb.enable_columnstore, tsdb.segmentby = 'host', tsdb.orderby = 'time')`);
await compare("chunks of ten rows", "ms a chunk", [{
  label: "compress_chunk()",
  prepare: () => session.query(`TRUNCATE bench; INSERT INTO bench SELECT '2024-01-01 00:00Z'::timestamptz + d * interval '1 day', h
    FROM generate_series(1, 100) d, generate_series(1, 10) h`),
  run: async () => (await session.time("SELECT count(compress_chunk(c)) FROM show_chunks('bench') c")) / 100,
  finish: () => session.query("SELECT drop_chunks('bench', older_than => '2030-01-01'::timestamptz)"),
}]);
await session.query("DROP TABLE bench");
session.close();
duckdb?.close();
