-- Aggregates of whole tables by vectors: to the bit what rows give, one by one, in the same order; where they are used.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;

CREATE FUNCTION given(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT string_agg(q::text, ''|'') FROM (%s) q', query) INTO result;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    RETURN 'ERROR ' || SQLSTATE;
END $$;
CREATE FUNCTION same(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan text;
    is_used boolean := false;
    vectorized text;
    by_rows text;
BEGIN
    FOR plan IN EXECUTE 'EXPLAIN ' || query LOOP is_used := is_used OR plan LIKE '%VectorizedAggregate%'; END LOOP;
    vectorized := given(query);
    PERFORM set_config('varve.enable_vectorized', 'off', true);
    by_rows := given(query);
    PERFORM set_config('varve.enable_vectorized', 'on', true);
    RETURN CASE WHEN vectorized IS DISTINCT FROM by_rows THEN format('DIFFERENT: %s, by rows %s', vectorized, by_rows) ELSE by_rows END || CASE WHEN is_used THEN '' ELSE ', not vectorized' END;
END $$;

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
SELECT q, same(q) FROM (VALUES ('SELECT host, count(*) FROM t GROUP BY host ORDER BY 1'), ('SELECT count(*) FROM t HAVING count(*) > 5'), ('SELECT count(DISTINCT host) FROM t'), ('SELECT count(*) FILTER (WHERE ok) FROM t'), ('SELECT sum(d + 1) FROM t'), ('SELECT sum(n) FROM t'),
    ('SELECT stddev(d) FROM t'), ('SELECT count(*), max(c) FROM t'), ('SELECT count(*) FROM t a JOIN t b USING (host, time)'), ('SELECT count(*) OVER () FROM t LIMIT 1'), ('SELECT generate_series(1, count(*)::int) FROM t LIMIT 1'), ('SELECT count(*) FROM t TABLESAMPLE SYSTEM (100)'),
    ('SELECT count(xmin) FROM t')) v(q);

\echo -- numbers at their ends
CREATE TABLE ends (time timestamptz NOT NULL, k int, d float8, r real);
SELECT created FROM create_hypertable('ends', by_range('time', interval '1 day'), create_default_indexes => false);
ALTER TABLE ends SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'time');
INSERT INTO ends SELECT '2024-01-01'::timestamptz + k * interval '1 s', k, d, CASE WHEN abs(d) < 1e39 OR d IN ('Infinity', '-Infinity', 'NaN') THEN d WHEN d > 0 THEN 3e38 ELSE -3e38 END
    FROM unnest('{1,-0,0,1e200,1,-1e200,1.7e308,1.7e308,-1.7e308,Infinity,-Infinity,NaN,1e-30,2}'::float8[]) WITH ORDINALITY u(d, k);
SELECT count(compress_chunk(c)) FROM show_chunks('ends') c;
SELECT f, l, same(format('SELECT sum(d), sum(r) FROM ends WHERE k BETWEEN %s AND %s', f, l)), same(format('SELECT avg(d), avg(r) FROM ends WHERE k BETWEEN %s AND %s', f, l)), same(format('SELECT min(d), max(d), min(r), max(r) FROM ends WHERE k BETWEEN %s AND %s', f, l))
FROM (VALUES (1, 3), (2, 2), (2, 3), (3, 3), (1, 5), (4, 6), (6, 8), (7, 8), (7, 9), (7, 7), (9, 10), (10, 10), (10, 11), (11, 11), (12, 14), (12, 12), (1, 12), (7, 12), (13, 14)) v(f, l);

\echo -- what it tells
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
