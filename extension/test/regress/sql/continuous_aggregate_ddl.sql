-- Creating, altering and dropping continuous aggregates: what each statement does, and which are
-- refused, with one clear error, and change nothing.
SET timezone = 'UTC';
SET datestyle = 'ISO';
\set VERBOSITY default
CREATE TABLE raw (time timestamptz NOT NULL, device int, v float8, doc json);
SELECT create_hypertable('raw', 'time', chunk_time_interval => interval '1 day');
CREATE TABLE other (time timestamptz NOT NULL, device int);
SELECT create_hypertable('other', 'time');
CREATE TABLE plain (id int, time timestamptz);
CREATE VIEW over_raw AS SELECT * FROM raw;
CREATE VIEW over_plain AS SELECT * FROM plain;
INSERT INTO raw SELECT '2024-01-01'::timestamptz + i * interval '1 hour', i % 3, i FROM generate_series(0, 99) i;

-- Options: the default reads stored results alone; both families of names; indexes and chunks.
CREATE MATERIALIZED VIEW IF NOT EXISTS daily (day, device, n) WITH (tsdb.continuous, timescaledb.finalized = true, timescaledb.chunk_interval = '20 days') AS
SELECT time_bucket('1 day', time), raw.device, count(*) FROM raw GROUP BY 1, 2;
CREATE MATERIALIZED VIEW IF NOT EXISTS daily WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day FROM raw GROUP BY 1;
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day FROM raw GROUP BY 1;
SELECT count(*), sum(n) FROM daily;
INSERT INTO raw VALUES ('2024-02-01', 1, 1);
SELECT count(*), sum(n) FROM daily;
\d _timescaledb_internal._materialized_hypertable_3
SELECT varve_catalog.interval_of(chunk_interval) FROM varve_catalog.hypertable WHERE id = 3;
CREATE MATERIALIZED VIEW bare WITH (timescaledb.continuous, timescaledb.create_group_indexes = false) AS SELECT time_bucket('1 day', time) AS day, device FROM raw GROUP BY 1, 2 WITH NO DATA;
SELECT count(*) FROM pg_index WHERE indrelid = '_timescaledb_internal._materialized_hypertable_4'::regclass;
SELECT * FROM bare;

-- In a transaction block only without data.
BEGIN;
CREATE MATERIALIZED VIEW now_not WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day FROM raw GROUP BY 1;
ROLLBACK;
BEGIN;
CREATE MATERIALIZED VIEW undone WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day FROM raw GROUP BY 1 WITH NO DATA;
ROLLBACK;
SELECT count(*) FROM pg_class WHERE relname = 'undone' OR relname ~ '_5$';

-- ALTER ... SET: real-time and back. RENAME, of columns too; SET SCHEMA; COMMENT; indexes.
ALTER MATERIALIZED VIEW daily SET (timescaledb.materialized_only = false);
SELECT count(*), sum(n) FROM daily;
ALTER MATERIALIZED VIEW daily SET (tsdb.materialized_only);
SELECT count(*), sum(n) FROM daily;
ALTER MATERIALIZED VIEW daily SET (timescaledb.materialized_only = false);
ALTER MATERIALIZED VIEW daily RENAME TO per_day;
ALTER MATERIALIZED VIEW per_day RENAME COLUMN n TO "Number";
ALTER MATERIALIZED VIEW per_day RENAME COLUMN day TO d;
ALTER MATERIALIZED VIEW per_day RENAME COLUMN nothing TO d;
CREATE SCHEMA app;
ALTER MATERIALIZED VIEW per_day SET SCHEMA app;
COMMENT ON MATERIALIZED VIEW app.per_day IS 'days';
CREATE INDEX per_day_number ON app.per_day ("Number");
CREATE UNIQUE INDEX ON app.per_day ("Number");
ALTER TABLE raw RENAME COLUMN time TO at;
ALTER TABLE raw RENAME TO rows;
INSERT INTO rows VALUES ('2024-01-02', 1, 1);
CALL refresh_continuous_aggregate('app.per_day', NULL, NULL);
SELECT d, device, "Number" FROM app.per_day WHERE d = '2024-01-02' ORDER BY 2;
SELECT * FROM verify_continuous_aggregate('app.per_day');
ALTER TABLE rows RENAME TO raw;
ALTER TABLE raw RENAME COLUMN at TO time;
SELECT obj_description('app.per_day'::regclass), (SELECT count(*) FROM pg_index WHERE indexrelid = '_timescaledb_internal.per_day_number'::regclass);
ALTER MATERIALIZED VIEW app.per_day SET (fillfactor = 70);
ALTER MATERIALIZED VIEW app.per_day SET (timescaledb.nonsense);
REFRESH MATERIALIZED VIEW app.per_day;
INSERT INTO app.per_day VALUES ('2024-01-01', 1, 1);
INSERT INTO bare VALUES ('2024-01-01', 1);
DELETE FROM bare;
UPDATE _timescaledb_internal._materialized_hypertable_4 SET device = 1;

-- Owners and readers. Whoever reads needs no right on the hypertable.
CREATE ROLE cagg_owner;
CREATE ROLE cagg_reader;
GRANT CREATE, USAGE ON SCHEMA app TO cagg_owner;
GRANT USAGE ON SCHEMA app TO cagg_reader;
SET ROLE cagg_owner;
CREATE MATERIALIZED VIEW app.mine WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day FROM raw GROUP BY 1 WITH NO DATA;
CALL refresh_continuous_aggregate('app.per_day', NULL, NULL);
ALTER MATERIALIZED VIEW app.per_day SET (timescaledb.materialized_only);
DROP MATERIALIZED VIEW app.per_day;
RESET ROLE;
ALTER MATERIALIZED VIEW app.per_day OWNER TO cagg_owner;
SELECT relname, relowner::regrole FROM pg_class WHERE relname ~ '(_3|^per_day|_hyper_3_.*chunk)$' AND relkind IN ('r', 'p', 'v') ORDER BY relname;
GRANT SELECT ON raw TO cagg_owner;
SET ROLE cagg_owner;
CALL refresh_continuous_aggregate('app.per_day', NULL, NULL, force => true);
GRANT SELECT ON app.per_day TO cagg_reader;
SET ROLE cagg_reader;
SELECT count(*) FROM app.per_day;
SELECT count(*) FROM raw;
CALL refresh_continuous_aggregate('app.per_day', NULL, NULL);
SELECT * FROM verify_continuous_aggregate('app.per_day');
RESET ROLE;

-- Dropping.
DROP VIEW app.per_day;
DROP TABLE _timescaledb_internal._materialized_hypertable_3;
DROP VIEW _timescaledb_internal._direct_view_3;
DROP TABLE raw;
ALTER TABLE raw DROP COLUMN device;
ALTER TABLE raw ALTER COLUMN device TYPE bigint;
CREATE MATERIALIZED VIEW ordinary AS SELECT 1 AS one;
DROP MATERIALIZED VIEW ordinary, app.per_day;
DROP MATERIALIZED VIEW ordinary;
DROP MATERIALIZED VIEW IF EXISTS nothing;
DROP MATERIALIZED VIEW bare;
DROP SCHEMA app CASCADE;
SELECT count(*) FROM varve_catalog.continuous_aggregate;
SELECT relname FROM pg_class WHERE relname ~ '_3(_|$)' AND relkind IN ('r', 'p', 'v');
DROP OWNED BY cagg_owner, cagg_reader;
DROP ROLE cagg_owner, cagg_reader;

-- What is refused, and why.
\set create 'CREATE MATERIALIZED VIEW refused WITH (timescaledb.continuous) AS '
:create SELECT time_bucket('1 day', time) AS day, sum(v) OVER () FROM raw GROUP BY 1, v;
:create SELECT DISTINCT time_bucket('1 day', time) AS day FROM raw GROUP BY 1;
:create SELECT time_bucket('1 day', time) AS day FROM raw GROUP BY 1 LIMIT 5;
:create SELECT time_bucket('1 day', time) AS day FROM raw GROUP BY 1 UNION ALL SELECT now();
:create SELECT time_bucket('1 day', time) AS day, device, count(*) FROM raw GROUP BY ROLLUP (1, 2);
:create SELECT time_bucket('1 day', time) AS day, generate_series(1, 2) FROM raw GROUP BY 1;
:create SELECT count(*) FROM raw;
:create SELECT device, count(*) FROM raw GROUP BY 1;
:create SELECT date_trunc('day', time), count(*) FROM raw GROUP BY 1;
:create SELECT time_bucket('1 day', time + interval '1 hour') AS day, count(*) FROM raw GROUP BY 1;
:create SELECT time_bucket('1 day', plain.time) AS day, count(*) FROM raw, plain GROUP BY 1;
:create SELECT time_bucket('1 day', time) AS day, time_bucket('1 week', time) AS week, count(*) FROM raw GROUP BY 1, 2;
:create SELECT time_bucket(make_interval(days => device), time) AS day, count(*) FROM raw GROUP BY 1;
:create SELECT time_bucket('0 days', time) AS day, count(*) FROM raw GROUP BY 1;
:create SELECT count(*) FROM raw GROUP BY time_bucket('1 day', time);
:create SELECT time_bucket('1 day', time) AS day, count(*) FROM plain GROUP BY 1;
:create SELECT time_bucket('1 day', r.time) AS day, count(*) FROM raw r JOIN other o ON o.device = r.device GROUP BY 1;
:create SELECT time_bucket('1 day', r.time) AS day, count(*) FROM raw r WHERE EXISTS (SELECT FROM raw q WHERE q.device > r.device) GROUP BY 1;
:create SELECT time_bucket('1 day', r.time) AS day, count(*) FROM over_plain p LEFT JOIN raw r ON r.device = p.id GROUP BY 1;
:create SELECT time_bucket('1 day', r.time) AS day, count(*) FROM raw r FULL JOIN plain p ON r.device = p.id GROUP BY 1;
:create SELECT time_bucket('1 day', time) AS day, count(*) FROM over_raw GROUP BY 1;
:create SELECT time_bucket('1 day', time) AS day, count(*) FROM (SELECT time, lag(v) OVER (ORDER BY time) FROM raw) x GROUP BY 1;
:create SELECT time_bucket('1 day', time) AS day, count(*) FROM (SELECT time, device, sum(v) FROM raw GROUP BY 1, 2) x GROUP BY 1;
:create SELECT time_bucket('1 day', time) AS day, count(*) FROM (SELECT time FROM raw ORDER BY v LIMIT 10) x GROUP BY 1;
:create SELECT time_bucket('1 day', time) AS day, count(*) FROM ONLY raw GROUP BY 1;
:create SELECT time_bucket('1 day', time) AS day, count(*) FROM raw TABLESAMPLE SYSTEM (10) GROUP BY 1;
:create SELECT time_bucket('1 day', time) AS day, max(random()) FROM raw GROUP BY 1;
:create SELECT time_bucket('1 day', time) AS day, max(now() - time) FROM raw GROUP BY 1;
:create SELECT time_bucket('1 day', time) AS day, count(*) FROM raw WHERE time > current_date GROUP BY 1;
:create SELECT time_bucket('1 day', time) AS day, count(*) FILTER (WHERE extract(hour FROM time) = 3) FROM raw GROUP BY 1 WITH NO DATA;
DROP MATERIALIZED VIEW refused;
CREATE MATERIALIZED VIEW refused WITH (timescaledb.continuous, timescaledb.compress) AS SELECT time_bucket('1 day', time) AS day FROM raw GROUP BY 1;
CREATE MATERIALIZED VIEW refused WITH (timescaledb.continuous, timescaledb.nonsense = 1) AS SELECT time_bucket('1 day', time) AS day FROM raw GROUP BY 1;
CREATE MATERIALIZED VIEW refused WITH (timescaledb.continuous, fillfactor = 70) AS SELECT time_bucket('1 day', time) AS day FROM raw GROUP BY 1;
CREATE MATERIALIZED VIEW refused WITH (timescaledb.continuous, timescaledb.finalized = false) AS SELECT time_bucket('1 day', time) AS day FROM raw GROUP BY 1;
CREATE MATERIALIZED VIEW weekly WITH (timescaledb.continuous) AS SELECT time_bucket('1 week', time) AS week, sum(v) AS total FROM raw GROUP BY 1 WITH NO DATA;
:create SELECT time_bucket('1 month', week) AS month, count(*) FROM weekly GROUP BY 1;
:create SELECT time_bucket('10 days', week) AS month, count(*) FROM weekly GROUP BY 1;
:create SELECT time_bucket('1 week', week, 'Europe/Berlin') AS month, count(*) FROM weekly GROUP BY 1;
:create SELECT time_bucket('2 weeks', week) AS two, count(*) FROM weekly JOIN raw ON raw.time = week GROUP BY 1;
SELECT count(*) FROM varve_catalog.continuous_aggregate;
