-- histogram() counts as width_bucket() assigns: below, nbuckets parts of [min, max), from max on.
SELECT histogram(v, 0, 10, 5) FROM (VALUES (-1), (0), (1.99), (2), (5), (9.99), (10), (11), ('infinity'), ('-infinity'), (NULL)) r(v);
SELECT histogram(v, -1, 1, 1) FROM generate_series(-2, 2) v;
-- NULLs are skipped; without a row there is no histogram.
SELECT histogram(NULL, 0, 1, 2) AS no_value, histogram(1, NULL, 1, 2) AS no_bound FROM generate_series(1, 3);
SELECT histogram(v, 0, 1, 2) FROM (SELECT 1.0::float8 AS v WHERE false) r;
SELECT g, histogram(g * 10 + i, 0, 30, 3) FROM generate_series(0, 2) g, generate_series(0, 9) i GROUP BY g ORDER BY g;

-- Against width_bucket, serial and parallel.
SELECT setseed(0.5);
CREATE TABLE sample AS SELECT i, (random() - 0.5) * 20 AS v FROM generate_series(1, 20000) i;
UPDATE sample SET v = NULL WHERE i % 50 = 0;
ANALYZE sample;
CREATE VIEW expected AS
SELECT array_agg(coalesce(n, 0)::int ORDER BY b) AS counts
FROM generate_series(0, 21) b LEFT JOIN (SELECT width_bucket(v, -7, 7, 20) AS b, count(*) AS n FROM sample WHERE v IS NOT NULL GROUP BY 1) s USING (b);
SELECT histogram(v, -7, 7, 20) = (SELECT counts FROM expected) AS serial FROM sample;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = off;
EXPLAIN (COSTS OFF) SELECT histogram(v, -7, 7, 20) FROM sample;
SELECT histogram(v, -7, 7, 20) = (SELECT counts FROM expected) AS parallel FROM sample;
-- Workers that disagree.
\set VERBOSITY sqlstate
SELECT histogram(v, -7, 7, i) FROM sample;
RESET max_parallel_workers_per_gather;

-- Errors: reversed bounds and a changing number (22023); equal bounds, none or too many buckets, NaN.
SELECT histogram(1, 2, 1, 5);
SELECT histogram(1, 0, 1, i) FROM generate_series(2, 3) i;
SELECT histogram(1, 1, 1, 5);
SELECT histogram(1, 0, 1, 0);
SELECT histogram(1, 0, 1, -1);
SELECT histogram('NaN', 0, 1, 2);
SELECT histogram(1, 0, 'infinity', 2);
SELECT histogram(1, 0, 1, 2147483647);
\set VERBOSITY terse
SELECT histogram(1, 2, 1, 5);
SELECT histogram(1, 0, 1, i) FROM generate_series(2, 3) i;
SELECT histogram(1, 0, 1, 2000000000);
