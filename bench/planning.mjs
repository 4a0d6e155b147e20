// Planning time at 100, 1000 and 5000 chunks of a day, the newest one being today's: hypertable against
// PostgreSQL's partitions. "first" is the first query of a fresh connection, caches cold.
import { compare } from "./lib/compare.mjs";
import { Session } from "./lib/psql.mjs";
import { COLUMNS } from "./lib/tables.mjs";

const counts = (process.env.CHUNKS ?? "100 1000 5000").split(" ").map(Number);
const session = new Session();

async function planning_ms(connection, sql) {
  const plan = await connection.query(`EXPLAIN (SUMMARY) ${sql}`);
  return Number.parseFloat(plan.find((line) => line.startsWith("Planning Time:")).slice(15));
}

/** The whole time of a query without bound that a few chunks answer: planning is most of it. */
async function compare_newest(chunks) {
  const queries = {
    "the last point of one device": (table) => `SELECT * FROM ${table} WHERE device = ${chunks - 20} ORDER BY time DESC LIMIT 1`,
    "max(time)": (table) => `SELECT max(time) FROM ${table}`,
    "the last point of each of 10 devices": (table) => `SELECT DISTINCT ON (device) device, time FROM ${table} WHERE device < 10 ORDER BY device, time DESC`,
    "the devices": (table) => `SELECT count(DISTINCT device) FROM ${table}`,
  };
  for (const [title, query] of Object.entries(queries)) {
    const side = (label, table) => ({
      label,
      prepare: () => session.query(query(table)),
      run: () => session.time(query(table)),
      result: () => session.query(query(table)),
    });
    await compare(`${chunks} chunks: ${title}`, "ms", [
      side("PostgreSQL's partitions", "native"),
      side("hypertable", "hyper"),
    ]);
  }
}

for (const chunks of counts) {
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

  const queries = {
    "a literal range on the last day": (table) => `SELECT * FROM ${table} WHERE time >= (current_date - 1)::text::timestamptz - interval '0 s' AND time >= '${new Date().toISOString().slice(0, 10)}'`,
    "time > now() - interval '1 day'": (table) => `SELECT * FROM ${table} WHERE time > now() - interval '1 day'`,
    // Beyond, PostgreSQL's partitions take minutes.
    ...(chunks <= 1000 && { "a join with itself by time": (table) => `SELECT x.time FROM ${table} x JOIN ${table} y USING (time)` }),
    "everything": (table) => `SELECT count(*), max(a) FROM ${table}`,
  };
  for (const [title, query] of Object.entries(queries)) {
    for (const fresh of [false, true]) {
      const side = (label, table) => {
        let connection;
        return {
          label,
          prepare: async () => {
            connection = new Session();
            if (!fresh) await planning_ms(connection, query(table));
          },
          run: () => planning_ms(connection, query(table)),
          result: () => connection.query(`SELECT count(*) FROM (${query(table)}) q`),
          finish: () => connection.close(),
        };
      };
      await compare(`${chunks} chunks: ${title}, ${fresh ? "first" : "warm"}`, "ms of planning", [
        side("PostgreSQL's partitions", "native"),
        side("hypertable", "hyper"),
      ]);
    }
  }
  await compare_newest(chunks);
}
await session.query("DROP TABLE native, hyper");
session.close();
