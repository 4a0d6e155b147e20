-- Aggregates by vectors, of whole tables and of groups: to the bit what rows give, one by one, in the same order; where
-- they are used.
\getenv dir PG_ABS_SRCDIR
\set harness :dir '/sql/vectorized_aggregate.inc'
\set ECHO none
\i :harness
\set ECHO all

CREATE DOMAIN rated AS float8;
CREATE TABLE t (time timestamptz NOT NULL, host int NOT NULL, s smallint, i int, b bigint, r real, d float8, x rated, ok boolean, day date, ts timestamp, clock time, m money, n numeric, c text);
SELECT created FROM create_hypertable('t', by_range('time', interval '1 day'));
ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = 'host', tsdb.orderby = 'time');
INSERT INTO t SELECT '2024-01-01'::timestamptz + k * interval '1 min', h, k % 300 - 100, (k * 1000003::bigint % 2000000011)::int, CASE WHEN k % 7 <> 0 THEN 9e18::bigint - k END,
    CASE WHEN k % 11 <> 0 THEN k / 7.0 END, CASE WHEN k % 13 <> 0 THEN k / 7.0 - 100 END, sqrt(k), k % 3 = 0, '2024-01-01'::date + k / 100, '2024-01-01'::timestamp + k * interval '1 hour',
    '00:00'::time + k * interval '1 s', k::money, k / 3.0, 'c ' || k % 50
    FROM generate_series(0, 4000) k, generate_series(1, 3) h;
-- One chunk of rows; in the others rows beside the columns, and deleted ones.
SELECT count(compress_chunk(c)) FROM show_chunks('t', older_than => '2024-01-03'::timestamptz) c;
INSERT INTO t (time, host, i, d, b) SELECT '2024-01-01'::timestamptz + k * interval '1 s', 9, k, k / 3.0, k FROM generate_series(1, 50) k;
DELETE FROM t WHERE host = 2 AND time BETWEEN '2024-01-01 10:00' AND '2024-01-01 20:00';
UPDATE t SET d = -5 WHERE host = 1 AND s = 0;
ALTER TABLE t ADD COLUMN later int DEFAULT 7;
VACUUM ANALYZE t;

\echo -- each aggregate of each type
SELECT a, c, same(format('SELECT %s(%s) FROM t', a, c)) FROM (VALUES ('count'), ('sum'), ('avg'), ('min'), ('max')) a(a), (VALUES ('s'), ('i'), ('b'), ('r'), ('d'), ('x'), ('later'), ('m')) c(c) WHERE (a, c) <> ('avg', 'm') ORDER BY c, a;
SELECT a, c, same(format('SELECT %s(%s) FROM t', a, c)) FROM (VALUES ('count'), ('min'), ('max')) a(a), (VALUES ('time'), ('day'), ('ts'), ('clock'), ('n'), ('c'), ('ok')) c(c) WHERE (a, c) NOT IN (('min', 'ok'), ('max', 'ok')) ORDER BY c, a;
\echo -- together, within expressions, with conditions
SELECT q, same(q) FROM (VALUES ('SELECT count(*) FROM t'), ('SELECT sum(d) + 1, avg(d) * 2, count(*) - count(d), sum(d) FROM t'), ('SELECT sum(d), count(*) FROM t WHERE d > 50'), ('SELECT sum(d) FROM t WHERE d > 1e9'), ('SELECT count(d), count(*) FROM t WHERE d > 1e9'),
    ('SELECT max(d) FROM t WHERE c > ''c 3'' AND i % 2 = 0 AND d < 100'), ('SELECT avg(i) FROM t WHERE time > ''2024-01-02''::timestamptz AND time < ''2024-01-02 12:00'''), ('SELECT sum(i) FROM t WHERE host = 2'), ('SELECT sum(i) FROM t WHERE host = ANY (ARRAY(SELECT 2))'),
    ('SELECT count(*) FROM t WHERE ok'), ('SELECT min(d), max(d) FROM t WHERE d IS NOT NULL AND r IS NULL'), ('SELECT count(*) FROM _timescaledb_internal._hyper_1_1_chunk'), ('SELECT sum(d), 1 + 1, now() IS NULL FROM t'),
    ('SELECT h, (SELECT sum(b) FROM t WHERE host = h) FROM generate_series(1, 4) h'), ('SELECT h, x.* FROM generate_series(1, 4) h, LATERAL (SELECT sum(d), count(*) FROM t WHERE host = h AND d < h * 10) x'),
    ('SELECT k, (SELECT sum(i) FROM t WHERE time < ''2024-01-01''::timestamptz + k * interval ''1 day'') FROM generate_series(0, 3) k'), ('SELECT * FROM (SELECT sum(d) s FROM t) x WHERE s > 0 LIMIT 1'), ('SELECT (SELECT count(*) FROM t) + (SELECT sum(s) FROM t)')) v(q);
\echo -- left to PostgreSQL
SELECT q, same(q) FROM (VALUES ('SELECT d, count(*) FROM t GROUP BY d'), ('SELECT i + 1, count(*) FROM t GROUP BY 1'), ('SELECT host FROM t GROUP BY host'), ('SELECT host, s, i, ok, day, count(*) FROM t GROUP BY 1, 2, 3, 4, 5'),
    ('SELECT host, count(*) FROM t GROUP BY ROLLUP (host)'), ('SELECT host, count(*) FROM t WHERE random() < 2 GROUP BY host'), ('SELECT count(DISTINCT host) FROM t'), ('SELECT sum(d + 1) FROM t'), ('SELECT n, count(*) FROM t GROUP BY n'), ('SELECT min(n) FROM t'),
    ('SELECT stddev(d) FROM t'), ('SELECT count(*), max(c) FROM t'), ('SELECT count(*) FROM t a JOIN t b USING (host, time)'), ('SELECT count(*) OVER () FROM t LIMIT 1'), ('SELECT generate_series(1, count(*)::int) FROM t LIMIT 1'), ('SELECT count(*) FROM ONLY t')) v(q);

\echo -- numbers at their ends
CREATE TABLE ends (time timestamptz NOT NULL, k int, d float8, r real);
SELECT created FROM create_hypertable('ends', by_range('time', interval '1 day'), create_default_indexes => false);
ALTER TABLE ends SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'time');
INSERT INTO ends SELECT '2024-01-01'::timestamptz + k * interval '1 s', k, d, CASE WHEN abs(d) < 1e39 OR d IN ('Infinity', '-Infinity', 'NaN') THEN d WHEN d > 0 THEN 3e38 ELSE -3e38 END
    FROM unnest('{1,-0,0,1e200,1,-1e200,1.7e308,1.7e308,-1.7e308,Infinity,-Infinity,NaN,1e-30,2}'::float8[]) WITH ORDINALITY u(d, k);
SELECT count(compress_chunk(c)) FROM show_chunks('ends') c;
SELECT f, l, same(format('SELECT sum(d), sum(r) FROM ends WHERE k BETWEEN %s AND %s', f, l)), same(format('SELECT avg(d), avg(r) FROM ends WHERE k BETWEEN %s AND %s', f, l)), same(format('SELECT min(d), max(d), min(r), max(r) FROM ends WHERE k BETWEEN %s AND %s', f, l))
FROM (VALUES (1, 3), (2, 2), (2, 3), (3, 3), (1, 5), (4, 6), (6, 8), (7, 8), (7, 9), (7, 7), (9, 10), (10, 10), (10, 11), (11, 11), (12, 14), (12, 12), (1, 12), (7, 12), (13, 14)) v(f, l);

\echo -- groups
SELECT q, same(q) FROM (VALUES ('SELECT host, count(*), sum(d), avg(r), min(i), max(b) FROM t GROUP BY host'), ('SELECT s, count(*), sum(d) FROM t GROUP BY s'), ('SELECT b, count(*) FROM t GROUP BY b'), ('SELECT ok, count(*) FROM t GROUP BY ok'), ('SELECT day, sum(d) FROM t GROUP BY day'), ('SELECT ts, sum(d) FROM t GROUP BY ts'), ('SELECT clock, sum(d) FROM t GROUP BY clock'),
    ('SELECT host, ok, s, count(d) FROM t GROUP BY 1, 2, 3'), ('SELECT later, host, sum(x) FROM t GROUP BY 1, 2'), ('SELECT host * 2, sum(d) + host, count(*) FROM t GROUP BY host'), ('SELECT count(*) FROM t GROUP BY host, ok'), ('SELECT host, host, count(*) FROM t GROUP BY 1, 2'), ('SELECT host, sum(d) FROM t WHERE d > 1e9 GROUP BY host'),
    ('SELECT time_bucket(''1 hour'', time), sum(d) FROM t GROUP BY 1'), ('SELECT time_bucket(''7 min'', time, timestamptz ''2024-01-01 00:03''), host, sum(d), count(*) FROM t WHERE d > 10 AND c > ''c 2'' GROUP BY 1, 2'), ('SELECT time_bucket(''1 month'', ts), avg(d) FROM t GROUP BY 1'), ('SELECT time_bucket(7, i), count(*) FROM t GROUP BY 1'), ('SELECT time_bucket(1000000, i, 3), count(*) FROM t GROUP BY 1'),
    ('SELECT time_bucket(''10 days'', day), sum(d) FROM t GROUP BY 1'), ('SELECT date_trunc(''day'', ts), sum(d) FROM t GROUP BY 1'), ('SELECT extract(hour FROM date_trunc(''hour'', time)), date_trunc(''hour'', time), max(d) FROM t GROUP BY 2'), ('SELECT date_trunc(''hour'', time), ok, sum(d) FROM t GROUP BY 1, 2'),
    ('SELECT h, x.* FROM generate_series(0, 4) h, LATERAL (SELECT s, sum(i) FROM t WHERE host = h AND i % 3 = 0 GROUP BY s) x'), ('SELECT * FROM (SELECT host, sum(d) FROM t GROUP BY host) x ORDER BY 1 LIMIT 2')) v(q);
\echo -- by the clock of zones that set it forth and back
CREATE TABLE year (time timestamptz NOT NULL, k int);
SELECT created FROM create_hypertable('year', by_range('time', interval '400 days'), create_default_indexes => false);
ALTER TABLE year SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'time DESC');
INSERT INTO year SELECT '2017-01-01'::timestamptz + k * interval '20 min', k FROM generate_series(1, 27000) k;
SELECT count(compress_chunk(c)) FROM show_chunks('year') c;
VACUUM ANALYZE year;
CREATE FUNCTION same_in(zone text, unit text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('timezone', zone, true);
    RETURN same(format('SELECT date_trunc(%L, time), sum(k), count(*) FROM year GROUP BY 1', unit));
END $$;
SELECT zone, width, same(format('SELECT time_bucket(%L, time, %L), sum(k), count(*) FROM year GROUP BY 1', width, zone)) FROM (VALUES ('Europe/Berlin'), ('Australia/Lord_Howe'), ('America/Sao_Paulo'), ('Pacific/Apia')) z(zone), (VALUES ('20 min'), ('45 min'), ('1 hour'), ('7 hours'), ('1 day'), ('1 month')) w(width) ORDER BY 1, 2;
SELECT zone, unit, same_in(zone, unit) FROM (VALUES ('Europe/Berlin'), ('Australia/Lord_Howe'), ('America/Sao_Paulo'), ('Pacific/Apia'), ('Asia/Kathmandu')) z(zone), (VALUES ('hour'), ('day'), ('week'), ('month'), ('quarter'), ('year')) u(unit) ORDER BY 1, 2;
\echo -- in little memory: the table is read as often as that takes (rows would go to disk, and doubles be added in another order)
SET work_mem = '64kB';
SET hash_mem_multiplier = 1;
SET enable_hashagg = off;  -- which the planner prefers then
SET enable_sort = off;
SELECT q, same(q) FROM (VALUES ('SELECT i, count(*), sum(s) FROM t GROUP BY i'), ('SELECT host, i, sum(s) FROM t WHERE s > 0 GROUP BY 1, 2'), ('SELECT time_bucket(''1 min'', time), sum(s) FROM t GROUP BY 1'), ('SELECT count(*), sum(n) FROM (SELECT i, count(*) n FROM t GROUP BY i) x'),
    ('SELECT h, (SELECT sum(n) FROM (SELECT i, count(*) n FROM t WHERE host = h GROUP BY i) y) FROM generate_series(1, 3) h')) v(q);
CREATE FUNCTION reads(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (ANALYZE) ' || query LOOP
        IF line ~ 'Reads: ' THEN RETURN substring(line, 'Reads: (\d+)')::int BETWEEN 3 AND 100; END IF;
    END LOOP;
    RETURN NULL;
END $$;
SELECT reads('SELECT i, count(*), sum(s) FROM t GROUP BY i') AS several, reads('SELECT host, count(*) FROM t GROUP BY host') AS one;
RESET work_mem; RESET hash_mem_multiplier; RESET enable_hashagg; RESET enable_sort;

\echo -- what it tells
EXPLAIN (costs off) SELECT host, time_bucket('1 hour', time) AS hour, sum(d) FROM t GROUP BY 1, 2 ORDER BY 1, 2;
EXPLAIN (costs off, verbose) SELECT sum(d) + 1, count(*) FROM t WHERE i > 5;
EXPLAIN (costs off, analyze, timing off, summary off) SELECT count(*) FROM t WHERE i > 5 AND c > 'c 2';
SET varve.enable_vectorized = off;
EXPLAIN (costs off) SELECT count(*) FROM _timescaledb_internal._hyper_1_1_chunk;
RESET varve.enable_vectorized;
\echo -- chunks that are left out when it runs, and chunks of rows
EXPLAIN (costs off, analyze, timing off, summary off) SELECT k, (SELECT sum(i) FROM t WHERE time < '2024-01-01'::timestamptz + k * interval '1 day') FROM generate_series(0, 1) k;
SET plan_cache_mode = force_generic_plan;
PREPARE q(timestamptz) AS SELECT count(*), sum(i) FROM t WHERE time < $1;
EXPLAIN (costs off) EXECUTE q('2024-01-02');
EXECUTE q('2024-01-02');
SELECT count(compress_chunk(c)) FROM show_chunks('t', newer_than => '2024-01-03'::timestamptz) c;
EXPLAIN (costs off) EXECUTE q('2024-01-02');
EXECUTE q('2024-01-02');
EXECUTE q('-infinity');
EXECUTE q('2024-01-03 12:00');
SELECT count(decompress_chunk(c)) FROM show_chunks('t') c;
EXECUTE q('2024-01-03 12:00');
EXPLAIN (costs off) EXECUTE q('2024-01-02');
