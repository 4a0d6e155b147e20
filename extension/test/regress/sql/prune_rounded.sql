-- Conditions on the rounded time (date_trunc(), casts to date, AT TIME ZONE), on lists of such values and on
-- rows that begin with the time leave out chunks; the rows are the same as on a plain table, in every zone.
\getenv dir PG_ABS_SRCDIR
\set harness :dir '/sql/differential.inc'
\set ECHO none
\i :harness

-- 100 chunks of a day; a row each 6 hours.
SELECT differ.create('m', 'time timestamptz NOT NULL, v int', 'time');
SELECT differ.create('local', 'time timestamp NOT NULL, v int', 'time');
SELECT differ.create('days', 'time date NOT NULL, v int', 'time');
INSERT INTO plain.m SELECT timestamptz '2026-01-01 00:00+00' + n * interval '6 h', n FROM generate_series(0, 399) n;
INSERT INTO hyper.m TABLE plain.m;
SET timezone = 'UTC';
INSERT INTO plain.local SELECT * FROM plain.m;
INSERT INTO plain.days SELECT * FROM plain.m;
INSERT INTO hyper.local TABLE plain.local;
INSERT INTO hyper.days TABLE plain.days;
CREATE TABLE plain.ticks (time bigint NOT NULL, v int);
CREATE TABLE hyper.ticks (LIKE plain.ticks);
SELECT FROM create_hypertable('hyper.ticks', by_range('time', 10));
INSERT INTO plain.ticks SELECT n, n FROM generate_series(-500, 499) n;
INSERT INTO hyper.ticks TABLE plain.ticks;

-- How many chunks a plan reads: those that are planned for and not removed when it starts.
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

\echo -- date_trunc() and casts, every operator, either way round
SELECT c, scanned('m', c) FROM (VALUES
    ('date_trunc(''day'', time) = ''2026-02-01 00:00+00'''),
    ('date_trunc(''hour'', time) = ''2026-02-01 06:00+00'''),
    ('date_trunc(''week'', time) = ''2026-02-02 00:00+00'''),
    ('date_trunc(''month'', time) < ''2026-02-01 00:00+00'''),
    ('''2026-03-31 00:00+00'' < date_trunc(''month'', time)'),
    ('date_trunc(''day'', time, ''Europe/Berlin'') = ''2026-01-31 23:00+00'''),
    ('date_trunc(''day'', time) = date ''2026-02-01'''),
    ('time::date = ''2026-02-01'''),
    ('time::date <= ''2026-01-02'''),
    ('time::date > ''2026-04-08'''),
    ('time::date BETWEEN ''2026-02-01'' AND ''2026-02-03'''),
    ('time::timestamp >= ''2026-04-08'''),
    ('time AT TIME ZONE ''Asia/Tokyo'' < ''2026-01-02 12:00'''),
    ('(time AT TIME ZONE ''Asia/Tokyo'')::date = ''2026-02-01'''),
    ('date_trunc(''month'', time AT TIME ZONE ''America/New_York'')::date = ''2026-04-01''')) t(c);

\echo -- the other types
SELECT s, c, scanned(s, c) FROM (VALUES
    ('local', 'date_trunc(''day'', time) = ''2026-02-01'''),
    ('local', 'time::date = ''2026-02-01'''),
    ('local', 'time::date < ''2026-01-03'''),
    ('local', 'time::timestamptz > ''2026-04-08 00:00+00'''),
    ('local', 'time AT TIME ZONE ''Europe/Berlin'' >= ''2026-04-08 00:00+00'''),
    ('days', 'date_trunc(''month'', time) = ''2026-02-01'''),
    ('days', 'date_trunc(''month'', time::timestamp) < timestamp ''2026-01-31 12:00'''),
    ('days', 'time::timestamp = ''2026-02-01''')) t(s, c);

\echo -- lists
CREATE DOMAIN some_days AS date[];
SELECT s, c, scanned(s, c) FROM (VALUES
    ('m', 'time::date IN (''2026-02-03'', ''2026-02-01'')'),
    ('m', 'date_trunc(''day'', time) = ANY (ARRAY[timestamptz ''2026-02-03 00:00+00'', NULL, ''2026-02-01 00:00+00''])'),
    ('m', 'time_bucket(''1 day'', time) IN (''2026-02-03 00:00+00'', ''2026-02-01 00:00+00'')'),
    ('ticks', 'time_bucket(10, time) IN (30, 50, 40)'),
    ('m', 'time::date = ANY (''{2026-02-03, 2026-02-01}''::some_days)'),
    ('m', 'time::date = ANY (''{}''::date[])'),
    ('m', 'time::date = ANY (ARRAY[NULL]::date[])'),
    ('m', 'time::date <> ALL (ARRAY[date ''2026-02-01''])'),
    ('m', 'time::date > ANY (ARRAY[date ''2026-04-08''])')) t(s, c);

\echo -- rows
SELECT s, c, scanned(s, c) FROM (VALUES
    ('m', '(time, v) < (''2026-01-02 06:00+00'', 5)'),
    ('m', '(time, v) <= (''2026-01-02 00:00+00'', 5)'),
    ('m', '(time, v) >= (''2026-04-08 00:00+00'', 5)'),
    ('m', '(''2026-04-08 00:00+00'', 5) < (time, v)'),
    ('days', '(time, v) > (timestamp ''2026-04-08 12:00'', 5)'),
    ('ticks', '(time, v) > (480, 5)'),
    ('m', '(time, v) < (NULL, 5)'),
    ('m', '(v, time) < (5, ''2026-01-02 06:00+00'')'),
    ('m', '(time, v) = (''2026-01-02 06:00+00'', 5)')) t(s, c);

\echo -- the clock: 101 chunks around today, of which fewer than 70 are read
SELECT differ.create('around', 'time timestamptz NOT NULL, v int', 'time');
INSERT INTO plain.around SELECT now() + n * interval '1 day', n FROM generate_series(-50, 50) n;
INSERT INTO hyper.around TABLE plain.around;
SELECT c, scanned('around', c) ~ '^[0-6]?[0-9] chunks, same rows$' AS pruned FROM (VALUES
    ('time::date = current_date'),
    ('time::date > current_date - 7'),
    ('date_trunc(''day'', time) >= now() - interval ''1 week'''),
    ('date_trunc(''hour'', time) > now()'),
    ('(time, v) > (now(), 5)'),
    ('(time AT TIME ZONE ''Asia/Tokyo'')::date >= current_date')) t(c);

\echo -- nothing is concluded from other units, zones, columns, and values that differ from row to row
SELECT c, scanned('m', c) FROM (VALUES
    ('date_trunc(''Day'', time) = ''2026-02-01 00:00+00'''),
    ('(time AT TIME ZONE ''X+100'')::date = ''2026-02-01'''),
    ('(time AT TIME ZONE interval ''1 hour'')::date = ''2026-02-01'''),
    ('time::date = (SELECT max(time)::date FROM plain.m)'),
    ('time::date = date ''2026-01-01'' + v / 4'),
    ('time::date = NULL'),
    ('(time + interval ''1 day'')::date = ''2026-02-01''')) t(c);
SELECT c, scanned('m', c) FROM (VALUES
    ('time::date < ''infinity'''),
    ('time::date = ''5874897-12-31'''),
    ('time::date < ''5874897-12-31'''),
    ('time::date < ''300000-01-01'''),
    ('time::date >= ''4714-11-24 BC'''),
    ('date_trunc(''millennium'', time) <= ''294276-12-31 00:00+00''')) t(c);

\echo -- parameters, known while planning or not
PREPARE one_day(date) AS SELECT count(*), sum(v) FROM hyper.m WHERE time::date = $1;
SET plan_cache_mode = force_custom_plan;
SELECT chunks($$EXECUTE one_day('2026-02-01')$$);
SET plan_cache_mode = force_generic_plan;
EXECUTE one_day('2026-02-01');
EXECUTE one_day('4714-11-24 BC');
EXECUTE one_day('5874897-12-31');
EXECUTE one_day('-infinity');
PREPARE since(timestamptz) AS SELECT count(*), sum(v) FROM hyper.m WHERE date_trunc('day', time) >= $1 AND date_trunc('day', time AT TIME ZONE 'UTC') >= $1;
EXECUTE since('2026-04-08 00:00+00');
SELECT chunks($$EXECUTE since('2026-04-09 00:00+00')$$);
EXECUTE since('4714-11-24 00:00+00 BC');
EXECUTE since('-infinity');
EXECUTE since('infinity');
RESET plan_cache_mode;
DEALLOCATE one_day;

\echo -- changes, joins and views
SELECT differ.run('UPDATE m SET v = -v WHERE time::date = ''2026-02-01''');
SELECT differ.run('DELETE FROM m WHERE (time, v) < (''2026-01-03 00:00+00'', 0)');
CREATE VIEW daily AS SELECT time, v FROM hyper.m;
SELECT chunks('SELECT FROM daily WHERE time::date = ''2026-02-01'''), chunks('SELECT FROM plain.m a LEFT JOIN hyper.m b ON b.v = a.v AND b.time::date = ''2026-02-01''');

\echo -- every zone, around each change of the clock: a plan made in one zone and run in another
CREATE TABLE plain.w (time timestamptz NOT NULL, v int);
CREATE TABLE hyper.w (LIKE plain.w);
SELECT FROM create_hypertable('hyper.w', by_range('time', interval '3 hours'));
INSERT INTO plain.w SELECT t + n * interval '30 min', n FROM unnest(ARRAY[timestamptz '2026-03-29 00:00+00', '2026-10-25 00:00+00', '2011-12-30 00:00+00',
    '2026-11-01 04:00+00', '1892-07-04 12:00+00']) t, generate_series(-60, 60) n;
INSERT INTO hyper.w TABLE plain.w;
CREATE FUNCTION zones_that_differ() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    zone text;
    planned text;
    condition text;
    same bool;
BEGIN
    FOR zone, planned, condition IN SELECT z, p, format(c, d)
        FROM unnest('{UTC,Europe/Berlin,America/Havana,Pacific/Apia,Asia/Kathmandu,Pacific/Kiritimati,America/New_York}'::text[]) z,
        unnest('{UTC,Pacific/Apia}'::text[]) p,
        unnest('{2026-03-29,2026-10-25,2011-12-29,2011-12-30,2011-12-31,2026-11-01,1892-07-04,1892-07-05}'::date[]) d,
        unnest(ARRAY['time::date = date %L', 'time::date <= %L', 'time::date >= %L', 'date_trunc(''day'', time) = date %L', 'date_trunc(''day'', time) < %L',
            'date_trunc(''hour'', time) >= date %L', 'time::timestamp >= %L', 'date_trunc(''day'', time AT TIME ZONE ''America/Havana'') = %L']) c
    LOOP
        PERFORM set_config('timezone', planned, true), set_config('plan_cache_mode', 'force_generic_plan', true);
        EXECUTE format('PREPARE counted AS SELECT (SELECT count(*) FROM plain.w WHERE %1$s) = (SELECT count(*) FROM hyper.w WHERE %1$s)', condition);
        EXECUTE 'EXECUTE counted' INTO same;
        IF NOT same THEN RETURN NEXT concat_ws(' ', planned, condition); END IF;
        PERFORM set_config('timezone', zone, true);
        EXECUTE 'EXECUTE counted' INTO same;
        IF NOT same THEN RETURN NEXT concat_ws(' ', zone, planned, condition); END IF;
        DEALLOCATE counted;
    END LOOP;
END $$;
SELECT zones_that_differ();
