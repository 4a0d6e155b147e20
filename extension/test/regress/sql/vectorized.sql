-- The scan by vectors: the same rows as row by row, whatever the types, the qualifiers and the state of the
-- chunk; where it is used; that nothing is evaluated which row by row would not be.
SET timezone = 'UTC';
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;

-- What a query gives vectorized, row by row and by plans in parallel; how many rows, or the error.
CREATE FUNCTION given(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT count(*) || '' rows '' || coalesce(md5(string_agg(q::text, ''|'' ORDER BY q::text)), '''') FROM (%s) q', query) INTO result;
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
    shared text;
BEGIN
    FOR plan IN EXECUTE 'EXPLAIN ' || query LOOP is_used := is_used OR plan LIKE '%ColumnarScan%'; END LOOP;
    vectorized := given(query);
    PERFORM set_config('varve.enable_vectorized', 'off', true);
    by_rows := given(query);
    PERFORM set_config('varve.enable_vectorized', 'on', true);
    PERFORM set_config('max_parallel_workers_per_gather', '2', true), set_config('parallel_setup_cost', '0', true),
        set_config('parallel_tuple_cost', '0', true), set_config('min_parallel_table_scan_size', '0', true);
    shared := given(query);
    PERFORM set_config('max_parallel_workers_per_gather', '0', true);
    RETURN CASE WHEN vectorized <> by_rows OR shared <> by_rows THEN format('DIFFERENT: %s, by rows %s, in parallel %s', vectorized, by_rows, shared)
        ELSE 'same: ' || split_part(by_rows, ' ', 1) || ' ' || split_part(by_rows, ' ', 2) END || CASE WHEN is_used THEN '' ELSE ', not vectorized' END;
END $$;

CREATE TABLE t (time timestamptz NOT NULL, gone int, host int NOT NULL, s smallint, b bigint, r real, d double precision, ok boolean,
    day date, ts timestamp, o oid, n numeric, u uuid, c text COLLATE "C", e text, v varchar(20), money money, PRIMARY KEY (host, time));
ALTER TABLE t DROP COLUMN gone;
SELECT created FROM create_hypertable('t', by_range('time', interval '10 days'));
ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = 'host', tsdb.orderby = 'time');
INSERT INTO t SELECT '2024-01-01'::timestamptz + i * interval '1 min', h, i % 300 - 100, CASE WHEN i % 7 <> 0 THEN i::bigint * 1000000007 END,
    CASE i % 11 WHEN 0 THEN NULL WHEN 1 THEN 'NaN' WHEN 2 THEN '-Infinity' WHEN 3 THEN '-0' ELSE i / 8.0 END::real,
    CASE i % 13 WHEN 0 THEN NULL WHEN 1 THEN 'NaN' WHEN 2 THEN 'Infinity' WHEN 3 THEN '-0' WHEN 4 THEN 0 ELSE i / 10.0 END,
    CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN true ELSE false END, '2024-01-01'::date + i / 100, '2024-01-01'::timestamp + i * interval '1 hour',
    (4294967295 - i)::oid, i / 3.0, md5(i::text)::uuid, 'c ' || i % 50, 'e ' || i % 50, 'v' || i % 20, i::money
    FROM generate_series(1, 2500) i, generate_series(1, 3) h;
SELECT count(compress_chunk(c)) FROM show_chunks('t') c;
ALTER TABLE t ADD COLUMN later int DEFAULT 7, ADD COLUMN none text;
-- Rows beside the columns, deleted ones, new versions.
INSERT INTO t (time, host, s, d, later) SELECT '2024-01-03'::timestamptz + i * interval '1 s', 9, i, i, i FROM generate_series(1, 50) i;
DELETE FROM t WHERE host = 2 AND time BETWEEN '2024-01-01 10:00' AND '2024-01-01 20:00';
UPDATE t SET d = -5, none = 'there' WHERE host = 1 AND s = 0;
VACUUM ANALYZE t;

\echo -- every operator of each type, with ends, nulls and NaN
SELECT type, column_name, operator, same(format('SELECT * FROM t WHERE %I %s %L::%s', column_name, operator, value, type))
FROM (VALUES ('s', 'smallint', '0'), ('s', 'bigint', '70000'), ('s', 'int', '-101'), ('b', 'bigint', '1000000007000'), ('b', 'smallint', '-3'), ('host', 'int', '2'), ('host', 'bigint', '3000000000'),
    ('r', 'real', '12.5'), ('r', 'double precision', '12.6'), ('r', 'real', 'NaN'), ('d', 'double precision', '0'), ('d', 'real', '12.5'), ('d', 'double precision', 'NaN'), ('d', 'double precision', 'Infinity'),
    ('d', 'double precision', '-Infinity'), ('day', 'date', '2024-01-10'), ('day', 'timestamptz', '2024-01-10 12:00'), ('ts', 'timestamp', '2024-02-01'), ('ts', 'date', '2024-02-01'), ('time', 'timestamptz', '2024-01-02'), ('time', 'timestamptz', 'infinity'),
    ('ok', 'boolean', 'true'), ('o', 'oid', '4294967000'), ('n', 'numeric', '100'), ('u', 'uuid', 'c81e728d-9d4c-2f63-6f06-7f89cc14862c'), ('c', 'text', 'c 20'), ('e', 'text', 'e 20'), ('v', 'varchar', 'v3'), ('v', 'text', 'v3'), ('money', 'money', '100'),
    ('later', 'int', '7'), ('none', 'text', 'there')) w(column_name, type, value), (VALUES ('<'), ('<='), ('='), ('>='), ('>'), ('<>')) o(operator) ORDER BY column_name, type, value, operator;

\echo -- other forms
SELECT q, same('SELECT host, time, s, d, none FROM t WHERE ' || q) FROM (VALUES ('d IS NULL'), ('d IS NOT NULL'), ('none IS NULL'), ('later IS NOT NULL'), ('c IS NULL'), ('ok'), ('NOT ok'), ('ok IS TRUE'), ('ok IS NOT TRUE'), ('ok IS NULL AND s > 0'),
    ('s BETWEEN 3 AND 5'), ('5 > s'), ('s = ANY (''{1,2,3,NULL,70}'')'), ('s = ANY (''{}'')'), ('s = ANY (NULL::smallint[])'), ('s IN (1, 70000, 3)'), ('s <> ALL (''{1,2,3}'')'), ('b IN (1, 1000000007, 9)'), ('host IN (1, 9)'),
    ('b = ANY (ARRAY(SELECT i * 1000000007::bigint FROM generate_series(1, 100) i))'), ('c = ANY (''{c 1,c 49,x}'')'), ('d = ANY (''{1.1,NaN,0}'')'), ('d > 5 AND s < 50 AND ok'), ('d > 5 OR s < -50'), ('s = NULL'), ('d = s'), ('s + 1 > 5'),
    ('time > now()'), ('time > ''2024-01-02''::timestamptz - interval ''1 day'' AND host = 3'), ('s = (SELECT 5)'), ('s > (SELECT max(s) - 3 FROM t)'), ('s IN (SELECT 5)'), ('(host, s) > (2, 100)'), ('e COLLATE "C" > ''e 4'''), ('e = ''e 4'' COLLATE "C"'), ('c = name ''c 4'''),
    ('o::int < 0'), ('t IS NOT NULL'), ('t.* = t.*'), ('tableoid = ''t''::regclass'), ('tableoid <> ''t''::regclass AND s = 2'), ('ctid IS NOT NULL AND s = 2'), ('xmin IS NOT NULL AND s = 2'), ('random() < 2 AND s = 2')) w(q);
SELECT same('SELECT t FROM t WHERE s = 1'), same('SELECT tableoid::regclass, ctid, d FROM t WHERE d < 1'), same('SELECT 1 FROM t'), same('SELECT count(*) FROM t GROUP BY host'),
    same('SELECT a.d, b.n FROM t a JOIN t b USING (host, time) WHERE a.s = 3'), same('SELECT h, (SELECT sum(b) FROM t WHERE host = h AND s > h) FROM generate_series(1, 4) h'),
    same('SELECT h, x FROM generate_series(1, 4) h, LATERAL (SELECT sum(b) x FROM t WHERE host = h AND s > h OFFSET 0) y'),
    same('SELECT h, x FROM generate_series(1, 4) h, LATERAL (SELECT h + s x FROM t WHERE ok LIMIT 3) y'), same('SELECT s FROM t TABLESAMPLE SYSTEM (100)');

\echo -- what it tells
EXPLAIN (costs off) SELECT d FROM t WHERE s > 5 AND d > 1 AND c > 'c' AND n > 1;
EXPLAIN (costs off, verbose) SELECT ctid, * FROM t WHERE ok;
EXPLAIN (costs off, analyze, timing off, summary off) SELECT d FROM t WHERE time > '2024-01-02 00:00:00.5' AND time < '2024-01-02 01:00' AND host = 3;
EXPLAIN (costs off, analyze, timing off, summary off) SELECT count(*) FROM t WHERE d = -4;
SET varve.enable_vectorized = off;
EXPLAIN (costs off) SELECT d FROM t WHERE s > 5;
RESET varve.enable_vectorized;
SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
EXPLAIN (costs off) SELECT d FROM t WHERE c > 'c 1' AND d > 1 AND s = (SELECT 5);
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; SET max_parallel_workers_per_gather = 0;
EXPLAIN (costs off) SELECT xmin FROM t;
SELECT count(*) FROM t WHERE time = '2024-01-01 07:00' AND host = 2;

\echo -- cursors, both ways, between the parts
SELECT format('%s', c) AS chunk FROM show_chunks('t') c \gset
BEGIN;
DECLARE c CURSOR FOR SELECT host, s FROM :chunk WHERE s = 20 OR later <> 7 AND s > 48;
FETCH BACKWARD 1 FROM c;
FETCH 4 FROM c;
FETCH BACKWARD 3 FROM c;
FETCH 6 FROM c;
FETCH BACKWARD 1 FROM c;
MOVE FORWARD ALL IN c;
FETCH BACKWARD 2 FROM c;
FETCH FORWARD 1 FROM c;
MOVE BACKWARD ALL IN c;
FETCH 1 FROM c;
DECLARE s SCROLL CURSOR FOR SELECT host, s FROM :chunk WHERE s = 20;
FETCH LAST FROM s;
FETCH ABSOLUTE 2 FROM s;
FETCH RELATIVE -1 FROM s;
FETCH PRIOR FROM s;
DECLARE u CURSOR FOR SELECT * FROM :chunk WHERE s = 21 FOR UPDATE;
DECLARE w CURSOR FOR SELECT s FROM :chunk WHERE s = 22;
MOVE 2 IN u;
UPDATE t SET e = 'here' WHERE CURRENT OF u;
MOVE 3 IN w;
DELETE FROM t WHERE CURRENT OF w RETURNING s, host;
SELECT host, s, e FROM t WHERE e = 'here';
ROLLBACK;

\echo -- changed through it
BEGIN;
UPDATE t SET d = d + 1 WHERE s = 7 AND d < 100;
DELETE FROM t WHERE s = 8 RETURNING host, d IS NULL;
MERGE INTO t USING (VALUES (9, -1), (10, -2)) x(s, d) ON t.s = x.s AND t.host = 1 WHEN MATCHED AND t.ok THEN DELETE WHEN MATCHED THEN UPDATE SET d = x.d;
SELECT count(*) FILTER (WHERE s = 8), count(*) FILTER (WHERE s = 9), sum(d) FILTER (WHERE s = 10 AND d < 0) FROM t;
SELECT host, s FROM t WHERE s = 11 AND host < 9 ORDER BY host LIMIT 2 FOR UPDATE;
DELETE FROM t WHERE d > 20;
SELECT same('SELECT * FROM t'), same('SELECT * FROM t WHERE d > 0');
ROLLBACK;

\echo -- nothing is evaluated that would not be row by row
CREATE FUNCTION fails() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RAISE division_by_zero; END $$;
CREATE FUNCTION told(i anyelement) RETURNS anyelement LANGUAGE plpgsql STABLE AS $$ BEGIN RAISE WARNING 'asked'; RETURN i; END $$;
SELECT q, same('SELECT s FROM t WHERE ' || q) FROM (VALUES ('s > 5000 AND s > (SELECT fails())'), ('s > 20 AND s > (SELECT fails())'), ('s > (SELECT fails())'), ('s > 5000 AND 1 / (s - s) = 1'),
    ('n > 1e9 AND s > (SELECT fails())'), ('n > 1 AND s > (SELECT fails())'), ('time > now() - interval ''900 years'' AND s = (SELECT fails())'), ('c = ''nobody'' AND s = (SELECT fails())'), ('c = ''c 1'' AND s = (SELECT 1)')) w(q);
SELECT count(*) FROM t WHERE s > 5000 AND s > told(5);
SELECT count(*) FROM t WHERE s > 100 AND s > told(150::smallint);
CREATE TABLE nobody (LIKE t);
SELECT created FROM create_hypertable('nobody', by_range('time', interval '10 days'), create_default_indexes => false);
ALTER TABLE nobody SET (tsdb.enable_columnstore, tsdb.segmentby = 'host', tsdb.orderby = 'time');
INSERT INTO nobody SELECT * FROM t WHERE s = 3;
SELECT count(compress_chunk(c)) FROM show_chunks('nobody') c;
DELETE FROM nobody;
SELECT count(*) FROM nobody WHERE s > (SELECT fails());
EXPLAIN (costs off) SELECT count(*) FROM nobody WHERE s > (SELECT fails());

\echo -- nor shown to who may not see it: policies come before what may tell
CREATE ROLE reads_vectors;
GRANT SELECT ON t TO reads_vectors;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON t USING (host = current_setting('vectors.host', true)::int);
CREATE FUNCTION leaks(i int) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN IF i <> 3 THEN RAISE WARNING 'seen: %', i; END IF; RETURN true; END $$;
GRANT EXECUTE ON FUNCTION leaks TO reads_vectors;
SET ROLE reads_vectors;
SET vectors.host = '3';
SELECT count(*), min(host), max(host) FROM t;
SELECT count(*) FROM t WHERE leaks(host) AND s > 0 AND n > 1;
SET vectors.host = '2';
SELECT count(*), min(host), max(host) FROM t WHERE s > 0;
EXPLAIN (costs off) SELECT count(*) FROM t WHERE leaks(host) AND s > 0 AND n > 1;
RESET ROLE;
ALTER TABLE t DISABLE ROW LEVEL SECURITY;

\echo -- plans that outlive changes of the chunk
SET plan_cache_mode = force_generic_plan;
PREPARE q(smallint, timestamptz) AS SELECT count(*), sum(d) FROM t WHERE s > $1 AND time < $2;
EXPLAIN (costs off) EXECUTE q(10, '2024-01-02');
EXECUTE q(10, '2024-01-02');
EXECUTE q(NULL, '2024-01-02');
EXECUTE q(190, '2025-01-02');
ALTER TABLE t ADD COLUMN another int DEFAULT 3;
EXECUTE q(10, '2024-01-02');
SELECT count(decompress_chunk(c)) FROM show_chunks('t') c;
EXECUTE q(10, '2024-01-02');
EXPLAIN (costs off) EXECUTE q(10, '2024-01-02');
SELECT count(compress_chunk(c)) FROM show_chunks('t') c;
EXECUTE q(10, '2024-01-02');
EXPLAIN (costs off) EXECUTE q(10, '2024-01-02');
ALTER TABLE t DROP COLUMN d;
EXECUTE q(10, '2024-01-02');
SELECT same('SELECT * FROM t WHERE another = 3 AND s = 4');

\echo -- as of then
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM t WHERE s = 30;
SAVEPOINT a;
DELETE FROM t WHERE s = 30 AND host = 1;
SELECT count(*) FROM t WHERE s = 30;
ROLLBACK TO a;
SELECT count(*) FROM t WHERE s = 30;
CREATE FUNCTION delete_one(h int) RETURNS int LANGUAGE sql VOLATILE AS $$ DELETE FROM t WHERE host = h AND s = 31; SELECT count(*)::int FROM t WHERE s = 31 $$;
SELECT host, delete_one(host) FROM t WHERE s = 31 AND time < '2024-01-01 05:00' ORDER BY host;
ROLLBACK;
