-- DISTINCT, DISTINCT ON and groups that need one row each: found by jumping through an index, with
-- the rows of a plain table; over many chunks as well; and not in columnar chunks, whose indexes
-- have no order.
\getenv dir PG_ABS_SRCDIR
\set harness :dir '/sql/differential.inc'
\set ECHO none
\i :harness
SELECT differ.add_columnar();

-- Keys with NULLs, several columns, text with a collation, a descending index, a dropped column.
SELECT differ.create('m', 'gone int, time timestamptz NOT NULL, a int, b text COLLATE "C", c numeric, n name, v int', 'time');
SELECT differ.run('ALTER TABLE m DROP COLUMN gone');
SELECT differ.run('CREATE INDEX ON m (a, time)');
SELECT differ.run('CREATE INDEX ON m (b DESC NULLS LAST, time DESC)');
SELECT differ.run('CREATE INDEX ON m (b, a, c NULLS FIRST, time)');
SELECT differ.run('CREATE INDEX ON m (n, time)');
SELECT differ.run('CREATE INDEX ON m (c DESC, v) WHERE v > 100');
SELECT differ.run($$INSERT INTO m SELECT timestamptz '2026-01-01' + i * interval '13 min', nullif(i % 7, 3), nullif('b' || i % 5, 'b2'), nullif((i * 7 % 4) / 10.0, 0.2), 'n' || i % 3, i
    FROM generate_series(0, 599) i$$);
SELECT differ.settle();
-- Later rows, also in columnar chunks; values that only deleted rows have had.
SELECT differ.run($$INSERT INTO m SELECT timestamptz '2026-01-01' + i * interval '31 min', i % 9, 'b' || i % 6, 9, 'later', i FROM generate_series(0, 90) i$$);
SELECT differ.run($$INSERT INTO m SELECT timestamptz '2026-01-03' + i * interval '1 min', 100 + i, 'deleted' || i, 100 + i, 'deleted', i FROM generate_series(0, 40) i$$);
SELECT differ.run($$DELETE FROM m WHERE n = 'deleted' AND a <> 110$$);
SELECT differ.run($$DELETE FROM m WHERE b = 'b4'$$);
CREATE TABLE wanted (a int); INSERT INTO wanted VALUES (1), (3), (NULL), (110);

-- The rows of a query in every state: differ.run() without comparing tables, which no query changes.
CREATE FUNCTION rows_everywhere(query text) RETURNS text LANGUAGE sql AS $$
SELECT CASE WHEN count(DISTINCT coalesce(o.result, '')) = 1 THEN 'same: ' || min(o.shown) ELSE 'DIFFERENT: ' || string_agg(s.name || ' ' || o.shown, ', ') END
FROM differ.state s, LATERAL differ.outcome(s.name, query) o $$;

-- Whether the plan on a hypertable of rows has the node; and the outcome, with the setting on and
-- off. Rows are made dear: of so few PostgreSQL would rather read all.
CREATE FUNCTION both_ways(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    how text := 'other';
    on_ text;
    off_ text;
BEGIN
    PERFORM differ.use('hyper');
    FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
        IF line ~ 'SkipScan' THEN how := 'SkipScan'; END IF;
    END LOOP;
    on_ := rows_everywhere(query);
    SET timescaledb.enable_skipscan = off;
    off_ := rows_everywhere(query);
    RESET timescaledb.enable_skipscan;
    RETURN how || ', ' || CASE WHEN on_ = off_ THEN on_ ELSE on_ || ' / ' || off_ END;
END $$;
CREATE FUNCTION in_order(query text) RETURNS text LANGUAGE sql AS
$$ SELECT both_ways(format('SELECT array_agg(s) FROM (%s) s', query)) $$;
ANALYZE plain.m; ANALYZE hyper.m; ANALYZE columnar.m;
SET cpu_tuple_cost = 5;

\echo -- skipping, where costs speak for it
SELECT q, in_order(q) FROM (VALUES
    ('SELECT DISTINCT a FROM m ORDER BY a'),
    ('SELECT DISTINCT a FROM m ORDER BY a DESC'),
    ('SELECT DISTINCT a FROM m ORDER BY a NULLS FIRST'),
    ('SELECT DISTINCT b FROM m ORDER BY b'),
    ('SELECT DISTINCT b FROM m ORDER BY b DESC NULLS LAST'),
    ('SELECT DISTINCT b, a FROM m ORDER BY a, b'),
    ('SELECT DISTINCT c, b, a FROM m ORDER BY b, a, c NULLS FIRST'),
    ('SELECT DISTINCT c, b, a FROM m ORDER BY b DESC, a DESC, c DESC NULLS LAST'),
    ('SELECT DISTINCT ON (a) * FROM m WHERE n <> ''later'' ORDER BY a, time'),
    ('SELECT DISTINCT ON (a) * FROM m WHERE n <> ''later'' ORDER BY a, time DESC'),
    ('SELECT DISTINCT ON (a) * FROM m WHERE n <> ''later'' ORDER BY a DESC, time DESC'),
    ('SELECT DISTINCT ON (a) * FROM m WHERE n <> ''later'' ORDER BY a DESC, time'),
    ('SELECT DISTINCT ON (a) * FROM m WHERE n <> ''later'' ORDER BY a, time DESC NULLS LAST'),
    ('SELECT DISTINCT ON (b) time, b, v FROM m WHERE n <> ''later'' ORDER BY b DESC NULLS LAST, time DESC'),
    ('SELECT DISTINCT ON (b) time, b, v FROM m WHERE n <> ''later'' ORDER BY b DESC NULLS LAST, time'),
    ('SELECT DISTINCT ON (b, a, c) time, b, v FROM m WHERE n <> ''later'' ORDER BY b, a, c NULLS FIRST, time DESC'),
    ('SELECT DISTINCT ON (c, a) time, a, c, v FROM m WHERE b = ''b1'' AND n <> ''later'' ORDER BY c, a, time DESC'),
    ('SELECT DISTINCT ON (a) time, a FROM m WHERE b = ''b1'' AND c = 0.1 ORDER BY a, time'),
    ('SELECT DISTINCT a FROM m WHERE a > 2 ORDER BY a'),
    ('SELECT DISTINCT a FROM m WHERE a < 2 ORDER BY a'),
    ('SELECT DISTINCT a FROM m WHERE a IN (1, 4, 5) ORDER BY a'),
    ('SELECT DISTINCT a FROM m WHERE a % 2 = 0 ORDER BY a'),
    ('SELECT DISTINCT a FROM m WHERE a IS NULL'),
    ('SELECT DISTINCT a FROM m WHERE a IS NOT NULL ORDER BY a DESC'),
    ('SELECT DISTINCT a FROM m WHERE a IN (SELECT a FROM wanted) ORDER BY a'),
    ('SELECT DISTINCT a FROM m WHERE a = (SELECT max(a) FROM wanted)'),
    ('SELECT DISTINCT a FROM m WHERE a > (SELECT max(a) FROM wanted WHERE false)'),
    ('SELECT DISTINCT a FROM m WHERE v % 50 = 0 ORDER BY a'),
    ('SELECT DISTINCT a FROM m WHERE v < 0'),
    ('SELECT DISTINCT ON (a) a, time FROM m WHERE time > ''2026-01-03 07:00+00'' ORDER BY a, time'),
    ('SELECT DISTINCT ON (a) a, time FROM m WHERE time BETWEEN ''2026-01-02 07:00+00'' AND ''2026-01-03 20:00+00'' ORDER BY a, time DESC'),
    ('SELECT DISTINCT ON (a) a, time, tableoid::regclass::text <> '''' FROM m WHERE n <> ''later'' ORDER BY a, time DESC'),
    ('SELECT DISTINCT c FROM m WHERE v > 100 ORDER BY c'),
    ('SELECT DISTINCT a FROM m WHERE a = 3'),
    ('SELECT a, last(v, time) FROM m WHERE n <> ''later'' GROUP BY a ORDER BY a'),
    ('SELECT a, last(v * 2, time) + a, max(time) FROM m WHERE n <> ''later'' GROUP BY a HAVING max(time) > ''2026-01-02'' ORDER BY a'),
    ('SELECT b, first(v, time), min(time) FROM m WHERE n <> ''later'' GROUP BY b ORDER BY b'),
    ('SELECT a FROM m GROUP BY a ORDER BY a'),
    ('SELECT count(DISTINCT a) FROM m'),
    ('SELECT count(DISTINCT a), max(a), sum(DISTINCT a) FROM m'),
    ('SELECT b, count(DISTINCT a) FROM m GROUP BY b ORDER BY b'),
    ('SELECT count(DISTINCT a), count(DISTINCT b) FROM m'),
    ('SELECT count(DISTINCT b), max(time) FROM m'),
    ('SELECT w.a, s.time FROM wanted w, LATERAL (SELECT DISTINCT ON (b) b, time FROM m WHERE m.a = w.a AND n <> ''later'' ORDER BY b, time DESC) s ORDER BY 1, 2'),
    ('SELECT * FROM (SELECT DISTINCT ON (a) * FROM m WHERE n <> ''later'' ORDER BY a, time DESC) s WHERE v > 300 ORDER BY a')) t(q);

\echo -- not: order or columns that no index has, every row needed, or more than the form allows
SELECT q, both_ways(q) FROM (VALUES
    ('SELECT DISTINCT ON (a) a, time, v FROM m ORDER BY a, time, v'),
    ('SELECT DISTINCT ON (a) a, v FROM m ORDER BY a, v'),
    ('SELECT DISTINCT a, time FROM m'),
    ('SELECT DISTINCT c FROM m'),
    ('SELECT DISTINCT n FROM m'),
    ('SELECT DISTINCT a + 1 FROM m'),
    ('SELECT DISTINCT b COLLATE "POSIX" FROM m'),
    ('SELECT DISTINCT a, generate_series(1, 2) FROM m'),
    ('SELECT DISTINCT ON (a) a, count(*) OVER () FROM m'),
    ('SELECT DISTINCT m.a FROM m JOIN wanted USING (a)'),
    ('SELECT a, last(v, time), count(*) FROM m GROUP BY a'),
    ('SELECT a, count(last) FROM (SELECT a, v AS last FROM m) s GROUP BY a'),
    ('SELECT a, last(v, time) FILTER (WHERE v > 10) FROM m WHERE n <> ''later'' GROUP BY a'),
    ('SELECT a, last(v, time), first(v, time) FROM m WHERE n <> ''later'' GROUP BY a'),
    ('SELECT a, last(v, c) IS NULL FROM m WHERE c <> 9 GROUP BY a'),
    ('SELECT a, max(v) FROM m GROUP BY a'),
    ('SELECT count(DISTINCT a), count(*) FROM m'),
    ('SELECT a, last(v, time) FROM m WHERE n <> ''later'' GROUP BY ROLLUP (a)'),
    ('SELECT DISTINCT ON (a) a, xmin IS NULL FROM m ORDER BY a, time')) t(q);

\echo -- plans: one search of the index a value, or two where its last row is wanted
EXPLAIN (costs off) SELECT DISTINCT ON (a) * FROM hyper.m WHERE time < '2026-01-02' AND v > 3 ORDER BY a, time DESC;
EXPLAIN (costs off, analyze, timing off, summary off) SELECT DISTINCT a FROM hyper.m WHERE time < '2026-01-02' AND a < 100;
EXPLAIN (costs off) SELECT a, last(v, time) FROM hyper.m WHERE time < '2026-01-03' GROUP BY a;
-- Columnar chunks are sorted, those of rows are skipped through.
SELECT count(*) FROM (SELECT decompress_chunk(c) FROM show_chunks('columnar.m', older_than => timestamptz '2026-01-02') c) d;
EXPLAIN (costs off) SELECT DISTINCT ON (a) * FROM columnar.m WHERE time < '2026-01-03' ORDER BY a, time DESC;

\echo -- parameters, with a plan for all
SET plan_cache_mode = force_generic_plan;
PREPARE newest(text, timestamptz) AS SELECT DISTINCT ON (a) a, time FROM hyper.m WHERE b = $1 AND time < $2 ORDER BY a, time DESC;
EXECUTE newest('b1', '2026-01-02');
EXECUTE newest('b0', '2026-01-03');
EXECUTE newest(NULL, '2026-01-03');
RESET plan_cache_mode;

\echo -- a cursor in pieces and backwards; a row that changes while it is read
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT DISTINCT ON (a) a, time FROM hyper.m ORDER BY a, time DESC;
FETCH 2 FROM c;
DELETE FROM hyper.m WHERE a = 2;
FETCH BACKWARD 1 FROM c;
FETCH 2 FROM c;
ROLLBACK;

\echo -- policies of row security decide what a first row is
CREATE ROLE reader_of_skips;
GRANT USAGE ON SCHEMA hyper TO reader_of_skips;
GRANT SELECT ON hyper.m TO reader_of_skips;
ALTER TABLE hyper.m ENABLE ROW LEVEL SECURITY;
CREATE POLICY thirds ON hyper.m USING (v % 3 = 0 AND a <> 4);
SET ROLE reader_of_skips;
SELECT string_agg(a || ':' || v, ' ') FROM (SELECT DISTINCT ON (a) a, v FROM hyper.m WHERE n <> 'later' ORDER BY a, time DESC) s;
SET timescaledb.enable_skipscan = off;
SELECT string_agg(a || ':' || v, ' ') FROM (SELECT DISTINCT ON (a) a, v FROM hyper.m WHERE n <> 'later' ORDER BY a, time DESC) s;
RESET timescaledb.enable_skipscan;
RESET ROLE;
ALTER TABLE hyper.m DISABLE ROW LEVEL SECURITY;
DROP OWNED BY reader_of_skips;
DROP ROLE reader_of_skips;

\echo -- a second dimension
CREATE SCHEMA spaced;
CREATE TABLE spaced.m (LIKE plain.m);
SELECT * FROM create_hypertable('spaced.m', 'time', 'a', 3, chunk_time_interval => interval '1 day', create_default_indexes => false);
CREATE INDEX ON spaced.m (a, time);
INSERT INTO spaced.m SELECT * FROM plain.m WHERE n <> 'later';
ANALYZE spaced.m;
EXPLAIN (costs off) SELECT DISTINCT ON (a) * FROM spaced.m WHERE time < '2026-01-02' ORDER BY a, time;
SELECT count(*) FROM (
    (SELECT DISTINCT ON (a) * FROM spaced.m ORDER BY a, time DESC) EXCEPT
    (SELECT DISTINCT ON (a) * FROM plain.m WHERE n <> 'later' ORDER BY a, time DESC)) d;

\echo -- in parallel
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET force_parallel_mode = on;
SELECT both_ways('SELECT DISTINCT a FROM m'), both_ways('SELECT a, last(v, time) FROM m WHERE n <> ''later'' GROUP BY a');
RESET force_parallel_mode;
RESET min_parallel_table_scan_size;

\echo -- many chunks
SELECT differ.create('many', 'gone int, time timestamptz NOT NULL, a int, b text, v int', 'time');
SELECT differ.run('ALTER TABLE many DROP COLUMN gone');
SELECT differ.run('CREATE INDEX ON many (a, time DESC)');
SELECT differ.run('CREATE INDEX ON many (b, a, time)');
SELECT differ.run($$INSERT INTO many SELECT timestamptz '2026-01-01 00:00+00' + i * interval '25 min', nullif(i % 6, 5), 'b' || i % 2, i FROM generate_series(0, 8000) i$$);
SELECT differ.run($$INSERT INTO many VALUES ('2026-01-02 01:00+00', 77, 'old', 1), ('2026-05-01 01:00+00', 78, 'new', 2)$$);
SELECT differ.settle();
ANALYZE hyper.many;
SELECT q, in_order(q) FROM (VALUES
    ('SELECT DISTINCT a FROM many ORDER BY a'),
    ('SELECT DISTINCT a, upper(b), b FROM many ORDER BY a, b'),
    ('SELECT DISTINCT ON (a) * FROM many ORDER BY a, time DESC'),
    ('SELECT DISTINCT ON (a) * FROM many ORDER BY a, time'),
    ('SELECT DISTINCT ON (a) v, many FROM many WHERE v % 7 < 4 ORDER BY a DESC, time DESC LIMIT 3'),
    ('SELECT DISTINCT ON (a) a, time FROM many WHERE b = ''b1'' ORDER BY a, time DESC'),
    ('SELECT a, last(v, time) FROM many GROUP BY a ORDER BY a'),
    ('SELECT a, max(time) FROM many GROUP BY a ORDER BY a'),
    ('SELECT a + 1, last(v + 1, time), max(time) - min(a) * interval ''1 s'' FROM many GROUP BY a ORDER BY a'),
    ('SELECT a, first(many, time) FROM many GROUP BY a HAVING min(time) > ''2026-01-02'' ORDER BY a'),
    ('SELECT b, last(v, time), count(DISTINCT a) FROM many GROUP BY b ORDER BY b'),
    ('SELECT count(DISTINCT a) FROM many'),
    ('SELECT b, count(DISTINCT a) FROM many GROUP BY b ORDER BY b'),
    ('SELECT w.a, s.v FROM wanted w, LATERAL (SELECT DISTINCT ON (b) v, b FROM many WHERE many.a = w.a ORDER BY b, time DESC) s ORDER BY 1, 2')) t(q);
