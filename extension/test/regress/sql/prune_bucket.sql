-- Conditions on time_bucket() of the time column leave out chunks; the rows are the same as on a
-- plain table, for every type, form and operator.
\getenv dir PG_ABS_SRCDIR
\set harness :dir '/sql/differential.inc'
\set ECHO none
\i :harness

-- 100 chunks of a day; a row each 6 hours.
SELECT differ.create('m', 'time timestamptz NOT NULL, v int', 'time');
SELECT differ.create('local', 'time timestamp NOT NULL, v int', 'time');
SELECT differ.create('days', 'time date NOT NULL, v int', 'time');
CREATE DOMAIN instant AS timestamptz;
SELECT differ.create('dom', 'time instant NOT NULL, v int', 'time');
INSERT INTO plain.m SELECT timestamptz '2026-01-01 00:00+00' + n * interval '6 h', n FROM generate_series(0, 399) n;
INSERT INTO hyper.m TABLE plain.m;
INSERT INTO plain.local SELECT * FROM plain.m;
INSERT INTO plain.days SELECT * FROM plain.m;
INSERT INTO plain.dom SELECT * FROM plain.m;
INSERT INTO hyper.local TABLE plain.local;
INSERT INTO hyper.days TABLE plain.days;
INSERT INTO hyper.dom TABLE plain.dom;
CREATE TABLE plain.ticks (time bigint NOT NULL, v int);
CREATE TABLE hyper.ticks (LIKE plain.ticks);
SELECT FROM create_hypertable('hyper.ticks', by_range('time', 10));
CREATE TABLE plain.small (time smallint NOT NULL, v int);
CREATE TABLE hyper.small (LIKE plain.small);
SELECT FROM create_hypertable('hyper.small', by_range('time', 1000));
INSERT INTO plain.ticks SELECT n, n FROM generate_series(-500, 499) n;
INSERT INTO hyper.ticks TABLE plain.ticks;
INSERT INTO plain.small SELECT n, n FROM generate_series(-32000, 32767, 100) n;
INSERT INTO hyper.small TABLE plain.small;

-- How many chunks a plan scans.
CREATE FUNCTION chunks(query text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    line text;
    n int := 0;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (costs off) ' || query LOOP
        IF line ~ 'Scan.* on _hyper_\d+_\d+_chunk( |$)' THEN n := n + 1; END IF;
    END LOOP;
    RETURN n;
END $$;
-- That for a condition, and whether the rows are those of the plain table.
CREATE FUNCTION scanned(source text, condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    query text := format('SELECT count(*), sum(v) FROM hyper.%I m WHERE %s', source, condition);
    hyper text;
    plain text;
BEGIN
    EXECUTE 'SELECT q::text FROM (' || query || ') q' INTO hyper;
    EXECUTE 'SELECT q::text FROM (' || replace(query, 'hyper.', 'plain.') || ') q' INTO plain;
    RETURN chunks(query) || ' chunks, ' || CASE WHEN hyper = plain THEN 'same rows' ELSE hyper || ' / ' || plain END;
END $$;

-- Whether a query gives the same rows over the plain tables.
CREATE FUNCTION same(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    differing bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM ((SELECT h::text FROM (%1$s) h EXCEPT ALL SELECT p::text FROM (%2$s) p)
        UNION ALL (SELECT p::text FROM (%2$s) p EXCEPT ALL SELECT h::text FROM (%1$s) h)) d', query, replace(query, 'hyper.', 'plain.')) INTO differing;
    RETURN CASE differing WHEN 0 THEN 'same rows' ELSE differing || ' rows differ' END;
END $$;

\echo -- every operator, either way round
SELECT c, scanned('m', c) FROM (VALUES
    ('time_bucket(''1 day'', time) = ''2026-02-01 00:00+00'''),
    ('time_bucket(''1 day'', time) = ''2026-02-01 00:00:00.000001+00'''),
    ('time_bucket(''1 day'', time) < ''2026-01-03 00:00+00'''),
    ('time_bucket(''1 day'', time) <= ''2026-01-03 00:00+00'''),
    ('time_bucket(''1 day'', time) > ''2026-04-08 00:00+00'''),
    ('time_bucket(''1 day'', time) >= ''2026-04-08 00:00+00'''),
    ('''2026-04-08 00:00+00'' <= time_bucket(''1 day'', time)'),
    ('''2026-01-03 00:00+00'' > time_bucket(''1 day'', time)'),
    ('time_bucket(''1 day'', time) <> ''2026-01-03 00:00+00'''),
    ('time_bucket(''1 day'', time) BETWEEN ''2026-02-01 00:00+00'' AND ''2026-02-03 00:00+00'''),
    ('v > 0 AND (time_bucket(''1 day'', time) = ''2026-02-01 00:00+00'' AND v < 1000)')) t(c);

\echo -- every form
SELECT c, scanned('m', c) FROM (VALUES
    ('time_bucket(''5 minutes'', time) = ''2026-02-01 06:00+00'''),
    ('time_bucket(''1 week'', time) = ''2026-02-02 00:00+00'''),
    ('time_bucket(''1 month'', time) = ''2026-02-01 00:00+00'''),
    ('time_bucket(''1 year'', time) < ''2026-01-01 00:00+00'''),
    ('time_bucket(''1 day'', time, timestamptz ''2026-01-01 07:00+00'') = ''2026-02-01 07:00+00'''),
    ('time_bucket(''1 day'', time, interval ''-3 hours'') = ''2026-02-01 21:00+00'''),
    ('time_bucket(''1 day'', time, ''Europe/Berlin'') = ''2026-02-01 23:00+00'''),
    ('time_bucket(ts => time, bucket_width => ''1 day'', timezone => ''America/New_York'') = ''2026-02-01 05:00+00'''),
    ('time_bucket(''1 month'', time, timezone => ''Europe/Berlin'', "offset" => interval ''1 day'') <= ''2026-01-01 23:00+00'''),
    ('time_bucket(text ''1 day'', time) = ''2026-02-01 00:00+00''')) t(c);

\echo -- every type, and comparisons across them
SELECT s, c, scanned(s, c) FROM (VALUES
    ('local', 'time_bucket(''1 day'', time) = ''2026-02-01'''),
    ('days', 'time_bucket(''1 week'', time) = ''2026-02-02'''),
    ('days', 'time_bucket(''1 day'', time) <= timestamp ''2026-01-02 12:00'''),
    ('days', 'time_bucket(''1 day'', time) = date ''infinity'''),
    ('dom', 'time_bucket(''1 day'', time) = ''2026-02-01 00:00+00'''),
    ('m', 'time_bucket(''1 day'', time) <= date ''2026-01-02'''),
    ('m', 'time_bucket(''1 day'', time) < timestamptz ''infinity'''),
    ('m', 'time_bucket(''1 day'', time) > timestamptz ''-infinity'''),
    ('m', 'time_bucket(''1 day'', time) <= timestamptz ''294276-12-31 00:00+00'''),
    ('m', 'time_bucket(''100000 years'', time) <= timestamptz ''2026-01-01 00:00+00'''),
    ('ticks', 'time_bucket(10, time) = 30'),
    ('ticks', 'time_bucket(7::bigint, time, 3::bigint) = 31'),
    ('ticks', 'time_bucket(10, time) <= 9223372036854775807'),
    ('small', 'time_bucket(1000::smallint, time) = 32000'),
    ('small', 'time_bucket(1000::smallint, time) >= 31000::smallint')) t(s, c);

\echo -- nothing is concluded from what may change, is not the time column or is expensive
SELECT c, scanned('m', c) FROM (VALUES
    ('time_bucket(''1 day'', time) = time'),
    ('time_bucket(''1 day'', time) = (SELECT max(time) FROM plain.m)'),
    ('time_bucket(''1 day'', time + interval ''1 day'') = ''2026-02-01 00:00+00'''),
    ('time_bucket(''1 day'', time) = NULL'),
    ('time_bucket(interval ''1 day'' * (v % 2 + 1), time) <= ''2026-01-02 00:00+00''')) t(c);

\echo -- conditions on the bucket that a subquery, a view, UNION ALL, a CTE or a function gives; buckets of buckets
CREATE VIEW hyper.daily AS SELECT time_bucket('1 day', time) AS day, count(*) AS n FROM hyper.m GROUP BY 1;
CREATE VIEW plain.daily AS SELECT time_bucket('1 day', time) AS day, count(*) AS n FROM plain.m GROUP BY 1;
CREATE FUNCTION hyper.by_day() RETURNS TABLE (day timestamptz, v int) LANGUAGE sql STABLE AS 'SELECT time_bucket(''1 day'', time), v FROM hyper.m';
CREATE FUNCTION plain.by_day() RETURNS TABLE (day timestamptz, v int) LANGUAGE sql STABLE AS 'SELECT time_bucket(''1 day'', time), v FROM plain.m';
SELECT q, chunks(q) || ' chunks, ' || same(q) AS scanned FROM (VALUES
    ($$SELECT * FROM (SELECT time_bucket('1 day', time) AS day, v FROM hyper.m) x WHERE day = '2026-02-01 00:00+00'$$),
    ($$SELECT * FROM (SELECT time_bucket('1 day', time) AS day, sum(v) FROM hyper.m GROUP BY 1) x WHERE day = '2026-02-01 00:00+00'$$),
    ($$SELECT * FROM hyper.daily WHERE day >= '2026-04-09 00:00+00'$$),
    ($$SELECT * FROM hyper.daily WHERE day BETWEEN '2026-02-01 00:00+00' AND '2026-02-02 00:00+00' AND n > 3$$),
    ($$SELECT * FROM (SELECT * FROM hyper.daily UNION ALL SELECT time_bucket('1 week', time), v FROM hyper.m) x WHERE day = '2026-02-02 00:00+00'$$),
    ($$WITH x AS (SELECT * FROM hyper.daily) SELECT * FROM x WHERE day = '2026-02-01 00:00+00'$$),
    ($$SELECT * FROM hyper.by_day() WHERE day = '2026-02-01 00:00+00'$$),
    ($$SELECT * FROM (SELECT time_bucket('1 week', day) AS week, sum(n) FROM hyper.daily GROUP BY 1) x WHERE week = '2026-02-02 00:00+00'$$),
    ($$SELECT * FROM (SELECT time_bucket('1 month', day, 'Europe/Berlin') AS month, sum(n) FROM hyper.daily GROUP BY 1) x WHERE month <= '2025-12-31 23:00+00'$$),
    ($$SELECT count(*) FROM hyper.m WHERE time_bucket('1 week', time_bucket('1 day', time)) = '2026-02-02 00:00+00'$$),
    ($$SELECT count(*) FROM hyper.ticks WHERE time_bucket(100, time_bucket(10, time)) = 100$$),
    ($$SELECT d.day, x.n FROM plain.daily d LEFT JOIN (SELECT * FROM hyper.daily WHERE day < '2026-01-03 00:00+00') x ON x.day = d.day WHERE d.day < '2026-01-05 00:00+00'$$),
    ($$WITH x AS MATERIALIZED (SELECT * FROM hyper.daily) SELECT * FROM x WHERE day = '2026-02-01 00:00+00'$$)) t(q);

\echo -- prepared statements, with the value known and unknown while planning
SELECT differ.run('SELECT * FROM m WHERE time_bucket(''1 day'', time) > now() - interval ''1 hour''');
PREPARE one_day(timestamptz) AS SELECT count(*), sum(v) FROM hyper.m WHERE time_bucket('1 day', time) = $1;
SET plan_cache_mode = force_custom_plan;
EXECUTE one_day('2026-02-01 00:00+00');
SELECT chunks($$EXECUTE one_day('2026-02-01 00:00+00')$$);
SET plan_cache_mode = force_generic_plan;
EXECUTE one_day('2026-02-01 00:00+00');
RESET plan_cache_mode;

\echo -- a join, and rows that are changed
SELECT chunks($$SELECT * FROM hyper.m a JOIN hyper.local b ON a.v = b.v AND time_bucket('1 day', a.time) = '2026-02-01 00:00+00'
    WHERE time_bucket('1 day', b.time) = '2026-03-01 00:00'$$);
SELECT differ.run('UPDATE m SET v = -v WHERE time_bucket(''1 day'', time) = ''2026-02-01 00:00+00''');
SELECT differ.run('DELETE FROM m WHERE time_bucket(''1 week'', time) <= ''2026-01-05 00:00+00''');
