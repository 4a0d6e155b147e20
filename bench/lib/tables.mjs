/** The table of the write benchmarks, in the three forms that are compared. Every row is (time, device, a, b, c). */
export const COLUMNS = "(time timestamptz NOT NULL, device integer NOT NULL, a double precision, b double precision, c text)";
export const START = "2026-01-01 00:00:00+00";

export async function make_plain(session, name) {
  await session.query(`DROP TABLE IF EXISTS ${name}; CREATE TABLE ${name} ${COLUMNS}; CREATE INDEX ON ${name} (time DESC)`);
}

/** PostgreSQL's own partitions, `days` of them made beforehand, since nothing else makes them. */
export async function make_native(session, name, days) {
  await session.query(`DROP TABLE IF EXISTS ${name};
    CREATE TABLE ${name} ${COLUMNS} PARTITION BY RANGE (time); CREATE INDEX ON ${name} (time DESC);
    SELECT format('CREATE TABLE %I PARTITION OF ${name} FOR VALUES FROM (%L) TO (%L)',
                  '${name}_' || d, '${START}'::timestamptz + d * interval '1 day', '${START}'::timestamptz + (d + 1) * interval '1 day')
    FROM generate_series(0, ${days - 1}) d \\gexec
    SELECT 1 WHERE false`);
}

/** A hypertable; chunks appear as rows arrive. */
export async function make_hypertable(session, name) {
  await session.query(`DROP TABLE IF EXISTS ${name}; CREATE TABLE ${name} ${COLUMNS};
    SELECT 1 FROM create_hypertable('${name}', 'time', chunk_time_interval => interval '1 day')`);
}

export const contents = (session, name) =>
  session.query(`SELECT count(*), min(time), max(time), sum(device), sum(a), sum(b), sum(length(c)) FROM ${name}`);
