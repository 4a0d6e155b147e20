-- Results as columns: options, conversion by hand and by policy, refreshes into them, and what views say of them.
-- Time stands still at 2024-02-01.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET timescaledb.current_timestamp_mock = '2024-02-01 00:00+00';
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
CREATE TABLE readings (time timestamptz NOT NULL, device int, value int);
SELECT create_hypertable('readings', 'time', chunk_time_interval => interval '1 day');
INSERT INTO readings SELECT t, d, d * extract(hour FROM t)::int FROM generate_series(timestamptz '2024-01-01', '2024-01-31', interval '20 minutes') t, generate_series(1, 5) d;
CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.chunk_interval = '7 days') AS
SELECT time_bucket('1 hour', time) AS hour, device, sum(value) AS total, avg(value) AS mean, max(value::text) AS word FROM readings GROUP BY 1, 2 WITH NO DATA;
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
SELECT time_bucket('1 day', hour) AS day, sum(total) AS total FROM hourly GROUP BY 1 WITH NO DATA;
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
CALL refresh_continuous_aggregate('daily', NULL, NULL);
CREATE VIEW direct AS SELECT time_bucket('1 hour', time) AS hour, device, sum(value) AS total, avg(value) AS mean, max(value::text) AS word FROM readings GROUP BY 1, 2;
CREATE VIEW differences AS (SELECT 'missing', * FROM (TABLE direct EXCEPT TABLE hourly) m) UNION ALL (SELECT 'extra', * FROM (TABLE hourly EXCEPT TABLE direct) e);
CREATE VIEW chunks AS
SELECT c.range_start::date AS week, c.is_compressed FROM timescaledb_information.chunks c
WHERE c.hypertable_name = '_materialized_hypertable_2' ORDER BY 1;

-- Options.
SELECT refusal('SELECT add_compression_policy(''hourly'', interval ''7 days'')');
SELECT refusal('ALTER MATERIALIZED VIEW hourly SET (timescaledb.compress, timescaledb.compress_segmentby = ''nobody'')');
SELECT refusal('ALTER MATERIALIZED VIEW hourly SET (timescaledb.compress, timescaledb.create_group_indexes = false)');
SELECT refusal('ALTER MATERIALIZED VIEW hourly RESET (timescaledb.materialized_only)');
SELECT refusal('CREATE MATERIALIZED VIEW m WITH (timescaledb.continuous, timescaledb.compress) AS SELECT time_bucket(''1 day'', time), count(*) FROM readings GROUP BY 1 WITH NO DATA');
SELECT view_name, compression_enabled FROM timescaledb_information.continuous_aggregates ORDER BY 1;
ALTER MATERIALIZED VIEW hourly SET (timescaledb.enable_columnstore);
ALTER MATERIALIZED VIEW hourly SET (tsdb.segmentby = 'device', tsdb.orderby = 'total, hour DESC', tsdb.materialized_only = true);
SELECT segmentby, orderby FROM timescaledb_information.hypertable_columnstore_settings;
ALTER MATERIALIZED VIEW hourly RESET (tsdb.orderby);
SELECT segmentby, orderby FROM timescaledb_information.hypertable_columnstore_settings;
SELECT view_name, compression_enabled, materialized_only FROM timescaledb_information.continuous_aggregates ORDER BY 1;
ALTER MATERIALIZED VIEW hourly SET (tsdb.materialized_only = false);
SET default_transaction_read_only = on;
SELECT refusal('ALTER MATERIALIZED VIEW hourly SET (tsdb.segmentby = ''word'')');
RESET default_transaction_read_only;
CREATE ROLE regress_columns_stranger;
SET ROLE regress_columns_stranger;
SELECT refusal('ALTER MATERIALIZED VIEW hourly SET (tsdb.segmentby = ''word'')');
RESET ROLE;
DROP ROLE regress_columns_stranger;

-- By hand: the first chunk.
SELECT count(*) FROM (SELECT compress_chunk(c) FROM show_chunks('hourly', older_than => timestamptz '2024-01-08') c) x;
SELECT * FROM chunks;
SELECT count(*) FROM differences;

-- Late rows, deleted ones, new groups and groups that go: a refresh changes columnar results as it does others.
INSERT INTO readings VALUES ('2024-01-02 03:30', 2, 1000), ('2024-01-02 03:40', 9, 1), ('2024-01-20 00:10', 1, 1);
DELETE FROM readings WHERE time >= '2024-01-03 05:00' AND time < '2024-01-03 06:00' AND device = 3;
UPDATE readings SET value = value + 1 WHERE time >= '2024-01-04 05:00' AND time < '2024-01-04 08:00';
SELECT reason, count(*) FROM verify_continuous_aggregate('hourly') GROUP BY 1;
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
SELECT * FROM differences;
SELECT count(*) FROM verify_continuous_aggregate('hourly');
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT count(*) FROM verify_continuous_aggregate('daily');
SELECT * FROM hourly WHERE device = 9;
SELECT * FROM hourly WHERE device = 2 AND hour = '2024-01-02 03:00';
SELECT count(*) FROM hourly WHERE device = 3 AND hour = '2024-01-03 05:00';
CALL refresh_continuous_aggregate('hourly', NULL, NULL, force => true);
SELECT count(*) FROM differences;
SELECT * FROM chunks WHERE is_compressed;

-- By policy: whole chunks that are old enough, and those with rows beside their columns again.
SELECT refusal('SELECT add_compression_policy(''hourly'', 7)');
SELECT add_compression_policy('hourly', interval '14 days', initial_start => '2100-01-01') AS job \gset
SELECT proc_name, hypertable_name, config FROM timescaledb_information.jobs WHERE job_id = :job;
SELECT action, range_start FROM explain_policy(:job);
CALL run_job(:job);
SELECT * FROM chunks;
SELECT count(*) FROM explain_policy(:job);
SELECT count(*) FROM differences;
SELECT refusal('ALTER MATERIALIZED VIEW hourly SET (tsdb.enable_columnstore = false)');
SELECT total_chunks, number_compressed_chunks, before_compression_total_bytes > after_compression_total_bytes AS smaller FROM hypertable_columnstore_stats('hourly');
SELECT compression_status, count(*) FROM chunk_compression_stats('hourly') GROUP BY 1 ORDER BY 1;
SELECT hypertable_size('hourly') = sum(total_bytes) AS same, count(*) FROM chunks_detailed_size('hourly');
SELECT compressed_chunks FROM timescaledb_information.compression_stats WHERE hypertable_name = '_materialized_hypertable_2';
SELECT remove_compression_policy('hourly');

-- A query of another form, a column of another name, and back to rows.
ALTER MATERIALIZED VIEW hourly ADD COLUMN low int GENERATED ALWAYS AS (min(value)) STORED;
ALTER MATERIALIZED VIEW hourly RENAME COLUMN device TO unit;
SELECT segmentby FROM timescaledb_information.hypertable_columnstore_settings;
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
SELECT count(*) FROM verify_continuous_aggregate('hourly');
SELECT count(*), count(low) FROM hourly;
SELECT count(decompress_chunk(c)) FROM show_chunks('hourly') c;
SELECT count(*) FROM verify_continuous_aggregate('hourly');
ALTER MATERIALIZED VIEW hourly SET (tsdb.enable_columnstore = false);
SELECT count(*) FROM hypertable_columnstore_stats('hourly');

-- Chunks of results, by the name of the aggregate.
SELECT refusal('SELECT show_chunks(''direct'')');
SELECT count(*) FROM drop_chunks('hourly', older_than => timestamptz '2024-01-05');
SELECT count(*) FROM show_chunks('hourly');
SELECT min(hour) FROM hourly;

-- They go with the aggregate.
ALTER MATERIALIZED VIEW hourly SET (tsdb.enable_columnstore);
SELECT add_compression_policy('hourly', interval '14 days', initial_start => '2100-01-01') AS job \gset
CALL run_job(:job);
DROP MATERIALIZED VIEW daily;
DROP VIEW differences;
DROP MATERIALIZED VIEW hourly;
SELECT (SELECT count(*) FROM varve_catalog.columnstore), (SELECT count(*) FROM varve_catalog.columnar_chunk), (SELECT count(*) FROM varve_catalog.job WHERE id >= 1000);
