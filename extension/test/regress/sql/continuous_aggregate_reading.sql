-- Reading: stored results below the watermark, rows from there on. The watermark is a constant of the
-- plan, so that neither side looks at what the other one has; conditions reach both.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET enable_bitmapscan = off;
SET enable_indexscan = off;
CREATE TABLE raw (time timestamptz NOT NULL, device int, v int);
SELECT create_hypertable('raw', 'time', chunk_time_interval => interval '1 day');
INSERT INTO raw SELECT '2024-01-01'::timestamptz + i * interval '1 hour', i % 3, i FROM generate_series(0, 239) i;
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.chunk_interval = '2 days') AS
SELECT time_bucket('1 day', time) AS day, device, count(*) AS n, sum(v) AS total FROM raw GROUP BY 1, 2 WITH NO DATA;

-- Before the first refresh only rows are read, after it few of them.
EXPLAIN (costs off) SELECT * FROM daily WHERE device = 1 AND day >= '2024-01-09';
CALL refresh_continuous_aggregate('daily', NULL, '2024-01-09');
EXPLAIN (costs off) SELECT * FROM daily;
EXPLAIN (costs off) SELECT * FROM daily WHERE device = 1 AND day >= '2024-01-07' AND total > 5 ORDER BY day LIMIT 3;
-- Nothing of the rows where the condition lies below the watermark.
EXPLAIN (costs off) SELECT * FROM daily WHERE day < '2024-01-03';
-- In a join, a subquery, a view over it, a materialized WITH, a function in FROM.
CREATE VIEW over_daily AS SELECT day, sum(n) AS n FROM daily GROUP BY day;
CREATE FUNCTION of_device(int) RETURNS SETOF daily LANGUAGE sql STABLE AS $$ SELECT * FROM daily WHERE device = $1 $$;
SELECT sum(n), count(*) FROM over_daily;
SELECT sum(n), count(*) FROM of_device(1);
WITH d AS MATERIALIZED (SELECT * FROM daily) SELECT sum(a.n) FROM d a JOIN daily b USING (day, device) WHERE b.day IN (SELECT day FROM daily WHERE day > '2024-01-02');
EXPLAIN (costs off) SELECT sum(n) FROM over_daily WHERE day >= '2024-01-09';

-- Cached plans follow the watermark.
SET plan_cache_mode = force_generic_plan;
PREPARE total AS SELECT sum(n), max(day) FROM daily;
PREPARE since (timestamptz) AS SELECT sum(n) FROM daily WHERE day >= $1;
EXECUTE total;
EXECUTE since ('2024-01-08');
INSERT INTO raw VALUES ('2024-01-09 12:00:01', 1, 1), ('2024-01-20', 1, 1);
EXECUTE total;
CALL refresh_continuous_aggregate('daily', NULL, '2024-01-15');
EXECUTE total;
EXECUTE since ('2024-01-08');
EXPLAIN (costs off) EXECUTE total;
-- What was computed stays, and rows behind the watermark are read, whichever way the chunks go.
SELECT count(*) FROM drop_chunks('raw', older_than => timestamptz '2024-01-12');
EXECUTE total;
EXECUTE since ('2024-01-08');
ALTER MATERIALIZED VIEW daily SET (timescaledb.materialized_only);
EXECUTE total;
ALTER MATERIALIZED VIEW daily SET (timescaledb.materialized_only = false);
EXECUTE total;

-- In a function that PostgreSQL plans once.
CREATE FUNCTION total() RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT sum(n) FROM daily); END $$;
SELECT total();
INSERT INTO raw VALUES ('2024-01-21', 1, 1), ('2024-01-30', 1, 1);
CALL refresh_continuous_aggregate('daily', NULL, '2024-01-25');
SELECT total();
RESET plan_cache_mode;

-- A parallel plan.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET force_parallel_mode = on;
SELECT sum(n), max(day) FROM daily;
RESET force_parallel_mode;

-- Nobody but the extension puts changes into the log.
SELECT varve_catalog.changed(1, 'raw'), varve_catalog.changed(now(), 'pg_class') IS NOT NULL;
SELECT varve_catalog.watermark(99, NULL::int), varve_catalog.watermark(NULL, NULL::date), varve_catalog.watermark(99, NULL::date);
