// Continuous aggregates beside PostgreSQL's materialized views: the first refresh, refreshes after late rows,
// one with nothing to do, and what aggregates cost whoever inserts. Their queries are those of PostgreSQL: they aggregate
// nothing by vectors.
import { compare } from "./lib/compare.mjs";
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

// By the threshold alone the newest rows cost next to nothing: these lie below it.
const insert = `INSERT INTO readings SELECT ${time_of("i * 4")}, i % 100, 1, 1, 'late' FROM generate_series(0, ${ROWS / 4} - 1) i`;
const widths = ["1 hour", "1 day", "1 week"];
const with_aggregates = (n) => ({
  label: `${n} aggregates`,
  prepare: async () => {
    await session.query("DROP MATERIALIZED VIEW IF EXISTS hourly");
    for (const [i, width] of widths.entries()) {
      await session.query(`DROP MATERIALIZED VIEW IF EXISTS a${i}`);
      if (i < n) {
        await session.query(`CREATE MATERIALIZED VIEW a${i} WITH (timescaledb.continuous) AS ${select(width)} WITH NO DATA;
          CALL refresh_continuous_aggregate('a${i}', NULL, NULL)`);
      }
    }
    await session.query("CHECKPOINT");
  },
  run: async () => ROWS / 4_000 / (await session.cpu(insert)),
  finish: () => session.query("DELETE FROM readings WHERE c = 'late'; VACUUM readings"),
});
await compare(`INSERT of ${ROWS / 4} late rows`, "thousand rows a second of processor time", [0, 1, 3].map(with_aggregates));
session.close();
