-- ORDER BY time LIMIT n, min(time) and max(time) on a hypertable with many chunks: read in steps,
-- the newest or oldest chunks first, with the rows of a plain table.
\getenv dir PG_ABS_SRCDIR
\set harness :dir '/sql/differential.inc'
\set ECHO none
\i :harness

-- 300 chunks of a day. Device 7 stops after 20 days, device 8 begins 20 days before the end.
SELECT differ.create('m', 'gone int, time timestamptz NOT NULL, device int, v float8, note text', 'time');
SELECT differ.run('ALTER TABLE m DROP COLUMN gone');
SELECT differ.run('CREATE INDEX ON m (device, time DESC)');
SELECT differ.run($$INSERT INTO m SELECT timestamptz '2026-01-01 00:00+00' + n * interval '7 h', n % 7, n, CASE WHEN n % 100 = 0 THEN repeat(md5(n::text), 200) END
    FROM generate_series(0, 1028) n$$);
SELECT differ.run($$INSERT INTO m SELECT timestamptz '2026-01-01 00:00+00' + n * interval '1 h', 7, n FROM generate_series(0, 480) n$$);
SELECT differ.run($$INSERT INTO m SELECT timestamptz '2026-10-27 00:00+00' - n * interval '1 h', 8, n FROM generate_series(0, 480) n$$);
CREATE DOMAIN instant AS timestamptz;
SELECT differ.create('d', 'time instant NOT NULL, v int', 'time');
SELECT differ.run('INSERT INTO d SELECT time, v FROM m');

-- Whether the plan has the node; and the outcome, with the setting on and off.
CREATE FUNCTION both_ways(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    how text := 'at once';
    on_ text;
    off_ text;
BEGIN
    PERFORM differ.use('hyper');
    FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
        IF line ~ 'StepwiseScan' THEN how := 'in steps'; END IF;
    END LOOP;
    on_ := differ.run(query);
    SET varve.enable_stepwise_scan = off;
    off_ := differ.run(query);
    RESET varve.enable_stepwise_scan;
    RETURN how || ', ' || CASE WHEN on_ = off_ THEN on_ ELSE on_ || ' / ' || off_ END;
END $$;

\echo -- in steps
SELECT q, both_ways(q) FROM (VALUES
    ('SELECT * FROM m ORDER BY time DESC, v LIMIT 10'),
    ('SELECT * FROM m ORDER BY time, v LIMIT 10'),
    ('SELECT * FROM m WHERE device = 3 ORDER BY time DESC LIMIT 1'),
    ('SELECT time FROM m WHERE device = 7 ORDER BY time DESC LIMIT 3'),
    ('SELECT v FROM m WHERE device = 8 ORDER BY time LIMIT 3'),
    ('SELECT * FROM m WHERE device = 99 ORDER BY time LIMIT 3'),
    ('SELECT * FROM m ORDER BY time DESC, v DESC LIMIT 10 OFFSET 500'),
    ('SELECT * FROM m ORDER BY time, v LIMIT 5000'),
    ('SELECT * FROM m ORDER BY time, v LIMIT NULL OFFSET 1990'),
    ('SELECT array_agg(s) FROM (SELECT * FROM m ORDER BY time DESC, v LIMIT 777) s'),
    ('SELECT array_agg(s) FROM (SELECT time, v FROM m ORDER BY time, v DESC LIMIT 777) s'),
    ('SELECT m FROM m ORDER BY time DESC, v LIMIT 4'),
    ('SELECT device + 1, upper(note) FROM m WHERE note IS NOT NULL ORDER BY time DESC LIMIT 4'),
    ('SELECT v FROM m ORDER BY time DESC, v * 2 DESC, device LIMIT 10'),
    ('SELECT time FROM m WHERE time < ''2026-06-01'' ORDER BY time DESC LIMIT 5'),
    ('SELECT time FROM m WHERE time_bucket(''1 day'', time) > ''2026-02-01'' ORDER BY time LIMIT 5'),
    ('SELECT time FROM d ORDER BY time DESC, v LIMIT 5'),
    ('SELECT a.v, b.v FROM (SELECT * FROM m ORDER BY time DESC, v LIMIT 3) a JOIN (SELECT * FROM m ORDER BY time, v LIMIT 900) b USING (device)'),
    ('SELECT g, s.v FROM generate_series(1, 3) g, LATERAL (SELECT v FROM m ORDER BY time DESC, v LIMIT 2) s'),
    ('SELECT g, s.time, s.v FROM generate_series(1, 9) g, LATERAL (SELECT time, v FROM m WHERE device = g ORDER BY time DESC LIMIT 1) s'),
    ('SELECT g, s.time, s.v FROM generate_series(1, 9) g LEFT JOIN LATERAL (SELECT time, v FROM m WHERE device = g ORDER BY time LIMIT 1) s ON s.v > 10'),
    ('SELECT o.v, s.v FROM (SELECT device AS d, v, time AS t FROM m WHERE v < 30) o, LATERAL (SELECT v FROM m WHERE device = o.d AND time < o.t AND note IS NULL ORDER BY time DESC, v LIMIT 2) s'),
    ('SELECT g, (SELECT v FROM m WHERE device = g AND v > h ORDER BY time DESC, v LIMIT 1) FROM generate_series(1, 8) g, generate_series(0, 200, 100) h'),
    ('SELECT g, (SELECT max(x) FROM (SELECT v AS x FROM m WHERE device = g AND g < 5 ORDER BY time DESC, v LIMIT 3) s) FROM generate_series(1, 8) g'),
    ('SELECT t, s.v FROM (VALUES (''7''), (''8''), (NULL)) w(t), LATERAL (SELECT v FROM m WHERE device::text = t AND note IS NOT DISTINCT FROM NULL ORDER BY time DESC LIMIT 1) s'),
    ('(SELECT v FROM m ORDER BY time LIMIT 1) UNION ALL (SELECT v FROM m ORDER BY time DESC LIMIT 1)'),
    ('WITH newest AS (SELECT * FROM m ORDER BY time DESC, v LIMIT 5) SELECT count(*), sum(v) FROM newest'),
    ('SELECT (SELECT v FROM m WHERE device = 2 ORDER BY time DESC LIMIT 1)')) t(q);

\echo -- min and max
SELECT q, both_ways(q) FROM (VALUES
    ('SELECT max(time) FROM m'),
    ('SELECT min(time), max(time), max(time) - min(time), 7 FROM m WHERE device = 7'),
    ('SELECT min(time) FROM m WHERE device = 99'),
    ('SELECT coalesce(max(time), now()) FROM m WHERE v = 17'),
    ('SELECT max(time) FROM d'),
    ('SELECT device FROM m WHERE time = (SELECT max(time) FROM m) AND device < 7')) t(q);

\echo -- at once: few chunks, other order, or more than the form allows
SELECT q, both_ways(q) FROM (VALUES
    ('SELECT * FROM m WHERE time > ''2026-10-01'' ORDER BY time DESC, v LIMIT 10'),
    ('SELECT time FROM m WHERE time BETWEEN ''2026-03-01'' AND ''2026-03-09'' ORDER BY time LIMIT 10'),
    ('SELECT * FROM m ORDER BY v, time LIMIT 10'),
    ('SELECT * FROM m ORDER BY time, v FETCH FIRST 3 ROWS WITH TIES'),
    ('SELECT count(tableoid) FROM (SELECT tableoid FROM m ORDER BY time LIMIT 3) s'),
    ('SELECT device, max(time) FROM m GROUP BY device'),
    ('SELECT max(time), max(v) FROM m'),
    ('SELECT max(time) FILTER (WHERE v > 3) FROM m'),
    ('SELECT max(time) FROM m HAVING count(*) > 10'),
    ('SELECT DISTINCT time FROM m ORDER BY time LIMIT 3'),
    ('SELECT * FROM m WHERE v < (SELECT 5) ORDER BY time, v LIMIT 3'),
    ('SELECT time FROM m ORDER BY time LIMIT 3 FOR UPDATE')) t(q);

\echo -- the plan, and how many steps it took
EXPLAIN (costs off, analyze, timing off, summary off) SELECT * FROM hyper.m WHERE device = 7 ORDER BY time DESC LIMIT 1;
EXPLAIN (costs off) SELECT min(time) FROM hyper.m;

\echo -- parameters, with plans of both kinds; chunks that come and go
SET plan_cache_mode = force_generic_plan;
PREPARE newest(int, int) AS SELECT v FROM hyper.m WHERE device = $1 ORDER BY time DESC LIMIT $2;
EXECUTE newest(8, 2);
INSERT INTO hyper.m VALUES ('2026-12-24 00:00+00', 8, -1);
EXECUTE newest(8, 2);
SELECT count(*) FROM drop_chunks('hyper.m', newer_than => timestamptz '2026-12-01 00:00+00');
EXECUTE newest(8, 2);
SET plan_cache_mode = force_custom_plan;
EXECUTE newest(3, 2);
RESET plan_cache_mode;

\echo -- cursors, in pieces and backwards
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT v FROM hyper.m WHERE device = 7 ORDER BY time DESC LIMIT 5;
FETCH 2 FROM c;
FETCH BACKWARD 1 FROM c;
FETCH ALL FROM c;
DECLARE h CURSOR WITH HOLD FOR SELECT v FROM hyper.m WHERE device = 8 ORDER BY time LIMIT 3;
COMMIT;
FETCH ALL FROM h;
CLOSE h;

\echo -- an error in the middle of a step, caught; a loop that ends early
SET client_min_messages = notice;
DO $$
DECLARE r record; n int := 0;
BEGIN
    BEGIN
        FOR r IN SELECT 1 / (v::int - 3) FROM hyper.m WHERE device < 7 ORDER BY time LIMIT 100 LOOP n := n + 1; END LOOP;
    EXCEPTION WHEN division_by_zero THEN RAISE NOTICE 'division by zero after % rows', n;
    END;
    BEGIN
        PERFORM * FROM hyper.m WHERE 1 / (v::int - 900) < 5 AND device < 7 ORDER BY time LIMIT 100000;
    EXCEPTION WHEN division_by_zero THEN RAISE NOTICE 'division by zero in a condition';
    END;
    FOR r IN SELECT v FROM hyper.m WHERE device = 7 ORDER BY time LIMIT 100 LOOP EXIT WHEN r.v > 2; END LOOP;
    RAISE NOTICE 'left at %', r.v;
END $$;

\echo -- a snapshot is kept across steps, and privileges and policies hold within them
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT max(time) FROM hyper.m;
DO $$
DECLARE c CURSOR FOR SELECT v FROM hyper.m ORDER BY time LIMIT 2000; r record; n int := 0;
BEGIN
    OPEN c;
    FETCH c INTO r;
    DELETE FROM hyper.m WHERE device = 8;
    WHILE FOUND LOOP FETCH c INTO r; n := n + 1; END LOOP;
    RAISE NOTICE '% rows, device 8 and all', n;
END $$;
SELECT count(*) FROM (SELECT v FROM hyper.m ORDER BY time LIMIT 2000) s;
ROLLBACK;
CREATE ROLE regress_stepwise;
GRANT USAGE ON SCHEMA hyper TO regress_stepwise;
GRANT SELECT (time, v, device) ON hyper.m TO regress_stepwise;
ALTER TABLE hyper.m ENABLE ROW LEVEL SECURITY;
CREATE POLICY seven ON hyper.m USING (device = 7);
SET ROLE regress_stepwise;
SELECT time, v FROM hyper.m ORDER BY time DESC LIMIT 2;
SELECT max(time) FROM hyper.m;
SELECT note FROM hyper.m ORDER BY time DESC LIMIT 2;
RESET ROLE;
DROP OWNED BY regress_stepwise;
DROP ROLE regress_stepwise;

-- Values of outer queries beside parameters: of a cached plan, and of a function.
SELECT differ.use('hyper');
SET plan_cache_mode = force_generic_plan;
PREPARE last_points(int, text) AS SELECT g, s.v, $2 AS said FROM generate_series(1, $1) g, LATERAL (SELECT v FROM m WHERE device = g + $1 AND time < timestamptz '2026-10-01' ORDER BY time DESC, v LIMIT 1) s ORDER BY g;
EXECUTE last_points(4, 'a');
EXECUTE last_points(3, 'b');
RESET plan_cache_mode;
DO $$ DECLARE least int := 5; found text; BEGIN
    SELECT string_agg(s.v::text, ' ' ORDER BY g) INTO found FROM generate_series(1, 8) g, LATERAL (SELECT v FROM m WHERE device = g AND g > least ORDER BY time DESC, v LIMIT 1) s;
    RAISE NOTICE '%', found;
END $$;
