-- Another query for a continuous aggregate: a column more, or another definition of those there are. Results stay
-- until they are computed again, and those whose rows have gone stay for good.
SET timezone = 'UTC';
SET datestyle = 'ISO';
\set VERBOSITY default
CREATE TABLE raw (time timestamptz NOT NULL, device int, v float8, note text);
SELECT create_hypertable('raw', 'time', chunk_time_interval => interval '1 day');
INSERT INTO raw SELECT '2024-01-01'::timestamptz + i * interval '1 hour', i % 2, i, 'n' || i FROM generate_series(0, 95) i;
CREATE TABLE site (device int, name text);
INSERT INTO site VALUES (0, 'zero'), (1, 'one');
CREATE MATERIALIZED VIEW daily (d, device, n) WITH (timescaledb.continuous) AS
SELECT time_bucket('1 day', time), device, count(*) FROM raw GROUP BY 1, 2;
CREATE MATERIALIZED VIEW weekly WITH (timescaledb.continuous) AS
SELECT time_bucket('7 days', d) AS w, sum(n) AS n FROM daily GROUP BY 1;
SELECT drop_chunks('raw', older_than => timestamptz '2024-01-02');

-- A column more: NULL, until a refresh computes what can be.
ALTER MATERIALIZED VIEW daily ADD COLUMN high float8 GENERATED ALWAYS AS (max(v)) STORED;
SELECT * FROM daily ORDER BY 1, 2 LIMIT 4;
SELECT pending_ranges > 0 AS pending FROM timescaledb_information.continuous_aggregates WHERE view_name = 'daily';
SELECT DISTINCT reason FROM verify_continuous_aggregate('daily');
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT * FROM daily ORDER BY 1, 2;
SELECT DISTINCT reason FROM verify_continuous_aggregate('daily');
CALL refresh_continuous_aggregate('weekly', NULL, NULL);
SELECT * FROM weekly;

-- With FILTER, ORDER BY, a cast, a column that is grouped by; real-time; a column renamed before.
ALTER MATERIALIZED VIEW daily SET (timescaledb.materialized_only = false);
ALTER MATERIALIZED VIEW daily RENAME COLUMN n TO "Number";
ALTER MATERIALIZED VIEW daily ADD COLUMN evens int GENERATED ALWAYS AS (count(*) FILTER (WHERE v::int % 4 = 0)) STORED, ADD COLUMN notes varchar(40) GENERATED ALWAYS AS (string_agg(note, ',' ORDER BY time DESC) FILTER (WHERE v > 92)) STORED;
ALTER MATERIALIZED VIEW daily ADD COLUMN again int GENERATED ALWAYS AS (device + 1) STORED;
CALL refresh_continuous_aggregate('daily', NULL, NULL);
INSERT INTO raw VALUES ('2024-01-20', 1, 96, 'late');
SELECT * FROM daily WHERE d > '2024-01-03' ORDER BY 1, 2;
SELECT count(*) FROM verify_continuous_aggregate('daily', '2024-01-02', NULL);
SELECT view_definition FROM timescaledb_information.continuous_aggregates WHERE view_name = 'daily';

-- What is refused changes nothing.
ALTER MATERIALIZED VIEW daily ADD COLUMN high float8 GENERATED ALWAYS AS (max(v)) STORED;
ALTER MATERIALIZED VIEW daily ADD COLUMN IF NOT EXISTS high float8 GENERATED ALWAYS AS (max(v)) STORED;
ALTER MATERIALIZED VIEW daily ADD COLUMN low float8;
ALTER MATERIALIZED VIEW daily ADD COLUMN low float8 DEFAULT 1;
ALTER MATERIALIZED VIEW daily ADD COLUMN low float8 NOT NULL GENERATED ALWAYS AS (min(v)) STORED;
ALTER MATERIALIZED VIEW daily ADD COLUMN low float8 GENERATED ALWAYS AS (v) STORED;
ALTER MATERIALIZED VIEW daily ADD COLUMN low float8 GENERATED ALWAYS AS (min(w)) STORED;
ALTER MATERIALIZED VIEW daily ADD COLUMN low date GENERATED ALWAYS AS (min(v)) STORED;
ALTER MATERIALIZED VIEW daily ADD COLUMN low float8 GENERATED ALWAYS AS (min(v) OVER ()) STORED;
ALTER MATERIALIZED VIEW daily ADD COLUMN low timestamptz GENERATED ALWAYS AS (now()) STORED;
ALTER MATERIALIZED VIEW daily DROP COLUMN high;
ALTER VIEW daily ADD COLUMN low float8 GENERATED ALWAYS AS (min(v)) STORED;
BEGIN READ ONLY;
ALTER MATERIALIZED VIEW daily ADD COLUMN low float8 GENERATED ALWAYS AS (min(v)) STORED;
ROLLBACK;
CREATE SCHEMA shadow;
CREATE AGGREGATE shadow.max(float8) (SFUNC = float8larger, STYPE = float8);
SET search_path = shadow, pg_catalog, public;
ALTER MATERIALIZED VIEW daily ADD COLUMN low float8 GENERATED ALWAYS AS (min(v)) STORED;
RESET search_path;
BEGIN;
ALTER MATERIALIZED VIEW daily ADD COLUMN low float8 GENERATED ALWAYS AS (min(v)) STORED;
ROLLBACK;
SELECT attname FROM pg_attribute WHERE attrelid = 'daily'::regclass AND attnum > 0 ORDER BY attnum;

-- Another query: other expressions, conditions and joins, other grouping; columns as before, new ones behind.
CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous) AS
SELECT time_bucket('6 hours', time) AS h, count(*) AS n, sum(v) AS total FROM raw GROUP BY 1;
SELECT count(*), sum(n), sum(total) FROM hourly;
SELECT drop_chunks('raw', older_than => timestamptz '2024-01-03');
SELECT replace_continuous_aggregate('hourly', $$
    SELECT time_bucket('6 hours', time) AS h, count(*) FILTER (WHERE v > 50) AS n, sum(v) * 10 AS total, name AS site
    FROM raw JOIN site USING (device) WHERE note <> 'n95' GROUP BY 1, name $$);
SELECT count(*), sum(n), sum(total), count(site) FROM hourly;
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
SELECT count(*), sum(n), sum(total), count(site) FROM hourly;
SELECT * FROM hourly WHERE h < '2024-01-03 06:00' ORDER BY h, site LIMIT 8;
SELECT DISTINCT reason FROM verify_continuous_aggregate('hourly');
UPDATE raw SET v = v + 1 WHERE time = '2024-01-04 12:00';
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
SELECT count(*) FROM verify_continuous_aggregate('hourly', '2024-01-03', NULL);

SELECT replace_continuous_aggregate('raw', 'SELECT 1');
SELECT replace_continuous_aggregate('hourly', 'SELECT 1; SELECT 2');
SELECT replace_continuous_aggregate('hourly', 'DELETE FROM raw');
SELECT replace_continuous_aggregate('hourly', 'SELECT nothing');
SELECT replace_continuous_aggregate('hourly', 'SELECT 1 AS h');
SELECT replace_continuous_aggregate('hourly', $$SELECT time_bucket('6 hours', time) AS h, count(*) AS n, sum(v) AS total FROM raw GROUP BY 1$$);
SELECT replace_continuous_aggregate('hourly', $$SELECT time_bucket('6 hours', time) AS h, count(*) AS m, sum(v) AS total, 'x'::text AS site FROM raw GROUP BY 1$$);
SELECT replace_continuous_aggregate('hourly', $$SELECT time_bucket('6 hours', time) AS h, count(*)::int AS n, sum(v) AS total, 'x'::text AS site FROM raw GROUP BY 1$$);
SELECT replace_continuous_aggregate('hourly', $$SELECT time_bucket('8 hours', time) AS h, count(*) AS n, sum(v) AS total, 'x'::text AS site FROM raw GROUP BY 1$$);
SELECT replace_continuous_aggregate('hourly', $$SELECT time_bucket('6 hours', time, interval '1 hour') AS h, count(*) AS n, sum(v) AS total, 'x'::text AS site FROM raw GROUP BY 1$$);
SELECT replace_continuous_aggregate('hourly', $$SELECT time_bucket('1 day', d) AS h, count(*) AS n, sum(high) AS total, 'x'::text AS site FROM daily GROUP BY 1$$);
CREATE ROLE regress_redefine_stranger;
SET ROLE regress_redefine_stranger;
SELECT replace_continuous_aggregate('hourly', 'SELECT 1');
ALTER MATERIALIZED VIEW daily ADD COLUMN low float8 GENERATED ALWAYS AS (1) STORED;
RESET ROLE;
DROP ROLE regress_redefine_stranger;
DROP TABLE raw CASCADE;
