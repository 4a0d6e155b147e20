-- A refresh writes the results that differ, and leaves the others where they are: whatever their types, alike or not.
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE TABLE raw (time timestamptz NOT NULL, device int, v numeric, note text, f float8);
SELECT create_hypertable('raw', 'time', chunk_time_interval => interval '1 day');
INSERT INTO raw SELECT '2024-01-01'::timestamptz + i * interval '1 hour', nullif(i % 3, 2), i, 'n' || i, i FROM generate_series(0, 95) i;
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
SELECT time_bucket('1 day', time) AS day, device, count(*) AS n, sum(v) AS total, json_agg(note ORDER BY time) AS notes, min(f) AS low,
    array_agg(v ORDER BY time) AS list, interval '1 day' * max(f) AS span, string_agg(repeat(note, 300), '' ORDER BY time) AS long
FROM raw GROUP BY 1, 2;
SELECT format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name) AS results FROM timescaledb_information.continuous_aggregates WHERE view_name = 'daily' \gset
CREATE TABLE before AS SELECT tableoid AS chunk, ctid AS place, day, device FROM :results;
CREATE FUNCTION moved(results regclass) RETURNS TABLE (day date, device int) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT r.day::date, r.device FROM %s r WHERE NOT EXISTS (SELECT FROM before b WHERE b.chunk = r.tableoid AND b.place = r.ctid) ORDER BY 1, 2', results);
    DELETE FROM before;
    EXECUTE format('INSERT INTO before SELECT tableoid, ctid, day, device FROM %s', results);
END $$;

-- Nothing has changed, and all is computed.
CALL refresh_continuous_aggregate('daily', NULL, NULL, force => true);
SELECT * FROM moved(:'results');
-- A late row of one group, of a group that is new, one deleted, one that changes groups.
INSERT INTO raw VALUES ('2024-01-02 05:30', 1, 5, 'late', 1);
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT * FROM moved(:'results');
INSERT INTO raw VALUES ('2024-01-03 05:30', 7, 5, 'new', 1);
DELETE FROM raw WHERE time = '2024-01-01 02:00';
UPDATE raw SET device = 0 WHERE time = '2024-01-04 02:00';
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT * FROM moved(:'results');
DELETE FROM raw WHERE device = 7;
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT * FROM moved(:'results');
SELECT day, device, n, total, low, span FROM daily ORDER BY 1, 2;
-- Values that are equal, and look different, are different.
UPDATE raw SET v = v + 0.00 WHERE time = '2024-01-02 04:00';
UPDATE raw SET f = '-0' WHERE time = '2024-01-01 00:00';
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT * FROM moved(:'results');
SELECT total, low FROM daily WHERE day <= '2024-01-02' AND device < 2 ORDER BY day, device;
SELECT count(*) FROM verify_continuous_aggregate('daily');

-- Rows that are alike: what they are grouped by is not selected.
CREATE MATERIALIZED VIEW alike WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, count(*) AS n FROM raw GROUP BY 1, device;
SELECT n, count(*) FROM alike GROUP BY 1 ORDER BY 1;
DELETE FROM raw WHERE time IN ('2024-01-02 00:00', '2024-01-02 01:00', '2024-01-03 00:00');
CALL refresh_continuous_aggregate('alike', NULL, NULL);
SELECT n, count(*) FROM alike GROUP BY 1 ORDER BY 1;
INSERT INTO raw SELECT '2024-01-02'::timestamptz, d, 1, '', 1 FROM generate_series(10, 13) d;
CALL refresh_continuous_aggregate('alike', NULL, NULL);
DELETE FROM raw WHERE device IN (10, 12);
CALL refresh_continuous_aggregate('alike', NULL, NULL);
SELECT n, count(*) FROM alike GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM verify_continuous_aggregate('alike');

-- More results than may be compared: all are replaced.
CREATE MATERIALIZED VIEW many WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, device, count(*) AS n FROM raw GROUP BY 1, 2 WITH NO DATA;
INSERT INTO raw SELECT '2024-01-02 12:00', d, 1, '', 1 FROM generate_series(1000, 13000) d;
SET maintenance_work_mem = '1MB';
CALL refresh_continuous_aggregate('many', NULL, NULL);
INSERT INTO raw VALUES ('2024-01-02 13:00', 1000, 1, '', 1), ('2024-01-02 13:00', 20000, 1, '', 1);
DELETE FROM raw WHERE device = 1001;
CALL refresh_continuous_aggregate('many', NULL, NULL);
RESET maintenance_work_mem;
SELECT count(*), sum(n), max(n) FROM many WHERE device >= 1000;
INSERT INTO raw VALUES ('2024-01-02 13:00', 1002, 1, '', 1);
CALL refresh_continuous_aggregate('many', NULL, NULL);
SELECT count(*), sum(n), max(n) FROM many WHERE device >= 1000;
SELECT count(*) FROM verify_continuous_aggregate('many');

-- An aggregate over the results hears of what changed in them, and of nothing else.
CREATE MATERIALIZED VIEW upper WITH (timescaledb.continuous) AS SELECT time_bucket('2 days', day) AS days, sum(n) AS n FROM many GROUP BY 1;
INSERT INTO raw VALUES ('2024-01-04 13:00', 1, 1, '', 1);
CALL refresh_continuous_aggregate('many', NULL, NULL);
SELECT pending_buckets FROM timescaledb_information.continuous_aggregates WHERE view_name = 'upper';
CALL refresh_continuous_aggregate('many', NULL, NULL, force => true);
CALL refresh_continuous_aggregate('upper', NULL, NULL);
CALL refresh_continuous_aggregate('many', NULL, NULL, force => true);
SELECT pending_buckets FROM timescaledb_information.continuous_aggregates WHERE view_name = 'upper';
SELECT count(*) FROM verify_continuous_aggregate('upper');
SET client_min_messages = warning;
DROP TABLE raw CASCADE;
DROP TABLE before;
