-- Conditions on the time that the range of a chunk makes certain are not evaluated for its rows.
SET timezone = 'UTC';
SET datestyle = ISO;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
SET enable_indexonlyscan = off;
CREATE TABLE metric (time timestamptz NOT NULL, device int, v float8);
SELECT create_hypertable('metric', 'time', chunk_time_interval => interval '1 day', create_default_indexes => false);
INSERT INTO metric SELECT t, 1, 1 FROM generate_series(timestamptz '2024-01-01', '2024-01-04 23:00', '1 hour') t;
CREATE FUNCTION plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP RETURN NEXT line; END LOOP;
END $$;

-- Both ends, each in its chunk; the same turned around; at the very edges.
SELECT plan($$SELECT * FROM metric WHERE time >= '2024-01-01 06:00' AND time < '2024-01-03 06:00'$$);
SELECT plan($$SELECT * FROM metric WHERE '2024-01-01 06:00' < time AND '2024-01-02 12:00' >= time AND device > 0$$);
SELECT plan($$SELECT * FROM metric WHERE time >= '2024-01-02' AND time < '2024-01-03'$$);
SELECT plan($$SELECT * FROM metric WHERE time > '2024-01-02' AND time <= '2024-01-02 23:59:59.999999'$$);
-- Of other types, other columns, OR, and what is known only later, all are evaluated.
SELECT plan($$SELECT * FROM metric WHERE time >= date '2024-01-04'$$);
SELECT plan($$SELECT * FROM metric WHERE time > timestamp '2024-01-03 12:00' AND time < '2024-01-05'$$);
SELECT plan($$SELECT * FROM metric WHERE time <> '2023-01-01' AND time > '2024-01-04'$$);
SELECT plan($$SELECT * FROM metric WHERE (time >= '2024-01-04' OR v > 1) AND time >= '2024-01-04'$$);
-- A view, a join, DML, a tuple that is locked.
SELECT plan($$SELECT * FROM metric a JOIN metric b USING (time) WHERE a.time >= '2024-01-04'$$);
SELECT plan($$UPDATE metric SET v = 2 WHERE time >= '2024-01-03 12:00' AND time < '2024-01-05'$$);
SELECT plan($$DELETE FROM metric WHERE time >= '2024-01-04'$$);
SELECT plan($$SELECT * FROM metric WHERE time >= '2024-01-04' FOR UPDATE$$);

-- Plans that are kept are made anew when ranges change.
PREPARE all_of_it AS SELECT count(*), min(time), max(time) FROM metric WHERE time >= '2024-01-02' AND time < '2024-01-03';
EXECUTE all_of_it;
SELECT chunk AS first FROM show_chunks('metric') WITH ORDINALITY c (chunk, n) WHERE n = 1 \gset
SELECT chunk AS second FROM show_chunks('metric') WITH ORDINALITY c (chunk, n) WHERE n = 2 \gset
CALL merge_chunks(:'first', :'second');
EXECUTE all_of_it;
SELECT plan($$SELECT * FROM metric WHERE time >= '2024-01-02' AND time < '2024-01-03'$$);
CALL split_chunk(:'first', timestamptz '2024-01-02 12:00');
EXECUTE all_of_it;
SELECT plan($$SELECT * FROM metric WHERE time >= '2024-01-02' AND time < '2024-01-03'$$);

-- The index of another column does not ask either; nor do columns.
RESET enable_indexscan;
CREATE INDEX ON metric (device);
SET enable_seqscan = off;
SELECT plan($$SELECT * FROM metric WHERE device = 1 AND time >= '2024-01-03 12:00'$$);
RESET enable_seqscan;
ALTER TABLE metric SET (tsdb.enable_columnstore, tsdb.segmentby = 'device', tsdb.orderby = 'time');
SELECT count(compress_chunk(c)) FROM show_chunks('metric') c;
SELECT plan($$SELECT sum(v) FROM metric WHERE time >= '2024-01-03 12:00'$$);
SELECT sum(v) FROM metric WHERE time >= '2024-01-03 12:00';

-- Integers; a second dimension keeps its conditions.
CREATE TABLE counted (n int NOT NULL, s text);
SELECT create_hypertable('counted', by_range('n', 10));
INSERT INTO counted SELECT i, i FROM generate_series(-5, 25) i;
SELECT plan($$SELECT s FROM counted WHERE n >= 0 AND n < 15$$);
SELECT count(*) FROM counted WHERE n >= 0 AND n < 15;
SELECT count(*) FROM counted WHERE n > 9 AND n <= 19;
CREATE TABLE placed (n int NOT NULL, place int);
SELECT create_hypertable('placed', by_range('n', 10));
SELECT add_dimension('placed', by_hash('place', 2));
INSERT INTO placed SELECT i, i FROM generate_series(0, 9) i;
SELECT plan($$SELECT * FROM placed WHERE n >= 0$$);
DROP TABLE metric, counted, placed;
