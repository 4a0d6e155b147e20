-- Conditions with now() leave out old chunks while the query is planned; the rows are the same as
-- without, in cached plans too, and whatever the types on both sides are.
\getenv dir PG_ABS_SRCDIR
\set harness :dir '/sql/differential.inc'
\set ECHO none
\i :harness

-- One chunk a day for 400 days back and 10 ahead; a row each 6 hours.
SELECT differ.create('m', 'time timestamptz NOT NULL, v int', 'time');
SELECT differ.create('local', 'time timestamp NOT NULL, v int', 'time');
SELECT differ.create('days', 'time date NOT NULL, v int', 'time');
CREATE DOMAIN instant AS timestamptz;
SELECT differ.create('dom', 'time instant NOT NULL, v int', 'time');
INSERT INTO plain.m SELECT date_trunc('day', now()) + n * interval '6 h', n FROM generate_series(-1600, 40) n;
INSERT INTO hyper.m TABLE plain.m;
INSERT INTO plain.local SELECT * FROM plain.m;
INSERT INTO plain.days SELECT * FROM plain.m;
INSERT INTO plain.dom SELECT * FROM plain.m;
INSERT INTO hyper.local TABLE plain.local;
INSERT INTO hyper.days TABLE plain.days;
INSERT INTO hyper.dom TABLE plain.dom;

-- The chunks that a query was planned for, those included that execution then leaves out.
CREATE FUNCTION planned(query text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    line text;
    chunks int := 0;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (costs off) ' || query LOOP
        IF line ~ 'Scan.* on _hyper_\d+_\d+_chunk( |$)' THEN chunks := chunks + 1; END IF;
        chunks := chunks + coalesce(substring(line FROM 'Subplans Removed: (\d+)')::int, 0);
    END LOOP;
    RETURN chunks;
END $$;
-- Plans and runs a condition with the setting on and off, and on the plain table. With it at most
-- `most` chunks are planned for: a day may begin while the test runs, and a DST change lie behind.
CREATE FUNCTION pruned(source text, condition text, most int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    query text := format('SELECT count(*), sum(v) FROM hyper.%I m WHERE %s', source, condition);
    chunks int := planned(query);
    all_chunks int;
    with_it text;
    without text;
    plain text;
BEGIN
    EXECUTE 'SELECT q::text FROM (' || query || ') q' INTO with_it;
    SET timescaledb.enable_now_constify = off;
    all_chunks := planned(query);
    EXECUTE 'SELECT q::text FROM (' || query || ') q' INTO without;
    RESET timescaledb.enable_now_constify;
    EXECUTE 'SELECT q::text FROM (' || replace(query, 'hyper.', 'plain.') || ') q' INTO plain;
    RETURN CASE WHEN chunks <= most THEN 'few' ELSE chunks::text END || ' of ' ||
        CASE WHEN all_chunks > 400 THEN 'all' ELSE all_chunks::text END || ', ' ||
        CASE WHEN with_it = without AND with_it = plain THEN 'same rows'
        ELSE concat_ws(' / ', with_it, without, plain) END;
END $$;

\echo -- the clock and intervals, either way round, in every spelling
SELECT c, pruned('m', c, most) FROM (VALUES
    ('time > now() - interval ''1 hour''', 12),
    ('time >= now()', 12),
    ('now() - interval ''1 hour'' < time', 12),
    ('time >= CURRENT_TIMESTAMP - interval ''2 hours''', 12),
    ('time > CURRENT_TIMESTAMP(0) + interval ''1 day''', 13),
    ('time > transaction_timestamp() - interval ''36 hours''', 13),
    ('time > now() - ''1 hour''::interval * 3', 12),
    ('time > interval ''1 hour'' + now()', 12),
    ('time > now() - interval ''1 day''', 15),
    ('time > now() - interval ''1 week'' - interval ''1 hour''', 21),
    ('time > now() - interval ''1 month''', 52),
    ('time > now() + interval ''1 month'' - interval ''2 months''', 60),
    ('time > date_trunc(''day'', now()) - interval ''2 days''', 19),
    ('time > date_trunc(''hour'', now())', 12),
    ('time BETWEEN now() - interval ''3 hours'' AND now()', 12),
    ('v > 0 AND (time > now() - interval ''3 hours'' AND time < now() + interval ''1 day'')', 12)) t(c, most);

\echo -- other types: the bound is of the type of the column
SELECT c, pruned('m', c, most) FROM (VALUES
    ('time > CURRENT_DATE', 18),
    ('time > CURRENT_DATE - 3', 23),
    ('time > CURRENT_DATE - interval ''3 days''', 23),
    ('time > LOCALTIMESTAMP - interval ''3 hours''', 16),
    ('time > (now() - interval ''3 hours'')::timestamp', 16),
    ('time > now()::date', 18)) t(c, most);
SELECT c, pruned('local', c, 20) FROM (VALUES ('time > now() - interval ''1 hour'''), ('time > LOCALTIMESTAMP'),
    ('time > CURRENT_DATE'), ('time > now()::timestamp - interval ''1 hour''')) t(c);
SELECT c, pruned('days', c, 20) FROM (VALUES ('time > now() - interval ''1 hour'''), ('time >= CURRENT_DATE'),
    ('time > now()::date - 1')) t(c);
SELECT c, pruned('dom', c, 20) FROM (VALUES ('time > now() - interval ''1 hour'''), ('time >= CURRENT_DATE')) t(c);

\echo -- what planning makes of a negation
SELECT c, pruned('m', c, 20) FROM (VALUES ('NOT time < now() - interval ''1 hour''')) t(c);

\echo -- an upper bound would be wrong later, so there is none; nor where now() is not the end of it
SELECT c, pruned('m', c, 0) FROM (VALUES ('time < now() - interval ''390 days'''), ('time = now()'), ('time <> now()'),
    ('time > now() - v * interval ''1 min'''), ('time > now() OR v = 3'),
    ('time > clock_timestamp() - interval ''1 hour'''), ('time > now() - interval ''5000 years'''),
    ('time > date_trunc(''year'', now())'), ('time > greatest(now(), now())'), ('time > CASE WHEN v > 1 THEN now() END'),
    ('time + interval ''1 hour'' > now()')) t(c);

\echo -- joins, subqueries, views, UPDATE and DELETE
CREATE VIEW hyper.seen AS SELECT v AS w, time AS at FROM hyper.m;
SELECT planned($$SELECT * FROM hyper.seen WHERE at > now() - interval '1 hour'$$) <= 12 AS view;
SELECT planned($$SELECT * FROM (SELECT * FROM hyper.m OFFSET 0) s WHERE time > now() - interval '1 hour'$$) > 400 AS fenced;
SELECT planned($$SELECT * FROM hyper.m a JOIN plain.m b USING (time) WHERE time > now() - interval '1 hour'$$) <= 12 AS merged_column;
SELECT planned($$SELECT * FROM plain.m a LEFT JOIN hyper.m b ON a.v = b.v AND b.time > now() - interval '1 hour'$$) <= 12 AS outer_join;
SELECT planned($$SELECT (SELECT max(v) FROM hyper.m WHERE time > now() - interval '1 hour')$$) <= 12 AS scalar;
SELECT planned($$WITH c AS (SELECT * FROM hyper.m WHERE time > now() - interval '1 hour') SELECT * FROM c$$) <= 12 AS cte;
SELECT planned($$UPDATE hyper.m SET v = v WHERE time > now() - interval '1 hour'$$) <= 12 AS update;
SELECT planned($$DELETE FROM hyper.m WHERE time > now() - interval '1 hour'$$) <= 12 AS delete;
SELECT planned($$SELECT * FROM plain.m WHERE time > now() - interval '1 hour'$$) AS plain;

\echo -- parameters: constants in a custom plan, unknown in the generic one
SET plan_cache_mode = force_custom_plan;
PREPARE ago(interval) AS SELECT count(*) FROM hyper.m WHERE time > now() - $1;
SELECT planned($$EXECUTE ago('1 hour')$$) <= 12 AS custom;
SET plan_cache_mode = force_generic_plan;
PREPARE ago_generic(interval) AS SELECT count(*) FROM hyper.m WHERE time > now() - $1;
SELECT planned($$EXECUTE ago_generic('1 hour')$$) AS generic;
EXPLAIN (costs off, summary off) EXECUTE ago_generic('-1000 days');

\echo -- a cached plan stays right as time goes on, in another time zone too, and when chunks come
PREPARE recent AS SELECT count(*), min(v) FROM hyper.m WHERE time > now() - interval '1 hour' AND time < now() + interval '2 days';
BEGIN;  -- now() stands still
CREATE TEMP TABLE first_answer AS EXECUTE recent;
SET timezone = 'Pacific/Kiritimati';
CREATE TEMP TABLE second_answer AS EXECUTE recent;
SET timezone = 'UTC';
SELECT a.count = b.count FROM first_answer a, second_answer b;
PREPARE recent_local AS SELECT count(*) = (SELECT count(*) FROM plain.local WHERE time > now() - interval '1 hour') FROM hyper.local WHERE time > now() - interval '1 hour';
EXECUTE recent_local;
SET timezone = 'Etc/GMT+12';
EXECUTE recent_local;
SET timezone = 'Pacific/Kiritimati';
EXECUTE recent_local;
SET timezone = 'UTC';
INSERT INTO hyper.m SELECT now() + interval '1 hour', 1000 FROM generate_series(1, 3);
CREATE TEMP TABLE third_answer AS EXECUTE recent;
SELECT b.count - a.count FROM first_answer a, third_answer b;
COMMIT;
INSERT INTO hyper.m VALUES (now() + interval '20 days', 7);
PREPARE later AS SELECT v FROM hyper.m WHERE time > now() + interval '15 days';
EXECUTE later;
INSERT INTO hyper.m VALUES (now() + interval '30 days', 8);
EXECUTE later;

\echo -- hypertables that planning brings in with an inlined function, first thing in a session
CREATE FUNCTION since(timestamptz) RETURNS SETOF hyper.m LANGUAGE sql STABLE AS $$ SELECT * FROM hyper.m WHERE time >= $1 $$;
\c
SELECT count(*) FROM since('-infinity');

\echo -- parallel workers prune with a descriptor of their own
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET plan_cache_mode = force_generic_plan;
PREPARE shared(timestamptz) AS SELECT count(*), sum(v) FROM hyper.m WHERE time < $1 AND v >= -1600;
EXPLAIN (costs off) EXECUTE shared('2000-01-01');
EXECUTE shared('2999-01-01');
INSERT INTO hyper.m VALUES (now() + interval '40 days', 9);
EXECUTE shared('2999-01-01');
