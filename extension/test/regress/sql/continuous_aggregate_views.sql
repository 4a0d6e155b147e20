-- What the information views tell of continuous aggregates, and what the example of the
-- documentation does.
SET timezone = 'UTC';
SET datestyle = 'ISO';
\x on
CREATE TABLE raw (time timestamptz NOT NULL, v int);
SELECT create_hypertable('raw', 'time', chunk_time_interval => interval '1 day');
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, count(*) AS n FROM raw GROUP BY 1 WITH NO DATA;
CREATE MATERIALIZED VIEW weekly WITH (timescaledb.continuous) AS SELECT time_bucket('1 week', day) AS week, sum(n) AS n FROM daily GROUP BY 1 WITH NO DATA;
SELECT * FROM timescaledb_information.continuous_aggregates ORDER BY view_name;
INSERT INTO raw SELECT '2024-01-01'::timestamptz + i * interval '1 hour', i FROM generate_series(0, 239) i;
CALL refresh_continuous_aggregate('daily', NULL, NULL);
CALL refresh_continuous_aggregate('weekly', NULL, NULL);
DELETE FROM raw WHERE time IN ('2024-01-03', '2024-01-05', '2024-01-06 12:00');
SELECT view_name, hypertable_name, watermark, lag = now() - watermark AS lags, pending_ranges, pending_since, pending_buckets, frozen_ranges
FROM timescaledb_information.continuous_aggregates ORDER BY view_name;
SELECT count(*) FROM drop_chunks('raw', older_than => timestamptz '2024-01-03');
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT view_name, hypertable_name, watermark, pending_ranges, pending_since, pending_buckets, frozen_ranges
FROM timescaledb_information.continuous_aggregates ORDER BY view_name;
CREATE TABLE counter (n int NOT NULL, v int);
SELECT create_hypertable('counter', 'n', chunk_time_interval => 100);
INSERT INTO counter SELECT i, i FROM generate_series(0, 249) i;
CREATE MATERIALIZED VIEW tens WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS SELECT time_bucket(10, n) AS ten, sum(v) AS total FROM counter GROUP BY 1;
UPDATE counter SET v = 0 WHERE n = 17;
SELECT view_name, materialized_only, watermark, watermark_integer, lag, pending_ranges, pending_since_integer, pending_buckets, view_definition
FROM timescaledb_information.continuous_aggregates WHERE view_name = 'tens';
SELECT * FROM _timescaledb_catalog.continuous_agg ORDER BY 1;
\x off

-- Fresh: nothing below the watermark is pending. The same as the view says.
CREATE VIEW freshness AS
SELECT view_name, continuous_aggregate_is_fresh(format('%I.%I', view_schema, view_name)::regclass) AS is_fresh, pending_ranges
FROM timescaledb_information.continuous_aggregates WHERE view_name LIKE 'fresh%';
CREATE TABLE fresh_rows (time timestamptz NOT NULL, v int);
SELECT created FROM create_hypertable('fresh_rows', by_range('time', interval '1 day'));
CREATE MATERIALIZED VIEW fresh WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, count(*) FROM fresh_rows GROUP BY 1 WITH NO DATA;
SELECT * FROM freshness;
INSERT INTO fresh_rows SELECT t, 1 FROM generate_series('2024-01-01', '2024-01-05', interval '6 hours') t;
SELECT * FROM freshness;
CALL refresh_continuous_aggregate('fresh', '2024-01-02', '2024-01-04');
SELECT * FROM freshness;
CALL refresh_continuous_aggregate('fresh', '2024-01-01', '2024-01-04');
SELECT * FROM freshness;
INSERT INTO fresh_rows VALUES ('2024-01-02', 1);
SELECT * FROM freshness;
-- How many rows that is, as statistics know.
INSERT INTO fresh_rows SELECT '2024-01-03', 1 FROM generate_series(1, 1000);
VACUUM ANALYZE fresh_rows;
SELECT pending_rows FROM timescaledb_information.continuous_aggregates WHERE view_name = 'fresh';
CALL refresh_continuous_aggregate('fresh', NULL, NULL);
SELECT pending_rows FROM timescaledb_information.continuous_aggregates WHERE view_name = 'fresh';
SELECT * FROM freshness;
INSERT INTO fresh_rows VALUES ('2024-02-02', 1);
SELECT * FROM freshness;
SELECT continuous_aggregate_is_fresh('fresh_rows');
DROP TABLE fresh_rows CASCADE;

-- What scripts ask about the query of an aggregate, by the id of its results: the bucket, and what is grouped by.
CREATE TABLE described (time timestamptz NOT NULL, device int, v int);
SELECT created FROM create_hypertable('described', by_range('time'));
CREATE MATERIALIZED VIEW by_day WITH (timescaledb.continuous) AS SELECT device, time_bucket('1 day', time) AS day, max(v) FROM described GROUP BY 1, 2 WITH NO DATA;
CREATE MATERIALIZED VIEW by_local_day WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time, 'Europe/Berlin') AS day FROM described GROUP BY 1, device WITH NO DATA;
CREATE MATERIALIZED VIEW by_month WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 month', time, "offset" => interval '2 days', timezone => 'Europe/Berlin') AS month FROM described GROUP BY 1 WITH NO DATA;
CREATE MATERIALIZED VIEW by_hour WITH (timescaledb.continuous) AS SELECT time_bucket('1 hour', time, timestamptz '2000-01-01 00:15') AS hour FROM described GROUP BY 1 WITH NO DATA;
ALTER MATERIALIZED VIEW by_hour RENAME COLUMN hour TO "an hour";
CREATE VIEW description AS
SELECT c.relname, a.id, i.*, _timescaledb_functions.cagg_get_grouping_columns(a.relation) AS grouped
FROM varve_catalog.continuous_aggregate a JOIN pg_class c ON c.oid = a.relation, _timescaledb_functions.cagg_get_bucket_function_info(a.id) i;
SELECT relname, bucket_func, bucket_width, bucket_origin, bucket_offset, bucket_timezone, bucket_fixed_width, grouped
FROM description WHERE relname LIKE 'by\_%' OR relname = 'tens' ORDER BY relname;
SELECT bucket_func IS NULL AS none FROM _timescaledb_functions.cagg_get_bucket_function_info(4711);
SELECT _timescaledb_functions.cagg_get_grouping_columns('described') IS NULL AS none;
SELECT _timescaledb_functions.cagg_watermark(id) = _timescaledb_functions.cagg_watermark_materialized(id) AS same FROM description WHERE relname = 'by_day';

-- Whether a query could be one.
\x on
SELECT * FROM _timescaledb_functions.cagg_validate_query('SELECT time_bucket(''1 day'', time) FROM described GROUP BY 1');
SELECT * FROM _timescaledb_functions.cagg_validate_query('SELECT time_bucket(''1 day'', time) FROM described GROUP BY 1 LIMIT 1');
SELECT * FROM _timescaledb_functions.cagg_validate_query('SELECT nothing FROM described');
SELECT * FROM _timescaledb_functions.cagg_validate_query('SELECT 1; DROP TABLE described');
SELECT * FROM _timescaledb_functions.cagg_validate_query('');
\x off
DROP VIEW description;
DROP TABLE described CASCADE;
