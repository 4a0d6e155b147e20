// INSERT: two million rows in one statement; one prepared row at a time; one row into each of many chunks.
import { compare } from "./lib/compare.mjs";
import { pgbench, Session } from "./lib/psql.mjs";
import { contents, make_hypertable, make_native, make_plain, START } from "./lib/tables.mjs";

const ROWS = Number(process.env.ROWS ?? 2_000_000);
const DAYS = 30;
const CHUNKS = Number(process.env.CHUNKS ?? 1000);
const session = new Session();

const forms = (days) => [
  ["PostgreSQL's partitions", () => make_native(session, "bench", days)],
  ["plain table", () => make_plain(session, "bench")],
  ["hypertable", () => make_hypertable(session, "bench")],
];

await compare("INSERT SELECT, 30 chunks", "thousand rows/s", forms(DAYS).map(([label, prepare]) => ({
  label,
  prepare: async () => { await prepare(); await session.query("CHECKPOINT"); },
  run: async () => ROWS / (await session.time(`INSERT INTO bench
    SELECT '${START}'::timestamptz + i * (interval '${DAYS} days' / ${ROWS}), i % 100, i % 997, i, 'row'
    FROM generate_series(0, ${ROWS} - 1) i`)),
  result: () => contents(session, "bench"),
})));

for (const [, prepare] of forms(1)) await prepare();
await session.query("ALTER SYSTEM SET synchronous_commit = off; SELECT pg_reload_conf()");
await compare("one prepared row a transaction, synchronous_commit off", "ms", forms(1).map(([label, prepare]) => ({
  label,
  prepare,
  run: () => pgbench(`INSERT INTO bench VALUES ('${START}'::timestamptz + interval '1 hour', 1, 2, 3, 'row');`, 20_000),
  result: () => session.query("SELECT count(*) FROM bench"),
})));
await session.query("ALTER SYSTEM RESET synchronous_commit; SELECT pg_reload_conf()");

const one_row_each = `INSERT INTO bench SELECT '${START}'::timestamptz + d * interval '1 day', d, d, d, 'row' FROM generate_series(0, ${CHUNKS} - 1) d`;
await compare(`one row into each of ${CHUNKS} chunks that this connection knows`, "ms", forms(CHUNKS).map(([label, prepare]) => ({
  label,
  // Twice: what the first one made is known to this connection only from the second on.
  prepare: async () => { await prepare(); await session.query(one_row_each); await session.query(one_row_each); },
  run: () => session.time(one_row_each),
  result: () => session.query("SELECT count(*) FROM bench"),
})), { repetitions: 3 });
await session.query("DROP TABLE bench");
session.close();
