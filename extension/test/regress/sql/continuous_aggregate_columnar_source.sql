-- Aggregates of a hypertable whose chunks are columns: rows that are written, changed, moved and deleted there are followed
-- as in chunks of rows, and conversions change no result.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE TABLE raw (time timestamptz NOT NULL, device int NOT NULL, v int, PRIMARY KEY (time, device));
SELECT create_hypertable('raw', 'time', chunk_time_interval => interval '1 day');
INSERT INTO raw SELECT t, d, d FROM generate_series(timestamptz '2024-01-01', '2024-01-10', interval '30 minutes') t, generate_series(1, 4) d;
ALTER TABLE raw SET (tsdb.enable_columnstore, tsdb.segmentby = 'device');
CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('1 hour', time) AS hour, device, sum(v) AS total, count(*) AS n, max(v) FILTER (WHERE v % 2 = 0) AS even FROM raw GROUP BY 1, 2 WITH NO DATA;
CALL refresh_continuous_aggregate('hourly', NULL, '2024-01-08');
SELECT count(compress_chunk(c)) FROM show_chunks('raw') c;
-- A conversion is no change.
SELECT count(*) FROM varve_catalog.aggregate_change;
SELECT count(*) FROM verify_continuous_aggregate('hourly');

-- Each kind of statement leaves its buckets stale, and a refresh repairs them.
CREATE FUNCTION stale() RETURNS TABLE (buckets text, reasons text) LANGUAGE sql AS
$$ SELECT string_agg(bucket, ', ' ORDER BY bucket), string_agg(DISTINCT reason, ', ') FROM verify_continuous_aggregate('hourly') $$;
INSERT INTO raw VALUES ('2024-01-02 03:10', 1, 5);
SELECT * FROM stale();
INSERT INTO raw VALUES ('2024-01-02 04:00', 2, 100) ON CONFLICT (time, device) DO UPDATE SET v = raw.v + excluded.v;
UPDATE raw SET v = v + 1 WHERE time = '2024-01-03 05:00' AND device = 3;
UPDATE raw SET time = '2024-01-04 07:07' WHERE time = '2024-01-03 06:00' AND device = 4;
DELETE FROM raw WHERE time >= '2024-01-05 08:00' AND time < '2024-01-05 09:00';
MERGE INTO raw USING (VALUES (timestamptz '2024-01-06 09:00', 1)) s (t, d) ON time = t AND device = d WHEN MATCHED THEN UPDATE SET v = 50;
COPY raw FROM STDIN;
2024-01-06 10:10:00+00	1	7
\.
PREPARE change AS UPDATE raw SET v = 0 WHERE time = $1;
EXECUTE change('2024-01-07 11:00');
BEGIN;
DELETE FROM raw WHERE time < '2024-01-02';
ROLLBACK;
SELECT * FROM stale();
CALL refresh_continuous_aggregate('hourly', NULL, '2024-01-08');
SELECT count(*) FROM verify_continuous_aggregate('hourly');
CREATE VIEW direct AS SELECT time_bucket('1 hour', time) AS hour, device, sum(v) AS total, count(*) AS n, max(v) FILTER (WHERE v % 2 = 0) AS even FROM raw GROUP BY 1, 2;
CREATE VIEW differences AS (TABLE hourly EXCEPT ALL TABLE direct) UNION ALL (TABLE direct EXCEPT ALL TABLE hourly);
SELECT count(*) FROM differences;

-- Converted again, back to rows, and a chunk of columns that is dropped.
SELECT count(compress_chunk(c)) FROM show_chunks('raw', older_than => timestamptz '2024-01-08') c;
SELECT count(*) FROM differences;
SELECT count(decompress_chunk(c)) FROM show_chunks('raw', older_than => timestamptz '2024-01-03') c;
SELECT count(*) FROM varve_catalog.aggregate_change;
CALL refresh_continuous_aggregate('hourly', NULL, NULL, force => true);
SELECT count(*) FROM differences;
SELECT count(*) FROM drop_chunks('raw', older_than => timestamptz '2024-01-03');
CALL refresh_continuous_aggregate('hourly', NULL, NULL, force => true);
SELECT count(DISTINCT reason), min(reason) FROM verify_continuous_aggregate('hourly');
SELECT count(*) FROM differences WHERE hour >= '2024-01-03';
TRUNCATE raw;
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
SELECT min(hour), max(hour) FROM hourly;
