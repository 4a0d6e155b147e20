// The whole time of a query for a few values of a column that is no dimension, but grows with time as order
// numbers do, over 100 and 1000 chunks in columns (CHUNKS="5000" for more): with chunk skipping and without,
// beside PostgreSQL's partitions with an index on the column.
import { compare } from "./lib/compare.mjs";
import { Session } from "./lib/psql.mjs";

const counts = (process.env.CHUNKS ?? "100 1000").split(" ").map(Number);
const ROWS_A_DAY = 100;

for (const chunks of counts) {
  const session = new Session();
  await session.query(`
    SET timezone = 'UTC'; SET timescaledb.enable_chunk_skipping = on; SET max_parallel_workers_per_gather = 0;
    DROP TABLE IF EXISTS native, hyper;
    CREATE TABLE native (time timestamptz NOT NULL, number bigint, amount float8) PARTITION BY RANGE (time); CREATE INDEX ON native (number);
    SELECT format('CREATE TABLE native_%s PARTITION OF native FOR VALUES FROM (%L) TO (%L)', d,
                  timestamptz '2020-01-01' + d * interval '1 day', timestamptz '2020-01-02' + d * interval '1 day')
    FROM generate_series(0, ${chunks - 1}) d \\gexec
    CREATE TABLE hyper (time timestamptz NOT NULL, number bigint, amount float8);
    SELECT 1 FROM create_hypertable('hyper', 'time', chunk_time_interval => interval '1 day');
    ALTER TABLE hyper SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'time');
    SELECT 1 FROM enable_chunk_skipping('hyper', 'number');
    INSERT INTO hyper SELECT timestamptz '2020-01-01' + n * interval '1 day' / ${ROWS_A_DAY}, n, n % 1000
    FROM generate_series(0, ${chunks * ROWS_A_DAY - 1}) n;
    INSERT INTO native SELECT * FROM hyper`);
  // A conversion a transaction: thousands at once want more locks than most servers have.
  await session.query(`SELECT format('SELECT count(compress_chunk(%L))', c) FROM show_chunks('hyper') c \\gexec`);
  await session.query("VACUUM ANALYZE native; ANALYZE hyper");

  const wanted = Math.floor((chunks * ROWS_A_DAY) / 2);
  const queries = {
    "one value": (table) => `SELECT * FROM ${table} WHERE number = ${wanted}`,
    "a hundredth of all": (table) => `SELECT count(*), sum(amount) FROM ${table} WHERE number BETWEEN ${wanted} AND ${wanted + chunks - 1}`,
    "none": (table) => `SELECT count(*) FROM ${table} WHERE number = -1`,
  };
  for (const [title, query] of Object.entries(queries)) {
    const side = (label, table, skipping) => ({
      label,
      prepare: () => session.query(`SET timescaledb.enable_chunk_skipping = ${skipping}; ${query(table)}`),
      run: () => session.time(query(table)),
      result: () => session.query(query(table)),
    });
    await compare(`${chunks} chunks: ${title}`, "ms", [
      side("PostgreSQL's partitions, indexed", "native", "off"),
      side("hypertable in columns", "hyper", "off"),
      side("with chunk skipping", "hyper", "on"),
    ]);
  }
  await session.query("DROP TABLE native, hyper");
  await session.close();
}
