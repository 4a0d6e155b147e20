// What a hypertable of 100 to 10,000 chunks costs who uses it, beside PostgreSQL's partitions: the whole time of queries
// and INSERTs, one chunk more or less, all of them dropped, and the memory of a connection.
import { compare } from "./lib/compare.mjs";
import { make_daily, SIDES } from "./lib/daily.mjs";
import { pgbench, Session } from "./lib/psql.mjs";

const counts = (process.env.CHUNKS ?? "100 1000 5000 10000").split(" ").map(Number);
const session = new Session();
const today = new Date().toISOString().slice(0, 10);

/** A query in a connection that has asked it before. */
async function compare_queries(chunks) {
  const execute = (table) => `EXECUTE last_day_${table}('${today}')`;
  await session.query("DEALLOCATE ALL");
  for (const [, table] of SIDES) await session.query(`PREPARE last_day_${table}(timestamptz) AS SELECT * FROM ${table} WHERE time >= $1`);
  const queries = {
    "the last day, a literal": (table) => `SELECT * FROM ${table} WHERE time >= '${today}'`,
    "the last day, a parameter": execute,
    "the last day by now()": (table) => `SELECT * FROM ${table} WHERE time > now() - interval '1 day'`,
    "count(*)": (table) => `SELECT count(*) FROM ${table}`,
  };
  for (const [title, query] of Object.entries(queries)) {
    await compare(`${chunks} chunks: ${title}`, "ms to plan and run", SIDES.map(([label, table]) => ({
      label,
      prepare: () => session.query(query(table)),
      run: () => session.time(query(table)),
      result: () => session.query(query(table)),
    })));
  }
}

/** PostgreSQL's partitions take 4 s and more with 5000 chunks, a minute with 10,000: there they are left out. */
async function compare_last_points(chunks) {
  const sides = chunks <= 5000 ? SIDES : SIDES.slice(1);
  for (const [title, device] of [["one device", chunks - 20], ["the device in the oldest chunk", 0]]) {
    await compare(`${chunks} chunks: the last point of ${title}`, "ms to plan and run", sides.map(([label, table]) => {
      const query = `SELECT * FROM ${table} WHERE device = ${device} ORDER BY time DESC LIMIT 1`;
      return { label, run: () => session.time(query), result: () => session.query(query) };
    }), { repetitions: chunks <= 1000 ? 5 : 3 });
  }
}

async function compare_inserts(chunks) {
  await session.query("ALTER SYSTEM SET synchronous_commit = off; SELECT pg_reload_conf()");
  await compare(`${chunks} chunks: one prepared row a transaction`, "ms", SIDES.map(([label, table]) => ({
    label,
    run: () => pgbench(`INSERT INTO ${table} VALUES ('${today}', 1, 2, 3, 'row');`, 5000),
    result: () => session.query(`SELECT count(*) FROM ${table} WHERE time >= '${today}'`),
  })));
  let connection;
  await compare(`${chunks} chunks: the first row of a connection`, "ms", SIDES.map(([label, table]) => ({
    label,
    prepare: async () => { connection = new Session(); await connection.query("SELECT 1"); },
    run: () => connection.time(`INSERT INTO ${table} VALUES ('${today}', 1, 2, 3, 'row')`),
    result: () => connection.query(`SELECT count(*) FROM ${table} WHERE time >= '${today}'`),
    finish: () => connection.close(),
  })));
  const one_each = (table) => `INSERT INTO ${table} SELECT date_trunc('day', now(), 'UTC') - d * interval '1 day', d FROM generate_series(0, ${chunks - 1}) d`;
  await compare(`${chunks} chunks: one row into each`, "ms", SIDES.map(([label, table]) => ({
    label,
    prepare: () => session.query(one_each(table)),
    run: () => session.time(one_each(table)),
    result: () => session.query(`SELECT count(*) FROM ${table}`),
  })));
  await session.query("ALTER SYSTEM RESET synchronous_commit; SELECT pg_reload_conf()");
}

async function compare_chunks(chunks) {
  const tomorrow = "date_trunc('day', now(), 'UTC') + interval '1 day'";
  const make = {
    native: `DO $$ BEGIN EXECUTE format('CREATE TABLE native_next PARTITION OF native FOR VALUES FROM (%L) TO (%L)', ${tomorrow}, ${tomorrow} + interval '1 day');
      INSERT INTO native VALUES (${tomorrow}, 1); END $$`,
    hyper: `INSERT INTO hyper VALUES (${tomorrow}, 1)`,
  };
  const drop = {
    native: "DROP TABLE native_next",
    hyper: `DO $$ BEGIN PERFORM drop_chunks('hyper', newer_than => ${tomorrow}); END $$`,
  };
  const rows = (table) => session.query(`SELECT count(*) FROM ${table} WHERE time >= ${tomorrow}`);
  await compare(`${chunks} chunks: one chunk more, with a row`, "ms", SIDES.map(([label, table]) => ({
    label,
    run: () => session.time(make[table]),
    result: () => rows(table),
    finish: () => session.query(drop[table]),
  })));
  await compare(`${chunks} chunks: one chunk less`, "ms", SIDES.map(([label, table]) => ({
    label,
    prepare: () => session.query(make[table]),
    run: () => session.time(drop[table]),
    result: () => rows(table),
  })));
  // Rolled back, so that they are there for the next turn; `chunks` measures it with the commit.
  const drop_old = {
    native: `DO $$ BEGIN FOR d IN 0..${chunks - 2} LOOP EXECUTE 'DROP TABLE native_' || d; END LOOP; END $$`,
    hyper: "DO $$ BEGIN PERFORM drop_chunks('hyper', older_than => date_trunc('day', now(), 'UTC')); END $$",
  };
  await compare(`${chunks} chunks: all but one dropped, rolled back`, "ms", SIDES.map(([label, table]) => ({
    label,
    prepare: () => session.query("BEGIN"),
    run: () => session.time(drop_old[table]),
    result: () => session.query(`SELECT count(*) = count(*) FILTER (WHERE time >= '${today}') FROM ${table}`),
    finish: () => session.query("ROLLBACK"),
  })), { repetitions: 3 });
}

/** What a fresh connection has of memory after one statement, and what it has had at most. */
async function compare_memory(chunks) {
  const statements = {
    "a query of the last day": (table) => `SELECT count(*) FROM ${table} WHERE time >= '${today}'`,
    "one INSERT": (table) => `INSERT INTO ${table} VALUES ('${today}', 1, 2, 3, 'row')`,
    "count(*)": (table) => `SELECT count(*) FROM ${table}`,
    // Beyond, PostgreSQL's partitions take minutes and gigabytes.
    ...(chunks <= 1000 && { "a join with itself by time": (table) => `SELECT count(*) FROM ${table} x JOIN ${table} y USING (time)` }),
  };
  for (const [title, statement] of Object.entries(statements)) {
    const measures = {
      "after": async (connection, sql) => {
        await connection.query(sql);
        return Number(await connection.query("SELECT sum(total_bytes) / 1e6 FROM pg_backend_memory_contexts"));
      },
      "at most during": (connection, sql) => connection.most_memory(sql),
    };
    for (const [when, measure] of Object.entries(measures)) {
      let connection;
      await compare(`${chunks} chunks: memory of a connection ${when} ${title}`, "MB", SIDES.map(([label, table]) => ({
        label,
        prepare: () => { connection = new Session(); },
        run: () => measure(connection, statement(table)),
        result: () => connection.query(`SELECT count(*) FROM ${table}`),
        finish: () => connection.close(),
      })), { repetitions: 3 });
    }
  }
}

for (const chunks of counts) {
  await make_daily(session, chunks);
  await compare_memory(chunks);
  await compare_queries(chunks);
  await compare_last_points(chunks);
  await compare_inserts(chunks);
  await compare_chunks(chunks);
}
await session.query("DROP TABLE native, hyper");
session.close();
