-- Joins by equality over many chunks: planned without going through all chunks for each of them, with
-- the same plans and rows as ever.
\getenv dir PG_ABS_SRCDIR
\set harness :dir '/sql/differential.inc'
\set ECHO none
\i :harness

-- 70 chunks of a day, and another 70.
SELECT differ.create('a', 'gone int, time timestamptz NOT NULL, device int, v int', 'time');
SELECT differ.run('ALTER TABLE a DROP COLUMN gone');
SELECT differ.run('CREATE INDEX ON a (device, time)');
SELECT differ.create('b', 'time timestamptz NOT NULL, device int, w int', 'time');
SELECT differ.create('d', 'since timestamptz, device int');
SELECT differ.run($$INSERT INTO a SELECT timestamptz '2026-01-01 00:00+00' + i * interval '5 h', i % 4, i FROM generate_series(0, 335) i$$);
SELECT differ.run($$INSERT INTO b SELECT timestamptz '2026-01-01 00:00+00' + i * interval '7 h', i % 3, i FROM generate_series(0, 239) i$$);
SELECT differ.run($$INSERT INTO d VALUES ('2026-01-01 00:00+00', 0), ('2026-02-05 00:00+00', 0), ('2026-03-11 19:00+00', 3), (NULL, 1)$$);
ANALYZE hyper.a; ANALYZE hyper.b; ANALYZE hyper.d;

-- The rows with each kind of join.
CREATE FUNCTION each_way(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    off text;
    outcome text;
    outcomes text[] := '{}';
BEGIN
    FOREACH off IN ARRAY ARRAY['none', 'mergejoin,hashjoin', 'nestloop,hashjoin', 'nestloop,mergejoin', 'seqscan,mergejoin,hashjoin'] LOOP
        PERFORM set_config('enable_' || o, 'off', true) FROM unnest(string_to_array(nullif(off, 'none'), ',')) o;
        outcome := differ.run(query);
        IF NOT outcome = ANY (outcomes) THEN outcomes := outcomes || outcome; END IF;
        PERFORM set_config('enable_' || o, 'on', true) FROM unnest(string_to_array(nullif(off, 'none'), ',')) o;
    END LOOP;
    RETURN array_to_string(outcomes, ' / ');
END $$;

SELECT q, each_way(q) FROM (VALUES
    ('SELECT * FROM a JOIN b USING (time)'),
    ('SELECT * FROM a JOIN b USING (time, device) ORDER BY time DESC LIMIT 7'),
    ('SELECT count(*), sum(v), sum(w) FROM a LEFT JOIN b USING (time)'),
    ('SELECT count(*), sum(v), sum(w) FROM a FULL JOIN b USING (time, device)'),
    ('SELECT * FROM a JOIN b ON a.time = b.time AND a.v + 1 > b.w WHERE a.device = 2'),
    ('SELECT * FROM d JOIN a ON a.time = d.since'),
    ('SELECT * FROM d JOIN a ON a.time = d.since JOIN b ON b.time = a.time'),
    ('SELECT d.*, (SELECT sum(v) FROM a WHERE a.time = d.since AND a.device = d.device) FROM d'),
    ('SELECT * FROM a WHERE time IN (SELECT time FROM b WHERE device = 1)'),
    ('SELECT time, count(*) FROM a JOIN b USING (time) GROUP BY time'),
    ('SELECT x.v, y.v FROM a x JOIN a y ON x.time = y.time AND x.device = y.device'),
    ('SELECT * FROM a JOIN b ON a.time = b.time AND a.time = ''2026-02-05''')) t(q);

\echo -- each chunk, the first and the last as well, can be looked up by a value of the other side
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_seqscan = off;
SET enable_material = off;
SET max_parallel_workers_per_gather = 0;
CREATE FUNCTION lines_of(query text) RETURNS TABLE (line text, n bigint) LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMP TABLE plan (line text) ON COMMIT DROP;
    FOR line IN EXECUTE 'EXPLAIN (costs off) ' || query LOOP
        INSERT INTO plan VALUES (regexp_replace(line, '_\d+_\d+_chunk|_\d+\M', '_N', 'g'));
    END LOOP;
    RETURN QUERY SELECT p.line, count(*) FROM plan p GROUP BY p.line ORDER BY 2, 1;
END $$;
SELECT * FROM lines_of('SELECT * FROM hyper.d JOIN hyper.a ON a.time = d.since');
-- A nested planner run in the middle, by a function that is folded.
CREATE FUNCTION counted() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT count(*) FROM hyper.a x JOIN hyper.b y USING (time)); END $$;
SELECT count(*) FROM hyper.a JOIN hyper.b USING (time) WHERE a.v < counted();
