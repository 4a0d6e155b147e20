// Planning time at 100 to 10,000 chunks of a day, the newest one being today's: hypertable against PostgreSQL's
// partitions, and up to 1000 chunks also one whose chunks are all in columns. "first" is the first query of a fresh
// connection, caches cold.
import { compare } from "./lib/compare.mjs";
import { make_columnar_daily, make_daily, SIDES } from "./lib/daily.mjs";
import { Session } from "./lib/psql.mjs";

const counts = (process.env.CHUNKS ?? "100 1000 5000 10000").split(" ").map(Number);
const most_columnar = Number(process.env.COLUMNAR ?? 1000);
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
    await compare(`${chunks} chunks: ${title}`, "ms", SIDES.map(([label, table]) => ({
      label,
      prepare: () => session.query(query(table)),
      run: () => session.time(query(table)),
      result: () => session.query(query(table)),
    })));
  }
}

for (const chunks of counts) {
  await make_daily(session, chunks);
  const sides = [...SIDES];
  if (chunks <= most_columnar) {
    await make_columnar_daily(session, chunks);
    sides.push(["hypertable, all in columns", "columnar"]);
  }

  const queries = {
    "a literal range on the last day": (table) => `SELECT * FROM ${table} WHERE time >= (current_date - 1)::text::timestamptz - interval '0 s' AND time >= '${new Date().toISOString().slice(0, 10)}'`,
    "time > now() - interval '1 day'": (table) => `SELECT * FROM ${table} WHERE time > now() - interval '1 day'`,
    // Beyond, PostgreSQL's partitions take minutes.
    ...(chunks <= 1000 && { "a join with itself by time": (table) => `SELECT x.time FROM ${table} x JOIN ${table} y USING (time)` }),
    "everything": (table) => `SELECT count(*), max(a) FROM ${table}`,
    "everything of one device": (table) => `SELECT count(*), max(a) FROM ${table} WHERE device = 7`,
  };
  for (const [title, query] of Object.entries(queries)) {
    for (const fresh of [false, true]) {
      await compare(`${chunks} chunks: ${title}, ${fresh ? "first" : "warm"}`, "ms of planning", sides.map(([label, table]) => {
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
      }));
    }
  }
  await compare_newest(chunks);
}
await session.query("DROP TABLE IF EXISTS native, hyper, columnar");
session.close();
