import { COLUMNS } from "./tables.mjs";

/** The two sides of most comparisons of many chunks: label and table. */
export const SIDES = [
  ["PostgreSQL's partitions", "native"],
  ["hypertable", "hyper"],
];

/**
 * Chunks of a day, the newest one today's, with two indexes and a row of a device of its own in each: `native`, whose
 * partitions are native_0 to native_<chunks - 1> from the oldest on, and the hypertable `hyper`.
 */
export async function make_daily(session, chunks) {
  const first_day = `date_trunc('day', now(), 'UTC') - ${chunks - 1} * interval '1 day'`;
  await session.query(`
    DROP TABLE IF EXISTS native, hyper;
    CREATE TABLE native ${COLUMNS} PARTITION BY RANGE (time); CREATE INDEX ON native (time DESC); CREATE INDEX ON native (device, time);
    SELECT format('CREATE TABLE native_%s PARTITION OF native FOR VALUES FROM (%L) TO (%L)', d,
                  ${first_day} + d * interval '1 day', ${first_day} + (d + 1) * interval '1 day')
    FROM generate_series(0, ${chunks - 1}) d \\gexec
    CREATE TABLE hyper ${COLUMNS}; CREATE INDEX ON hyper (time DESC); CREATE INDEX ON hyper (device, time);
    SELECT 1 FROM create_hypertable('hyper', 'time', chunk_time_interval => interval '1 day');
    INSERT INTO hyper SELECT ${first_day} + d * interval '1 day', d FROM generate_series(0, ${chunks - 1}) d;
    INSERT INTO native SELECT * FROM hyper; ANALYZE native; ANALYZE hyper`);
}

/** The hypertable `columnar`: like `hyper`, every chunk in columns. */
export async function make_columnar_daily(session, chunks) {
  await session.query(`
    DROP TABLE IF EXISTS columnar;
    CREATE TABLE columnar ${COLUMNS}; CREATE INDEX ON columnar (time DESC); CREATE INDEX ON columnar (device, time);
    SELECT 1 FROM create_hypertable('columnar', 'time', chunk_time_interval => interval '1 day');
    INSERT INTO columnar SELECT * FROM hyper ORDER BY time;
    ALTER TABLE columnar SET (tsdb.enable_columnstore, tsdb.segmentby = 'device', tsdb.orderby = 'time DESC')`);
  // A transaction for some at a time: each conversion holds its locks and its old files to the end.
  for (let from = 0; from < chunks; from += 100) {
    await session.query(`SELECT count(compress_chunk(c)) FROM (SELECT c FROM show_chunks('columnar') WITH ORDINALITY s(c, n)
      WHERE n > ${from} AND n <= ${from + 100}) s`);
  }
  await session.query("ANALYZE columnar");
}
