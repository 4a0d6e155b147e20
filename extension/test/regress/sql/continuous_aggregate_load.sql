-- Results whose chunks do not exist yet are loaded before they have indexes: they are the same rows in the same chunks,
-- found by the same indexes, and aggregates above hear of them.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE TABLE raw (time int NOT NULL, device int, v int, word text);
SELECT create_hypertable('raw', 'time', chunk_time_interval => 100);
INSERT INTO raw SELECT i, i % 7, i % 50, 'w' || i % 3 FROM generate_series(0, 2999) i;
-- Raises for one value, when it is told to.
CREATE TABLE switch (breaks boolean);
INSERT INTO switch VALUES (true);
CREATE FUNCTION public.may_break(v int) RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF v = 0 AND (SELECT breaks FROM public.switch) THEN
        RAISE 'it broke' USING ERRCODE = '22012';
    END IF;
    RETURN v;
END $$;
CREATE MATERIALIZED VIEW tens WITH (timescaledb.continuous, timescaledb.chunk_interval = '300') AS
SELECT time_bucket(10, time) AS ten, device, sum(v) AS total, repeat(max(word), 5000) || string_agg(word, '' ORDER BY time) AS long, may_break(min(v)) AS low
FROM raw GROUP BY 1, 2 WITH NO DATA;
CREATE INDEX own ON tens ((total + 1), ten);
CREATE MATERIALIZED VIEW hundreds WITH (timescaledb.continuous) AS SELECT time_bucket(100, ten) AS hundred, sum(total) AS total, count(*) AS n FROM tens GROUP BY 1 WITH NO DATA;
CREATE VIEW chunks AS SELECT c.range_start_integer AS first, c.range_end_integer AS last FROM timescaledb_information.chunks c WHERE c.hypertable_name = '_materialized_hypertable_2' ORDER BY 1;
CREATE VIEW tables AS SELECT count(*) FROM pg_class WHERE relname LIKE '\_hyper\_2\_%' AND relkind = 'r';

-- An error half way: the batch leaves nothing behind, neither rows nor a table.
CALL refresh_continuous_aggregate('tens', NULL, 1000, options => '{"buckets_per_batch": 1000}');
SELECT * FROM tables;
SELECT count(*) FROM tens;
SELECT pending_ranges FROM timescaledb_information.continuous_aggregates WHERE view_name = 'tens';
UPDATE switch SET breaks = false;

-- One batch over several chunks that do not exist; the newest is filled half.
CALL refresh_continuous_aggregate('tens', 600, 1000, options => '{"buckets_per_batch": 1000}');
SELECT * FROM chunks;
CALL refresh_continuous_aggregate('hundreds', NULL, NULL);
SELECT min(hundred), max(hundred), sum(n) FROM hundreds;
-- Older results, below the watermark of the aggregate above; a chunk for each of its own batches, and the rest of the half.
CALL refresh_continuous_aggregate('tens', NULL, NULL);
SELECT * FROM chunks;
SELECT count(*) FROM verify_continuous_aggregate('tens');
SELECT DISTINCT reason FROM verify_continuous_aggregate('hundreds');
CALL refresh_continuous_aggregate('hundreds', NULL, NULL);
SELECT count(*) FROM verify_continuous_aggregate('hundreds');

-- Rows are in the order of their buckets, each in its chunk, with indexes that find all of them.
SELECT count(*) FILTER (WHERE ten < before) AS out_of_order FROM (SELECT ten, lag(ten) OVER (PARTITION BY tableoid ORDER BY ctid) AS before FROM _timescaledb_internal._materialized_hypertable_2) x;
SELECT count(*), count(DISTINCT c.relation) FROM pg_index i JOIN varve_catalog.chunk c ON c.relation = i.indrelid WHERE c.hypertable_id = 2 AND i.indisvalid AND i.indisready;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT count(*), sum(total), sum(length(long)) FROM tens WHERE device = 3;
SELECT count(*) FROM tens WHERE total + 1 > 0;
RESET enable_seqscan;
RESET enable_bitmapscan;
SELECT count(*), sum(total), sum(length(long)) FROM tens WHERE device = 3;

-- Columns that came later; nothing found by the query, no chunk.
ALTER MATERIALIZED VIEW tens ADD COLUMN high int GENERATED ALWAYS AS (max(v)) STORED;
INSERT INTO raw SELECT i, 1, i, 'new' FROM generate_series(5000, 5400, 7) i;
CALL refresh_continuous_aggregate('tens', NULL, NULL);
SELECT count(*), count(high) FROM tens WHERE ten >= 5000;
SELECT count(*) FROM verify_continuous_aggregate('tens');
CREATE MATERIALIZED VIEW none WITH (timescaledb.continuous) AS SELECT time_bucket(10, time) AS ten, count(*) FROM raw WHERE device > 100 GROUP BY 1;
SELECT count(*) FROM show_chunks('none');
SELECT count(*) FROM none;
