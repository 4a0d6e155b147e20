// Making and dropping chunks, against PostgreSQL's statements for the same partitions.
import { compare } from "./lib/compare.mjs";
import { Session } from "./lib/psql.mjs";
import { COLUMNS, START } from "./lib/tables.mjs";

const CHUNKS = Number(process.env.CHUNKS ?? 500);
const session = new Session();
const day = (d) => `'${START}'::timestamptz + ${d} * interval '1 day'`;

const native_empty = () => session.query(`DROP TABLE IF EXISTS bench; CREATE TABLE bench ${COLUMNS} PARTITION BY RANGE (time);
  CREATE INDEX ON bench (time DESC); CREATE INDEX ON bench (device, time)`);
const hypertable_empty = () => session.query(`DROP TABLE IF EXISTS bench; CREATE TABLE bench ${COLUMNS};
  CREATE INDEX ON bench (time DESC); CREATE INDEX ON bench (device, time);
  SELECT 1 FROM create_hypertable('bench', 'time', chunk_time_interval => interval '1 day')`);

const native_make = `DO $$ BEGIN FOR d IN 0..${CHUNKS - 1} LOOP
  EXECUTE format('CREATE TABLE bench_%s PARTITION OF bench FOR VALUES FROM (%L) TO (%L)', d, ${day("d")}, ${day("(d + 1)")});
  EXECUTE format('INSERT INTO bench VALUES (%L, 1)', ${day("d")}); END LOOP; END $$`;
const hypertable_make = `DO $$ BEGIN FOR d IN 0..${CHUNKS - 1} LOOP
  EXECUTE format('INSERT INTO bench VALUES (%L, 1)', ${day("d")}); END LOOP; END $$`;

await compare(`make ${CHUNKS} chunks with two indexes, a row each`, "ms", [
  { label: "CREATE TABLE PARTITION OF, INSERT", prepare: native_empty, run: () => session.time(native_make), result: () => session.query("SELECT count(*) FROM bench") },
  { label: "INSERT into a hypertable", prepare: hypertable_empty, run: () => session.time(hypertable_make), result: () => session.query("SELECT count(*) FROM bench") },
]);
await compare(`drop ${CHUNKS - 1} of ${CHUNKS} chunks`, "ms", [
  {
    label: "DROP TABLE of each partition",
    prepare: async () => { await native_empty(); await session.query(native_make); },
    run: () => session.time(`DO $$ BEGIN FOR d IN 0..${CHUNKS - 2} LOOP EXECUTE 'DROP TABLE bench_' || d; END LOOP; END $$`),
    result: () => session.query("SELECT count(*) FROM bench"),
  },
  {
    label: "drop_chunks",
    prepare: async () => { await hypertable_empty(); await session.query(hypertable_make); },
    run: () => session.time(`DO $$ BEGIN PERFORM drop_chunks('bench', older_than => ${day(CHUNKS - 1)}); END $$`),
    result: () => session.query("SELECT count(*) FROM bench"),
  },
]);
await session.query("DROP TABLE bench");
session.close();
