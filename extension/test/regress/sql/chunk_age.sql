-- "chunk < time" selects the chunks that end by then, as show_chunks(older_than => time) does, for every
-- type of time; what else is compared with a regclass is as it was.
SET timezone = 'America/New_York';
CREATE TABLE utc (time timestamptz NOT NULL);
CREATE TABLE local (time timestamp NOT NULL);
CREATE TABLE day (time date NOT NULL);
CREATE TABLE number (time int NOT NULL);
SET client_min_messages = error;
SELECT created FROM unnest('{utc,local,day}'::regclass[]) t, create_hypertable(t, by_range('time', interval '1 day'));
SELECT created FROM create_hypertable('number', by_range('time', 10));
INSERT INTO utc SELECT generate_series(timestamptz '2024-03-08', '2024-03-12', '6 hours');
INSERT INTO local SELECT time FROM utc;
INSERT INTO day SELECT DISTINCT time::date FROM utc;
INSERT INTO number VALUES (1), (11);
SELECT t, bound, count(*) FILTER (WHERE c < bound) AS chunks, count(*) FILTER (WHERE c < bound) = (SELECT count(*) FROM show_chunks(t, older_than => bound)) AS as_show_chunks
FROM unnest('{utc,local,day}'::regclass[]) t, show_chunks(t) c, unnest('{2024-03-09 18:59,2024-03-09 19:00,2024-03-10 00:00,2024-03-10 03:00,2024-03-10 20:00,2024-03-11 20:00,infinity,-infinity}'::timestamptz[]) bound
GROUP BY 1, 2 ORDER BY 1, 2;
SELECT i FROM show_chunks('utc') i WHERE i < now() - INTERVAL '7 days' ORDER BY i DESC LIMIT 1;
SELECT count(*) FROM show_chunks('utc') i WHERE i < date '2024-03-10';
SELECT count(*) FROM show_chunks('utc') i WHERE i < NULL::timestamptz;

-- Not a chunk, or none of a time.
\set VERBOSITY terse
SELECT 'utc'::regclass < now();
\echo :LAST_ERROR_SQLSTATE
SELECT 0::regclass < now();
SELECT count(*) FROM show_chunks('number') i WHERE i < now();
\echo :LAST_ERROR_SQLSTATE

-- Elsewhere nothing changes: literals are no times (PostgreSQL alone takes them for oids, of which
-- regclass reads the digits as well), oids and numbers compare.
SELECT 'pg_class'::regclass < '99999', 'pg_class'::regclass < 'pg_proc', 'pg_class'::regclass < 'pg_class'::regclass, 'pg_class'::regclass < 1::oid, 'pg_class'::regclass < 99999, 1::oid < 'pg_class'::regclass;
SELECT 'pg_class'::regclass < '2024-01-01';
PREPARE less AS SELECT 'pg_class'::regclass < $1;
SELECT parameter_types FROM pg_prepared_statements WHERE name = 'less';
SELECT 'pg_class'::regclass > 'pg_proc', 'pg_class'::regclass <= 'pg_proc';
SELECT min(c) = 'pg_class'::regclass FROM unnest('{pg_class,pg_class}'::regclass[]) c;
DROP TABLE utc, local, day, number;
