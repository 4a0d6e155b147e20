-- show_chunks: every form of its arguments selects what a plain condition on the ranges selects.
SET timezone = 'Europe/Berlin';
SET datestyle = 'ISO';
CREATE TABLE day_tz (time timestamptz NOT NULL);
CREATE TABLE day_local (time timestamp NOT NULL);
CREATE TABLE day_date (time date NOT NULL);
CREATE TABLE tens (time int NOT NULL);
SET client_min_messages = error;
SELECT count(*) FROM (VALUES ('day_tz', NULL), ('day_local', NULL), ('day_date', NULL)) t(name),
    create_hypertable(name::regclass, 'time', chunk_time_interval => interval '1 day');
SELECT created FROM create_hypertable('tens', 'time', chunk_time_interval => 10);
RESET client_min_messages;
INSERT INTO day_tz SELECT generate_series(timestamptz '2024-01-03 00:00+00', '2024-01-01', '-1 day');
INSERT INTO day_local SELECT generate_series(timestamp '2024-01-01', '2024-01-03', '1 day');
INSERT INTO day_date SELECT generate_series(timestamp '2024-01-01', '2024-01-03', '1 day');
INSERT INTO tens SELECT generate_series(-10, 20, 10);

-- In the order of their ranges, not of their creation.
SELECT show_chunks('day_tz');
SELECT show_chunks('tens');
SELECT * FROM show_chunks('day_tz', older_than => NULL, newer_than => NULL::interval);

-- The number of chunks; the ranges of the first table are days of UTC, an hour before those of Berlin.
CREATE FUNCTION n(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result bigint; state text; message text;
BEGIN
    EXECUTE 'SELECT count(*) FROM show_chunks(' || query || ')' INTO result;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
    RETURN state || ' ' || message;
END $$;
SELECT arguments, n('''day_tz'', ' || arguments) AS day_tz, n('''day_local'', ' || arguments) AS day_local,
    n('''day_date'', ' || arguments) AS day_date
FROM unnest(ARRAY[
    $$older_than => timestamptz '2024-01-03 00:00+00'$$, $$older_than => timestamptz '2024-01-03 00:00+01'$$,
    $$older_than => timestamp '2024-01-03 00:00'$$, $$older_than => timestamp '2024-01-03 01:00'$$,
    $$older_than => date '2024-01-03'$$, $$older_than => '2024-01-03 01:00'$$, $$older_than => text '2024-01-03'$$,
    $$older_than => varchar '2024-01-03'$$, $$newer_than => date '2024-01-02'$$, $$newer_than => '2024-01-03 01:00'$$,
    $$older_than => '2024-01-03 01:00', newer_than => '2024-01-02 01:00'$$,
    $$older_than => interval '1 day'$$, $$older_than => '1 day'$$, $$older_than => 'P1D'$$, $$older_than => text '10:00'$$,
    $$older_than => interval '1000 years'$$, $$newer_than => interval '1000 years'$$, $$newer_than => '1 month'$$,
    $$older_than => 'yesterday'$$, $$older_than => 'infinity'$$, $$older_than => '-infinity'$$,
    $$newer_than => timestamptz '-infinity'$$, $$newer_than => date 'infinity'$$,
    $$older_than => date '2024-01-03', newer_than => date '2024-01-03'$$,
    $$older_than => date '2024-01-02', newer_than => date '2024-01-03'$$,
    $$older_than => 5$$, $$older_than => 5.5$$, $$older_than => true$$, $$older_than => 'rubbish'$$,
    $$older_than => interval '100000000 years'$$
]) arguments;
SELECT arguments, n('''tens'', ' || arguments) AS tens
FROM unnest(ARRAY[
    $$older_than => 0$$, $$older_than => smallint '10'$$, $$older_than => bigint '10000000000'$$, $$older_than => '10'$$,
    $$older_than => 9$$, $$newer_than => 10$$, $$newer_than => 11$$, $$older_than => 10, newer_than => 0$$,
    $$older_than => interval '1 day'$$, $$older_than => date '2024-01-01'$$, $$older_than => 1.5$$, $$older_than => 'x'$$
]) arguments;

-- By the time of creation: chunks of the past hour.
UPDATE varve_catalog.chunk SET created = '2024-05-01 00:00+00' WHERE relation::text ~ '_hyper_1_1_chunk';
SELECT arguments, n('''day_tz'', ' || arguments) AS chunks
FROM unnest(ARRAY[
    $$created_after => interval '1 hour'$$, $$created_before => interval '1 hour'$$, $$created_before => '1 hour'$$,
    $$created_before => now() + interval '1 hour'$$, $$created_before => timestamptz '2024-05-01 00:00+00'$$,
    $$created_before => timestamp '2024-05-01 02:00:01'$$, $$created_after => date '2024-05-01', created_before => '2024-05-02'$$,
    $$created_after => timestamptz '2024-05-01 00:00+00'$$, $$created_after => 'infinity'$$,
    $$created_after => 7$$, $$created_after => now(), created_before => interval '1 hour'$$,
    $$created_after => now(), older_than => now()$$
]) arguments;
SELECT n('''tens'', created_after => interval ''1 hour''') AS tens;

-- In the argument list, in a prepared statement, with a parameter of each type.
SELECT show_chunks('day_tz', older_than => timestamptz '2024-01-02 00:00+00');
PREPARE older(regclass, timestamptz) AS SELECT show_chunks($1, older_than => $2);
EXECUTE older('day_tz', '2024-01-03 00:00+00');
EXECUTE older('day_tz', NULL);

-- What has no chunks.
CREATE TABLE plain (time timestamptz);
CREATE VIEW looks AS SELECT * FROM day_tz;
SELECT arguments, n(arguments)
FROM unnest(ARRAY['''plain''', '''looks''', 'NULL', '''no_such''', '4000000000::oid::regclass',
    '(SELECT show_chunks(''day_tz'') LIMIT 1)']) arguments;
