-- first() and last() give what ORDER BY time LIMIT 1 gives, over every type of value and time, serial
-- and parallel, partial and whole.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT setseed(0.42);

-- Semantics: rows without a time are as if absent; a NULL value counts as any other.
SELECT first(v, t), last(v, t) FROM (VALUES (1, 5), (2, NULL), (3, 2), (4, 9)) r(v, t);
SELECT first(v, t), last(v, t) FROM (VALUES (NULL, 1), (2, 2), (NULL, 3)) r(v, t);
SELECT first(v, t), last(v, t) FROM (VALUES (1, NULL::timestamptz), (2, NULL)) r(v, t);
SELECT first(v, t), last(v, t) FROM (SELECT 1 AS v, now() AS t WHERE false) r;
SELECT first(v, t), last(v, t) FROM (VALUES ('a'::text, timestamptz 'infinity'), ('b', '-infinity'), ('c', now())) r(v, t);
-- Of equal times any may win; it is one of them.
SELECT first(v, t) IN (1, 2) AS first, last(v, t) IN (1, 2) AS last FROM (VALUES (1, 7), (2, 7)) r(v, t);
-- A type without an order, or no type at all.
\set VERBOSITY terse
SELECT first(1, '(0,0)'::point);
SELECT last(v, t) FROM (SELECT 1 AS v, json '{}' AS t WHERE false) r;
SELECT last(v, t) FROM (VALUES (1, json '{}')) r(v, t);
\set VERBOSITY default

-- As in docs/first-last.md.
CREATE TABLE trade AS SELECT timestamptz '2024-02-29 12:00+00' + i * interval '1 min' AS time, chr(65 + i % 2) AS symbol, 10 + (i * 7 % 11)::float8 AS price
FROM generate_series(1, 20) i;
SELECT symbol, first(price, time) AS open, max(price) AS high, min(price) AS low, last(price, time) AS close
FROM trade GROUP BY symbol ORDER BY symbol;
SELECT symbol, histogram(price, 10, 20, 5) FROM trade GROUP BY symbol ORDER BY symbol;

-- Random data with NULLs, values by value and by reference, some of them toasted, times of every type
-- that orders; no two rows of a group have one time.
CREATE TABLE reading AS
SELECT g AS device, timestamptz '2024-01-01' + random() * interval '30 days' + i * interval '1 us' AS t, i,
    CASE WHEN random() > 0.1 THEN random() END AS f8,
    CASE WHEN random() > 0.1 THEN repeat(md5(random()::text), (random() * 20)::int) END AS txt,
    CASE WHEN random() > 0.1 THEN (random() * 1000)::numeric(10, 3) END AS num,
    CASE WHEN random() > 0.1 THEN array[i, NULL, g] END AS arr
FROM generate_series(0, 9) g, generate_series(1, 400) i;
UPDATE reading SET t = NULL WHERE i % 37 = 0;
ALTER TABLE reading ALTER txt SET STORAGE EXTERNAL;
INSERT INTO reading SELECT g, timestamptz '2023-12-31' + g * interval '1 s', 401, 1, repeat(chr(65 + g), 10000), 1, NULL FROM generate_series(0, 9) g;
INSERT INTO reading SELECT g, timestamptz '2024-12-31' + g * interval '1 s', 402, NULL, repeat(chr(75 + g), 20000), 2, '{1}' FROM generate_series(0, 9) g;
ANALYZE reading;

-- What the aggregates say, and what plain SQL says; t stands for every type of time.
CREATE VIEW by_aggregate AS
SELECT device, first(f8, t) AS f8, last(f8, t) AS f8_last, first(txt, t::timestamp) AS txt, last(txt, t::timestamp) AS txt_last,
    first(num, extract(epoch FROM t)) AS num, last(num, extract(epoch FROM t)) AS num_last,
    first(arr, t::text COLLATE "C") AS arr, last(arr, t::text COLLATE "C") AS arr_last,
    first(r, t) AS row, last(r, t) AS row_last, first(i, (t, i)) AS by_row, last(txt, extract(epoch FROM t)::float8) AS by_float
FROM reading r GROUP BY device;
CREATE VIEW by_order AS
SELECT g.device, a.f8, z.f8 AS f8_last, a.txt, z.txt AS txt_last, a.num, z.num AS num_last, a.arr, z.arr AS arr_last,
    a.row, z.row AS row_last, a.i AS by_row, z.txt AS by_float
FROM generate_series(0, 9) g(device),
    LATERAL (SELECT reading AS row, * FROM reading WHERE reading.device = g.device AND t IS NOT NULL ORDER BY t LIMIT 1) a,
    LATERAL (SELECT reading AS row, * FROM reading WHERE reading.device = g.device AND t IS NOT NULL ORDER BY t DESC LIMIT 1) z;
SELECT count(*), count(f8), count(f8_last), sum(length(txt)) AS txt, sum(length(txt_last)) AS txt_last FROM by_aggregate;
SELECT count(*) AS equal FROM (SELECT a::text FROM by_aggregate a INTERSECT SELECT o::text FROM by_order o) both_of_them;

-- Over time in both directions: each row replaces what the state holds, or none does.
SELECT last(txt, t) = max(txt) FILTER (WHERE i = 402) AS ascending FROM (SELECT * FROM reading WHERE device = 3 ORDER BY t) r;
SELECT first(txt, t) = max(txt) FILTER (WHERE i = 401) AS descending FROM (SELECT * FROM reading WHERE device = 3 ORDER BY t DESC) r;

-- As window functions, over grouping sets, and beside other aggregates.
SELECT count(*) AS rows, count(*) FILTER (WHERE w = i) AS equal
FROM (SELECT i, last(i, t) OVER (ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS w FROM reading WHERE device = 1 AND t IS NOT NULL) r;
SELECT device, count(*), left(first(txt, t), 3) AS first, length(last(txt, t)) AS last FROM reading WHERE device < 2 GROUP BY GROUPING SETS ((), (device)) ORDER BY device;

-- In parallel: partial states, serialized, combined.
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = off;
EXPLAIN (COSTS OFF) SELECT device, first(txt, t), last(num, t) FROM reading GROUP BY device;
SELECT count(*) AS equal FROM (SELECT a::text FROM by_aggregate a INTERSECT SELECT o::text FROM by_order o) both_of_them;
SELECT last(txt, t) = repeat('T', 20000) AS whole_table, first(i, t) AS first FROM reading;
-- Workers that see no row with a time.
SELECT first(v, t), last(v, t) FROM (SELECT f8 AS v, t FROM reading WHERE t IS NULL) r;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
RESET parallel_leader_participation;

-- Partial states of partitions, combined in one process.
CREATE TABLE parted (LIKE reading) PARTITION BY RANGE (device);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES FROM (0) TO (5);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (5) TO (10);
INSERT INTO parted SELECT * FROM reading;
SET enable_partitionwise_aggregate = on; SET max_parallel_workers_per_gather = 0;
EXPLAIN (COSTS OFF) SELECT i % 7, first(txt, t), last(num, t) FROM parted GROUP BY i % 7;
SELECT count(*) AS equal FROM (
    SELECT i % 7, first(txt, t), last(num, t), first(arr, t) FROM parted GROUP BY i % 7
    INTERSECT SELECT i % 7, first(txt, t), last(num, t), first(arr, t) FROM reading GROUP BY i % 7) both_of_them;
RESET enable_partitionwise_aggregate; RESET max_parallel_workers_per_gather;

-- A state holds one value, however many rows pass: 200,000 rows of 100 bytes, each the newest so far.
CREATE FUNCTION memory_of(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE line text; used bigint := 0;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) ' || query LOOP
        used := greatest(used, substring(line FROM 'Memory Usage: (\d+)kB')::bigint);
    END LOOP;
    RETURN used;
END $$;
SELECT memory_of('SELECT g % 2, last(repeat(chr(65 + g % 26), 100), g) FROM generate_series(1, 200000) g GROUP BY g % 2') < 200 AS bounded;
