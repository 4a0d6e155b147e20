-- Aggregates of hypertables whose time is in a UUID: buckets are times, windows too, and all that changes rows is followed.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE TABLE event (id uuid NOT NULL, device int NOT NULL, v int);
SELECT create_hypertable('event', 'id', chunk_time_interval => interval '1 day');
-- Ids of a time and a number: the first of its time, with the number behind.
CREATE FUNCTION id_of(at timestamptz, n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT overlay(to_uuidv7_boundary(at)::text PLACING lpad(to_hex(n), 12, '0') FROM 25)::uuid $$;
INSERT INTO event SELECT id_of(t, d), d, d FROM generate_series(timestamptz '2024-01-01', '2024-01-09 23:00', interval '30 minutes') t, generate_series(1, 3) d;
CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('1 hour', id) AS hour, device, sum(v) AS total, count(*) AS n FROM event GROUP BY 1, 2 WITH NO DATA;
CREATE MATERIALIZED VIEW weekly WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('1 week', id, timezone => 'Europe/Berlin') AS week, max(v) AS high FROM event GROUP BY 1 WITH NO DATA;
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('1 day', hour) AS day, sum(total) AS total FROM hourly GROUP BY 1 WITH NO DATA;
CREATE VIEW direct AS SELECT time_bucket('1 hour', id) AS hour, device, sum(v) AS total, count(*) AS n FROM event GROUP BY 1, 2;
CREATE VIEW differences AS (TABLE hourly EXCEPT ALL TABLE direct) UNION ALL (TABLE direct EXCEPT ALL TABLE hourly);

-- Nothing computed, a half, all.
SELECT count(*) AS different, (SELECT count(*) FROM hourly), (SELECT count(*) FROM weekly) FROM differences;
CALL refresh_continuous_aggregate('hourly', NULL, timestamptz '2024-01-05 12:30');
SELECT watermark FROM timescaledb_information.continuous_aggregates WHERE view_name = 'hourly';
SELECT count(*) FROM differences;
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
CALL refresh_continuous_aggregate('weekly', NULL, NULL);
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT count(*) FROM differences;
SELECT * FROM weekly ORDER BY 1;
SELECT pg_typeof(hour), min(hour), max(hour) FROM hourly GROUP BY 1;

-- Changes.
INSERT INTO event VALUES (id_of('2024-01-02 03:10', 7), 1, 500);
UPDATE event SET v = v + 1 WHERE id = id_of('2024-01-03 04:00', 2);
UPDATE event SET id = id_of('2024-01-05 05:15', 8) WHERE id = id_of('2024-01-04 04:00', 3);
DELETE FROM event WHERE id >= to_uuidv7_boundary('2024-01-06 06:00+00') AND id < to_uuidv7_boundary('2024-01-06 07:00+00');
COPY event FROM STDIN;
018cd5a9-b800-7000-8000-000000000001	2	3
\.
INSERT INTO event VALUES (id_of('2024-01-12 03:10', 7), 1, 9);
SELECT bucket, reason FROM verify_continuous_aggregate('hourly') ORDER BY 1;
SELECT count(*) FROM varve_catalog.aggregate_change;
CALL refresh_continuous_aggregate('hourly', timestamptz '2024-01-03', timestamptz '2024-01-06');
SELECT bucket FROM verify_continuous_aggregate('hourly') ORDER BY 1;
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
CALL refresh_continuous_aggregate('weekly', NULL, NULL);
CALL refresh_continuous_aggregate('daily', NULL, NULL, force => true);
SELECT count(*) FROM differences;
SELECT (SELECT count(*) FROM verify_continuous_aggregate('hourly')), (SELECT count(*) FROM verify_continuous_aggregate('weekly')), (SELECT count(*) FROM verify_continuous_aggregate('daily'));
SELECT * FROM weekly ORDER BY 1;

-- A prepared statement follows the watermark; where it is not folded it is the same.
SET plan_cache_mode = force_generic_plan;
PREPARE recent (timestamptz) AS SELECT count(*), sum(n) FROM hourly WHERE hour >= $1;
EXECUTE recent('2024-01-09');
INSERT INTO event SELECT id_of(t, 1), 1, 1 FROM generate_series(timestamptz '2024-01-13', '2024-01-14', interval '1 hour') t;
EXECUTE recent('2024-01-09');
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
EXECUTE recent('2024-01-09');
CREATE FUNCTION inlined(since timestamptz) RETURNS TABLE (hour timestamptz, n bigint) LANGUAGE sql STABLE AS $$ SELECT hour, n FROM hourly WHERE hour >= since $$;
SELECT count(*), sum(n) FROM inlined('2024-01-09');

-- Dropped chunks; windows that are wrong; a policy; the beginning of all UUIDs.
SELECT count(*) FROM drop_chunks('event', older_than => timestamptz '2024-01-03');
CALL refresh_continuous_aggregate('hourly', NULL, NULL, force => true);
SELECT count(DISTINCT reason), min(reason) FROM verify_continuous_aggregate('hourly');
CALL refresh_continuous_aggregate('hourly', 1, 2);
CALL refresh_continuous_aggregate('hourly', timestamptz '2024-01-03 00:10', timestamptz '2024-01-03 00:50');
SELECT add_continuous_aggregate_policy('hourly', interval '7 days', interval '1 hour', interval '1 hour', initial_start => '2100-01-01') > 0 AS added;
INSERT INTO event VALUES ('00000000-0000-7000-8000-000000000000', 1, 1);
CALL refresh_continuous_aggregate('weekly', NULL, NULL);
SELECT * FROM weekly ORDER BY 1 LIMIT 1;
SELECT bucket, reason FROM verify_continuous_aggregate('weekly') WHERE reason <> 'rows dropped';
