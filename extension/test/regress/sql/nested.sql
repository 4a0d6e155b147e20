-- Chunks appear from whatever a statement is nested in: functions, prepared plans, cursors,
-- subtransactions, isolation levels.
\getenv dir PG_ABS_SRCDIR
\set harness :dir '/sql/differential.inc'
\set ECHO none
\i :harness

SELECT differ.create('m', 'time timestamptz NOT NULL, dev int, v int', 'time');

\echo -- prepared statements: custom plans, then the generic one
SET plan_cache_mode = auto;
PREPARE put(timestamptz, int) AS INSERT INTO hyper.m VALUES ($1, $2, 0);
EXECUTE put('2024-01-01', 1);
EXECUTE put('2024-01-02', 1);
EXECUTE put('2024-01-03', 1);
EXECUTE put('2024-01-04', 1);
EXECUTE put('2024-01-05', 1);
EXECUTE put('2024-01-06', 1);
EXECUTE put('2024-01-07', 1);
EXECUTE put(NULL, 1);
SET plan_cache_mode = force_generic_plan;
EXECUTE put('2024-01-08', 1);
EXECUTE put('2024-01-08', 1);
PREPARE move(interval) AS UPDATE hyper.m SET time = time + $1 WHERE dev = 1;
EXECUTE move('1 year');
EXECUTE move('1 year');
-- The plan outlives the chunk it first met.
SELECT count(*) FROM drop_chunks('hyper.m', newer_than => timestamptz '2020-01-01');
EXECUTE put('2024-01-08', 1);
EXECUTE put('2026-01-08', 1);
SET plan_cache_mode = force_custom_plan;
EXECUTE put('2027-01-08', 1);
RESET plan_cache_mode;
TABLE hyper.m ORDER BY time;
INSERT INTO plain.m TABLE hyper.m;

\echo -- plpgsql, SQL functions, DO with an exception block
CREATE FUNCTION put_many(first timestamptz, days int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    added int := 0;
BEGIN
    FOR day IN 1..days LOOP
        INSERT INTO m VALUES (first + day * interval '1 day', day, day);
        added := added + 1;
    END LOOP;
    RETURN added;
END $$;
CREATE FUNCTION put_one(at timestamptz, dev int) RETURNS int LANGUAGE sql AS
$$ INSERT INTO m VALUES (at, dev, 1); INSERT INTO m VALUES (at + interval '1 month', dev, 2); SELECT dev $$;
CREATE FUNCTION put_and_tell(at timestamptz, days int) RETURNS TABLE (t timestamptz, d int) LANGUAGE sql AS
$$ INSERT INTO m SELECT at + n * interval '1 day', n, n FROM generate_series(1, days) n RETURNING time, dev $$;
SELECT differ.run($$SELECT put_many('2024-03-01', 12)$$);
SELECT differ.run($$SELECT put_one('2024-05-01', 3)$$);
SELECT differ.run($$SELECT * FROM put_and_tell('2024-07-01', 9)$$);
SELECT differ.run($$SELECT put_and_tell('2024-08-01', 9) LIMIT 3$$);
SELECT differ.run($$DO 'BEGIN
    INSERT INTO m VALUES (''2025-01-01'', 1, 1);
    BEGIN
        INSERT INTO m VALUES (''2025-02-01'', 1, 1), (NULL, 2, 2);
    EXCEPTION WHEN not_null_violation THEN
        INSERT INTO m VALUES (''2025-03-01'', 1, 1);
    END;
    BEGIN
        INSERT INTO m VALUES (''2025-02-01'', 1, 2);
        RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN
        INSERT INTO m VALUES (''2025-02-01'', 1, 3);
    END;
END'$$);

\echo -- functions that insert, called by a query, and by an INSERT into the same hypertable
SELECT differ.run($$SELECT put_one(timestamptz '2026-01-01' + n * interval '2 days', n) FROM generate_series(1, 5) n$$);
SELECT differ.run($$INSERT INTO m SELECT timestamptz '2027-01-01' + n * interval '3 days', put_one(timestamptz '2027-01-02' + n * interval '3 days', n), n
    FROM generate_series(1, 8) n$$);
SELECT differ.run($$INSERT INTO m SELECT timestamptz '2028-01-01', put_many(timestamptz '2028-02-01', 3), n FROM generate_series(1, 3) n$$);
SELECT differ.run($$UPDATE m SET time = time + put_many(time + interval '50 years', 2) * interval '20 years' WHERE time = '2028-01-01'$$);
-- The very chunk that the row needs is made by the function that computes the row.
SELECT differ.run($$INSERT INTO m SELECT timestamptz '2029-01-02' + n * interval '1 day', put_many(timestamptz '2029-01-01' + n * interval '1 day', 1), n
    FROM generate_series(1, 5) n$$);
-- A function that fails half-way inside a statement that goes on.
CREATE FUNCTION try_put(at timestamptz) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO m VALUES (at, 1, 1), (at + interval '1 day', 1, 1 / 0);
    RETURN 1;
EXCEPTION WHEN division_by_zero THEN RETURN 0;
END $$;
SELECT differ.run($$INSERT INTO m SELECT timestamptz '2030-01-01' + n * interval '1 day', try_put(timestamptz '2030-01-01' + n * interval '1 day'), n
    FROM generate_series(1, 5) n$$);

\echo -- open cursors, savepoints
BEGIN;
DECLARE c CURSOR FOR SELECT dev FROM hyper.m WHERE time > '2024-07-01' ORDER BY time;
FETCH 1 FROM c;
INSERT INTO hyper.m VALUES ('2024-07-01 00:00:01', 999, 1), ('2035-01-01', 999, 1);
FETCH 2 FROM c;
SAVEPOINT a;
INSERT INTO hyper.m VALUES ('2036-01-01', 1, 1);
ROLLBACK TO a;
INSERT INTO hyper.m VALUES ('2036-01-01', 2, 2);
SAVEPOINT b;
UPDATE hyper.m SET time = '2037-01-01' WHERE time = '2036-01-01';
RELEASE b;
FETCH 1 FROM c;
COMMIT;
SELECT * FROM hyper.m WHERE time > '2034-01-01' ORDER BY time LIMIT 3;
BEGIN;
DECLARE moved CURSOR FOR SELECT * FROM hyper.m FOR UPDATE;
FETCH 1 FROM moved;
UPDATE hyper.m SET time = '2038-01-01' WHERE CURRENT OF moved RETURNING *;
ROLLBACK;
DELETE FROM hyper.m WHERE time BETWEEN '2034-01-01' AND '2038-01-01' OR dev = 999;

\echo -- isolation levels
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) > 0 FROM hyper.m;
INSERT INTO hyper.m VALUES ('2040-01-01', 1, 1), ('2041-01-01', 1, 1);
UPDATE hyper.m SET time = time + interval '10 years' WHERE time = '2040-01-01';
SELECT * FROM hyper.m WHERE time BETWEEN '2039-01-01' AND '2051-01-01' ORDER BY time;
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT count(*) > 0 FROM hyper.m;
INSERT INTO hyper.m VALUES ('2042-01-01', 1, 1);
COMMIT;
INSERT INTO plain.m VALUES ('2041-01-01', 1, 1), ('2042-01-01', 1, 1), ('2050-01-01', 1, 1);
BEGIN READ ONLY;
INSERT INTO hyper.m VALUES ('2043-01-01', 1, 1);
ROLLBACK;
SELECT differ.run($$TABLE m$$);

\echo -- CREATE TABLE AS and COPY of a statement that writes
SELECT differ.run($$CREATE TABLE copied AS WITH i AS (INSERT INTO m VALUES ('2044-01-01', 1, 1) RETURNING *) SELECT * FROM i$$);
COPY (INSERT INTO hyper.m VALUES ('2045-01-01', 1, 1), ('2046-01-01', 1, 1) RETURNING *) TO STDOUT;

\echo -- EXPLAIN plans the call and runs nothing; ANALYZE runs it
EXPLAIN (costs off, verbose) INSERT INTO hyper.m VALUES ('2047-01-01', 1, 1);
SELECT count(*) FROM hyper.m WHERE time > '2046-06-01' AND time < '2048-01-01';
EXPLAIN (analyze, costs off, timing off, summary off) INSERT INTO hyper.m VALUES ('2047-01-01', 1, 1);
SELECT count(*) FROM hyper.m WHERE time > '2046-06-01' AND time < '2048-01-01';

\echo -- a chunk dropped like any table is made again; who may not insert makes no chunk
SELECT format('DROP TABLE %s', c) FROM show_chunks('hyper.m', newer_than => timestamptz '2046-06-01', older_than => timestamptz '2048-01-01') c \gexec
INSERT INTO hyper.m VALUES ('2047-01-01', 5, 5) RETURNING *;
SELECT count(*) AS chunks FROM show_chunks('hyper.m') \gset
CREATE ROLE nested_reader;
GRANT USAGE ON SCHEMA hyper TO nested_reader;
GRANT SELECT ON hyper.m TO nested_reader;
SET ROLE nested_reader;
INSERT INTO hyper.m VALUES ('2099-01-01', 5, 5);
RESET ROLE;
GRANT INSERT ON hyper.m TO nested_reader;
SET ROLE nested_reader;
INSERT INTO hyper.m VALUES ('2099-01-01', 5, 5);
RESET ROLE;
SELECT count(*) - :chunks FROM show_chunks('hyper.m');
DROP OWNED BY nested_reader;
DROP ROLE nested_reader;

\echo -- a hypertable of the same transaction, and one whose column is renamed
BEGIN;
CREATE TABLE fresh (time timestamptz NOT NULL, v int);
SELECT create_hypertable('fresh', by_range('time', interval '1 day'));
INSERT INTO fresh VALUES ('2024-01-01', 1), ('2024-01-02', 2);
COPY fresh FROM STDIN;
2024-01-03	3
2024-01-02	4
\.
SAVEPOINT a;
INSERT INTO fresh VALUES ('2024-01-04', 5);
ROLLBACK TO a;
INSERT INTO fresh VALUES ('2024-01-04', 6);
PREPARE add(timestamptz) AS INSERT INTO fresh VALUES ($1, 7);
EXECUTE add('2024-01-05');
ALTER TABLE fresh RENAME COLUMN time TO at;
ALTER TABLE fresh ADD COLUMN note text DEFAULT 'added';
EXECUTE add('2024-01-06');
COMMIT;
EXECUTE add('2024-01-07');
INSERT INTO fresh (v) VALUES (1);
TABLE fresh ORDER BY v, at;
BEGIN;
CREATE TABLE gone (time timestamptz NOT NULL);
SELECT create_hypertable('gone', by_range('time', interval '1 day')) IS NOT NULL;
INSERT INTO gone VALUES ('2024-01-01');
ROLLBACK;
SELECT count(*) FROM varve_catalog.hypertable WHERE relation::text LIKE '%gone%';
BEGIN;
SAVEPOINT a;
SELECT create_hypertable('plain.m', by_range('time', interval '1 day'), migrate_data => true) IS NOT NULL;
INSERT INTO plain.m VALUES ('1990-01-01', 1, 1);
ROLLBACK TO a;
INSERT INTO plain.m VALUES ('1990-01-01', 1, 1);
SELECT tableoid::regclass FROM plain.m WHERE time = '1990-01-01';
ROLLBACK;
