-- COPY into a hypertable and out of it does what it does for a plain table, with all its options,
-- and makes the chunks it lacks.
\getenv dir PG_ABS_SRCDIR
\getenv out PG_ABS_BUILDDIR
\set harness :dir '/sql/differential.inc'
\set file :out '/results/copy.data'
\set ECHO none
\i :harness

SELECT differ.create('m', $$time timestamptz NOT NULL DEFAULT '2024-06-06', dev int CHECK (dev < 1000), note text, v float8 DEFAULT 7,
    g int GENERATED ALWAYS AS (dev * 2) STORED, PRIMARY KEY (dev, time)$$, 'time');
CREATE TABLE source AS SELECT timestamptz '2024-01-01' + (n * 7919 % 3000) * interval '10 min' AS time, n % 10 AS dev,
    CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'a,"b"' || E'\t\n\\' ELSE 'plain' END AS note, n / 3.0::float8 AS v
    FROM generate_series(1, 3000) n;

\echo -- each format, written by a plain table and read by both; then what one writes the other reads
COPY source TO :'file';
SELECT differ.run(format('COPY m (time, dev, note, v) FROM %L', :'file'));
SELECT count(*) FROM show_chunks('hyper.m');
SELECT differ.run('TRUNCATE m');
COPY source TO :'file' (FORMAT binary);
SELECT differ.run(format('COPY m (time, dev, note, v) FROM %L (FORMAT binary)', :'file'));
SELECT differ.run('TRUNCATE m');
COPY source (note, v, time, dev) TO :'file' (FORMAT csv, HEADER, DELIMITER '|', QUOTE '''', ESCAPE '\', NULL 'nil', FORCE_QUOTE (v));
SELECT differ.run(format($$COPY m (note, v, time, dev) FROM %L
    (FORMAT csv, HEADER match, DELIMITER '|', QUOTE '''', ESCAPE '\', NULL 'nil', FORCE_NOT_NULL (note), ENCODING 'UTF8')$$, :'file'));
SELECT differ.run(format($$COPY m (note, v, dev, time) FROM %L (FORMAT csv, HEADER match, DELIMITER '|')$$, :'file'));
COPY hyper.m TO :'file';
SELECT differ.run('TRUNCATE m');
SELECT differ.run(format('COPY m FROM %L', :'file'));
COPY hyper.m (v, time, dev) TO :'file' (FORMAT csv, HEADER, FORCE_QUOTE *);
SELECT differ.run('TRUNCATE m');
SELECT differ.run(format('COPY m (v, time, dev) FROM %L (FORMAT csv, HEADER, FORCE_NULL (v))', :'file'));
COPY hyper.m TO :'file' (FORMAT binary);
SELECT differ.run('TRUNCATE m');
SELECT differ.run(format('COPY m FROM %L (FORMAT binary)', :'file'));
SELECT differ.run(format('COPY m (dev, time) FROM PROGRAM %L WHERE dev = 777', 'printf "777\t2024-01-01\n778\t2025-01-01\n777\t2026-01-01\n"'));
SELECT differ.run('TRUNCATE m');
\copy hyper.m from pstdin
2024-01-01	1	one	1
2024-02-01	2	\N	\N
\.
COPY hyper.m (dev, time) FROM STDIN (FORMAT csv);
3,2024-03-01
4,"2024-04-01"
\.
COPY hyper.m FROM STDIN;
\.
COPY hyper.m TO STDOUT (FORMAT csv, HEADER);
COPY hyper.m (note, dev) TO STDOUT (NULL '(null)', DELIMITER ';');
COPY (SELECT dev FROM hyper.m ORDER BY dev DESC LIMIT 1) TO STDOUT;
DELETE FROM hyper.m;

\echo -- defaults, volatile ones too; a condition, a volatile one too
SELECT differ.run(format('COPY m (dev) FROM PROGRAM %L', 'printf "1\n2\n"'));
SELECT differ.run($$ALTER TABLE m ADD COLUMN seen bigint DEFAULT 0$$);
CREATE SEQUENCE counter;
SELECT differ.run($$ALTER TABLE m ALTER seen SET DEFAULT nextval('counter') * 0$$);
SELECT differ.run(format('COPY m (dev, time) FROM PROGRAM %L', 'printf "3\t2024-01-01\n4\t2025-01-01\n"'));
SELECT differ.run(format($$COPY m (dev, time) FROM PROGRAM %L WHERE dev > 6 AND time < '2025-01-01' AND m.tableoid = 'm'::regclass$$,
    'printf "6\t2024-01-01\n7\t2024-01-01\n8\t2025-01-01\n9\t2024-12-31\n"'));
SELECT differ.run(format($$COPY m (dev, time) FROM PROGRAM %L WHERE random() >= 0 AND dev > 11$$, 'printf "11\t2027-01-01\n12\t2028-01-01\n"'));
SELECT differ.run(format($$COPY m (dev, time) FROM PROGRAM %L WHERE nosuch > 1$$, 'printf "11\t2027-01-01\n"'));
SELECT differ.run(format($$COPY m (dev, time) FROM PROGRAM %L WHERE dev$$, 'printf "11\t2027-01-01\n"'));
SELECT count(*) FROM show_chunks('hyper.m', newer_than => timestamptz '2027-01-01');

\echo -- errors name the line and the column, of rows that were buffered too
COPY hyper.m (dev, time) FROM STDIN;
20	2024-01-01
21	noon
\.
COPY hyper.m (dev, time) FROM STDIN;
20	2024-01-01
21	\N
\.
COPY hyper.m (dev, time) FROM STDIN;
20	2024-01-01
21	infinity
\.
COPY hyper.m (dev, time) FROM STDIN;
20	2024-01-01
1000	2031-01-01
\.
COPY hyper.m (dev, time) FROM STDIN;
20	2024-01-01
21	2024-01-02
20	2024-01-01
22	2024-01-03
\.
COPY hyper.m (dev, time) FROM STDIN;
20	2024-01-01	extra
\.
COPY hyper.m (dev, time) FROM STDIN;
20
\.
COPY hyper.m (dev, time) FROM STDIN (FORMAT csv, HEADER match);
dev,when
20,2024-01-01
\.
COPY hyper.m (dev, nosuch) FROM STDIN;
\.
COPY hyper.m (dev, dev) FROM STDIN;
\.
COPY hyper.m (dev, g) FROM STDIN;
\.
COPY hyper.m (g) TO STDOUT;
COPY hyper.m (nosuch) TO STDOUT;
COPY hyper.m TO STDOUT (FORCE_QUOTE (dev));
COPY hyper.m FROM STDIN (FORMAT json);
\.
COPY hyper.m FROM STDIN (FORCE_NULL (nosuch), FORMAT csv);
\.
COPY hyper.m FROM '/nonexistent/file';
COPY hyper.m FROM PROGRAM 'false';
COPY hyper.m (dev, time) FROM STDIN (FREEZE);
20	2024-01-01
\.
COPY hyper.nosuch FROM STDIN;
\.
SELECT differ.run('TABLE m');

\echo -- more chunks and rows than are buffered at once, interleaved; rows wider than the buffer
SELECT differ.create('w', 'time timestamptz NOT NULL, dev int, big text', 'time');
CREATE INDEX ON hyper.w (dev);
COPY (SELECT timestamptz '2024-01-01' + n % 150 * interval '1 day', n, repeat('x', n % 50) FROM generate_series(1, 20000) n) TO :'file';
SELECT differ.run(format('COPY w FROM %L', :'file'));
SELECT count(*) FROM show_chunks('hyper.w');
SELECT differ.run(format('COPY w FROM %L', :'file'));
COPY (SELECT timestamptz '2024-03-01' + n % 4 * interval '1 day', n, repeat('wide', 150000) FROM generate_series(1, 12) n) TO :'file' (FORMAT binary);
SELECT differ.run(format('COPY w FROM %L (FORMAT binary)', :'file'));
-- in the order of time, each chunk left for good
COPY (SELECT timestamptz '2025-01-01' + n * interval '10 min', n, NULL FROM generate_series(1, 5000) n) TO :'file';
SELECT differ.run(format('COPY w FROM %L', :'file'));
SELECT differ.run($$SELECT dev, count(*), sum(length(big)) FROM w WHERE dev = 77 GROUP BY dev$$);

\echo -- chunks that have other columns than the hypertable has by now
SELECT differ.run($$ALTER TABLE w DROP COLUMN dev, ADD COLUMN extra int DEFAULT 3$$);
COPY (SELECT timestamptz '2024-01-01' + n * interval '100 days', 'text ' || n FROM generate_series(0, 9) n) TO :'file';
SELECT differ.run(format('COPY w (time, big) FROM %L', :'file'));

\echo -- triggers: before, after, of the statement, with transition tables, on a chunk alone
SELECT differ.create('log', 'event text, n bigint, v bigint');
SELECT differ.create('t', 'time timestamptz NOT NULL, v int', 'time');
CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log VALUES (tg_when || ' ' || tg_level, (SELECT count(*) FROM t), CASE tg_level WHEN 'ROW' THEN new.v END);
    IF tg_level = 'ROW' AND tg_when = 'BEFORE' THEN
        IF new.v = 3 THEN RETURN NULL; END IF;
        new.v := new.v + 100;
    END IF;
    RETURN new;
END $$;
CREATE FUNCTION log_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log SELECT 'transition', count(*), sum(v) FROM new_rows;
    RETURN NULL;
END $$;
COPY (SELECT timestamptz '2024-01-01' + n % 5 * interval '1 day', n FROM generate_series(1, 12) n) TO :'file';
SELECT differ.run($$CREATE TRIGGER after_row AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION log()$$);
SELECT differ.run($$CREATE TRIGGER before_all BEFORE INSERT ON t EXECUTE FUNCTION log()$$);
SELECT differ.run($$CREATE TRIGGER after_all AFTER INSERT ON t EXECUTE FUNCTION log()$$);
SELECT differ.run(format('COPY t FROM %L', :'file'));
SELECT differ.run($$CREATE TRIGGER new_rows AFTER INSERT ON t REFERENCING NEW TABLE AS new_rows EXECUTE FUNCTION log_new()$$);
SELECT differ.run(format('COPY t FROM %L', :'file'));
SELECT differ.run($$CREATE TRIGGER before_row BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION log()$$);
SELECT differ.run(format('COPY t FROM %L', :'file'));
SELECT differ.run('TABLE log');
SELECT differ.run($$DROP TRIGGER before_row ON t; DROP TRIGGER new_rows ON t$$);
CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
SELECT format('CREATE TRIGGER alone BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION never()', c)
FROM show_chunks('hyper.t', older_than => timestamptz '2024-01-02') c \gexec
SET search_path = hyper, public;
COPY t FROM :'file';
SET search_path = public;
SELECT count(*) FILTER (WHERE time < '2024-01-02'), count(*) FROM hyper.t;
SELECT differ.run('TRUNCATE t, log');

\echo -- foreign keys are checked after the last row
SELECT differ.create('device', 'dev int PRIMARY KEY');
SELECT differ.create('f', 'time timestamptz NOT NULL, dev int REFERENCES device', 'time');
SELECT differ.run('INSERT INTO device VALUES (1), (2)');
SELECT differ.run(format('COPY f FROM PROGRAM %L', 'printf "2024-01-01\t1\n2025-01-01\t2\n"'));
SELECT differ.run(format('COPY f FROM PROGRAM %L', 'printf "2026-01-01\t1\n2027-01-01\t3\n"'));

\echo -- privileges, row security, read-only transactions
CREATE ROLE copy_user;
GRANT USAGE ON SCHEMA hyper TO copy_user;
SET ROLE copy_user;
COPY hyper.f FROM STDIN;
\.
COPY hyper.f TO STDOUT;
RESET ROLE;
GRANT INSERT (time), SELECT (dev) ON hyper.f TO copy_user;
SET ROLE copy_user;
COPY hyper.f FROM STDIN;
\.
COPY hyper.f (time) FROM STDIN;
2030-01-01
\.
COPY hyper.f (dev) TO STDOUT;
COPY hyper.f TO STDOUT;
COPY hyper.f (time) FROM '/dev/null';
COPY hyper.f (time) FROM PROGRAM 'true';
COPY hyper.f (dev) TO '/dev/null';
RESET ROLE;
ALTER TABLE hyper.f ENABLE ROW LEVEL SECURITY;
CREATE POLICY second ON hyper.f FOR SELECT USING (dev = 2);
SET ROLE copy_user;
COPY hyper.f (dev) TO STDOUT;
COPY hyper.f (time) FROM STDIN;
\.
SET row_security = off;
COPY hyper.f (dev) TO STDOUT;
RESET row_security;
RESET ROLE;
ALTER TABLE hyper.f DISABLE ROW LEVEL SECURITY;
BEGIN READ ONLY;
COPY hyper.f FROM STDIN;
\.
ROLLBACK;
BEGIN READ ONLY;
COPY hyper.f (dev) TO STDOUT;
ROLLBACK;
DROP OWNED BY copy_user;
DROP ROLE copy_user;

\echo -- within transactions and subtransactions; into a chunk itself, as pg_restore does
BEGIN;
COPY hyper.f (time) FROM STDIN;
2040-01-01
\.
SAVEPOINT a;
COPY hyper.f (time) FROM STDIN;
2041-01-01
2042-01-01
nonsense
\.
ROLLBACK TO a;
COPY hyper.f (time) FROM STDIN;
2042-01-01
\.
COMMIT;
SELECT time FROM hyper.f WHERE time > '2039-12-31' ORDER BY time;
SELECT format('COPY %s (time) FROM PROGRAM %L', c, 'echo 2042-01-01 12:00') FROM show_chunks('hyper.f', newer_than => timestamptz '2042-01-01') c \gexec
SELECT format('COPY %s (time) FROM PROGRAM %L', c, 'echo 2043-01-01 12:00') FROM show_chunks('hyper.f', newer_than => timestamptz '2042-01-01') c \gexec
SELECT count(*) FROM hyper.f WHERE time > '2041-12-31';
