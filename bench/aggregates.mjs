// Continuous aggregates beside PostgreSQL's materialized views: the first refresh, refreshes after late rows,
// one with nothing to do, and what aggregates cost whoever inserts. Their queries are those of PostgreSQL: they aggregate
// nothing by vectors.
import { compare, compare_closely } from "./lib/compare.mjs";
import { Session } from "./lib/psql.mjs";
import { COLUMNS, START } from "./lib/tables.mjs";

const ROWS = Number(process.env.ROWS ?? 3_000_000);
const DAYS = 30;
const session = new Session();
const time_of = (i) => `'${START}'::timestamptz + ${i} * (interval '${DAYS} days' / ${ROWS})`;
const select = (width) => `SELECT time_bucket('${width}', time) AS bucket, device, count(*), avg(a), max(b) FROM readings GROUP BY 1, 2`;

await session.query(`
  CREATE TABLE readings ${COLUMNS}; CREATE INDEX ON readings (time DESC);
  SELECT 1 FROM create_hypertable('readings', 'time', chunk_time_interval => interval '1 day');
  INSERT INTO readings SELECT ${time_of("i")}, i % 100, i % 997, i, 'row' FROM generate_series(0, ${ROWS} - 1) i;
  VACUUM ANALYZE readings`);
console.log(`${ROWS} rows of ${DAYS} days, 100 devices, by hour and device`);

const BY_ROWS = "SET varve.enable_vectorized = off";
const BY_VECTORS = "RESET varve.enable_vectorized";
const contents = (name) => session.query(`SELECT count(*), sum(count), sum(max) FROM ${name}`);
const aggregate = (width) => `CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous) AS ${select(width)} WITH NO DATA`;
const refresh = "CALL refresh_continuous_aggregate('hourly', NULL, NULL)";

// An aggregate has indexes, a materialized view those that somebody makes.
const indexes = "CREATE INDEX ON plain_hourly (bucket DESC); CREATE INDEX ON plain_hourly (device, bucket DESC)";
for (const width of ["10 minutes", "1 hour"]) {
  const plain = (label, more) => ({
    label,
    prepare: () => session.query(`DROP MATERIALIZED VIEW IF EXISTS plain_hourly; CHECKPOINT; ${BY_ROWS}`),
    run: async () => ROWS / (await session.time(`CREATE MATERIALIZED VIEW plain_hourly AS ${select(width)}; ${more}`)),
    result: () => contents("plain_hourly"),
    finish: () => session.query(BY_VECTORS),
  });
  await compare(`the first refresh, by ${width} and device`, "thousand rows/s", [
    plain("CREATE MATERIALIZED VIEW", ""),
    plain("the same with its two indexes", indexes),
    {
      label: "refresh_continuous_aggregate",
      prepare: () => session.query(`DROP MATERIALIZED VIEW IF EXISTS hourly; ${aggregate(width)}; CHECKPOINT`),
      run: async () => ROWS / (await session.time(refresh)),
      result: () => contents("hourly"),
    },
  ], { repetitions: 3 });
}

// The same late rows are deleted again, so that every turn starts from the same table.
const lates = {
  "1 % late rows within an hour": `SELECT '${START}'::timestamptz + interval '10 days' + i * interval '3600 s' / ${ROWS / 100}, i % 100, 1, 1, 'late' FROM generate_series(0, ${ROWS / 100} - 1) i`,
  "1 % late rows all over": `SELECT ${time_of("i * 100")}, i % 100, 1, 1, 'late' FROM generate_series(0, ${ROWS / 100} - 1) i`,
};
for (const [title, rows] of Object.entries(lates)) {
  const side = (label, statement, name, setting) => ({
    label,
    prepare: () => session.query(`INSERT INTO readings ${rows}; ${setting}`),
    run: () => session.time(statement),
    result: () => contents(name),
    finish: () => session.query(`${BY_VECTORS}; DELETE FROM readings WHERE c = 'late'; ${refresh}; VACUUM readings`),
  });
  await compare(`refresh after ${title}`, "ms", [
    side("REFRESH MATERIALIZED VIEW", "REFRESH MATERIALIZED VIEW plain_hourly", "plain_hourly", BY_ROWS),
    side("refresh_continuous_aggregate", refresh, "hourly", BY_VECTORS),
  ], { repetitions: 3 });
}

await compare("refresh with nothing to do", "ms", [
  {
    label: "REFRESH MATERIALIZED VIEW",
    prepare: () => session.query(BY_ROWS),
    run: () => session.time("REFRESH MATERIALIZED VIEW plain_hourly"),
    finish: () => session.query(BY_VECTORS),
  },
  { label: "refresh_continuous_aggregate", run: () => session.time(refresh) },
]);

// What aggregates cost whoever inserts: tables that differ in nothing else, which all get the same rows in each round.
const widths = ["1 hour", "1 day", "1 week"];
const PER_ROUND = 100_000;
const tables = [0, 1, 3];
await session.query("DROP TABLE readings CASCADE");
for (const n of tables) {
  await session.query(`
    CREATE TABLE with_${n} ${COLUMNS}; CREATE INDEX ON with_${n} (time DESC);
    SELECT 1 FROM create_hypertable('with_${n}', 'time', chunk_time_interval => interval '1 day');
    INSERT INTO with_${n} SELECT ${time_of("i * 3")}, i % 100, i % 997, i, 'row' FROM generate_series(0, ${ROWS / 3} - 1) i`);
  for (const [i, width] of widths.slice(0, n).entries()) {
    await session.query(`CREATE MATERIALIZED VIEW with_${n}_${i} WITH (timescaledb.continuous) AS ${select(width).replace("readings", `with_${n}`)} WITH NO DATA;
      CALL refresh_continuous_aggregate('with_${n}_${i}', NULL, NULL)`);
  }
}
await session.query("VACUUM ANALYZE; CHECKPOINT");

const TRANSACTIONS = 300;
const transactions = (of) => Array.from({ length: TRANSACTIONS }, (_, k) => of(k)).join("\n");
const rounds_of = {};  // by table: new rows are newer in each round
const inserts = {
  // All over the chunks, below the watermark.
  [`${PER_ROUND} late rows in a statement`]: (table) =>
    `INSERT INTO ${table} SELECT ${time_of(`(i * ${ROWS / PER_ROUND})`)}, i % 100, 1, 1, 'late' FROM generate_series(0, ${PER_ROUND} - 1) i`,
  [`${TRANSACTIONS} transactions of 50 late rows`]: (table) => transactions((k) =>
    `INSERT INTO ${table} SELECT ${time_of(`(${(k * ROWS) / TRANSACTIONS} + i)`)}, i % 100, 1, 1, 'late' FROM generate_series(0, 49) i;`),
  // Behind everything, where the watermark says that nobody needs to know.
  [`${TRANSACTIONS} transactions of 50 new rows`]: (table) => {
    const round = (rounds_of[table] = (rounds_of[table] ?? 0) + 1);
    return transactions((k) =>
      `INSERT INTO ${table} SELECT '${START}'::timestamptz + interval '${DAYS} days' + ${round * TRANSACTIONS + k} * interval '1 s', i % 100, 1, 1, 'new' FROM generate_series(0, 49) i;`);
  },
};
for (const [title, statements] of Object.entries(inserts)) {
  await compare_closely(`INSERT of ${title}`, "ms of processor time", tables.map((n) => ({
    label: `${n} aggregates`,
    run: async () => 1000 * (await session.cpu(statements(`with_${n}`))),
  })), { rounds: 40 });
}
session.close();
