-- Unusual tables become hypertables, too.
SET timezone = 'UTC';

-- Unlogged, in a tablespace, with an index in another one: chunks follow, and hold on to both.
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE regress_fast LOCATION '';
CREATE TABLESPACE regress_slow LOCATION '';
CREATE UNLOGGED TABLE unlogged (time timestamptz NOT NULL, v int) TABLESPACE regress_fast;
CREATE INDEX ON unlogged (v) TABLESPACE regress_slow;
INSERT INTO unlogged VALUES ('2024-01-01', 1);
SELECT created FROM create_hypertable('unlogged', 'time', migrate_data => true);
\set VERBOSITY terse
DROP TABLESPACE regress_fast;
DROP TABLE _timescaledb_internal._hyper_1_1_chunk;
DROP TABLESPACE regress_fast;
DROP TABLESPACE regress_slow;
\set VERBOSITY default
INSERT INTO unlogged VALUES ('2025-01-01', 2);
SELECT relname, relkind, relpersistence, spcname FROM pg_class c LEFT JOIN pg_tablespace t ON t.oid = reltablespace
WHERE relname ~ '^(unlogged|_hyper_)' ORDER BY 1;
DROP TABLE unlogged;
DROP TABLESPACE regress_fast;
DROP TABLESPACE regress_slow;

-- Of a composite type, which can change afterwards.
CREATE TYPE reading AS (time timestamptz, v int);
CREATE TABLE typed OF reading;
INSERT INTO typed VALUES ('2024-01-01', 1);
SELECT created FROM create_hypertable('typed', by_range('time'), migrate_data => true);
ALTER TYPE reading ADD ATTRIBUTE z int CASCADE;
INSERT INTO typed VALUES ('2026-01-01', 1, 2);
SELECT tableoid::regclass, * FROM typed ORDER BY time;

-- With one column, with many types, with a name as long as a name can be.
CREATE TABLE one (time timestamptz);
SELECT created FROM create_hypertable('one', by_range('time'));
INSERT INTO one VALUES ('2024-01-01');
CREATE TYPE mood AS ENUM ('calm', 'cross');
CREATE DOMAIN small AS int CHECK (value < 10);
CREATE TABLE varied (time timestamptz NOT NULL, m mood[], j jsonb, r int4range, p point, s small, c text COMPRESSION pglz, t one);
INSERT INTO varied VALUES ('2024-01-01', '{calm,cross}', '{"a": 1}', '[1,2)', '(1,2)', 9, repeat('x', 10000), ROW('2024-01-01'));
SELECT created FROM create_hypertable('varied', by_range('time'), migrate_data => true);
SELECT time, m, j, r, p, s, pg_column_compression(c), length(c), t FROM varied;
INSERT INTO varied (time, s) VALUES ('2024-01-01', 10);
CREATE TABLE a_table_whose_name_is_as_long_as_a_name_of_a_table_can_ever_be_ (time timestamptz NOT NULL, v int PRIMARY KEY);
ALTER TABLE a_table_whose_name_is_as_long_as_a_name_of_a_table_can_ever_be_ DROP CONSTRAINT a_table_whose_name_is_as_long_as_a_name_of_a_table_can_eve_pkey;
SELECT created FROM create_hypertable('a_table_whose_name_is_as_long_as_a_name_of_a_table_can_ever_be_', by_range('time'));
INSERT INTO a_table_whose_name_is_as_long_as_a_name_of_a_table_can_ever_be_ VALUES ('2024-01-01', 1);
SELECT tableoid::regclass, v FROM a_table_whose_name_is_as_long_as_a_name_of_a_table_can_ever_be_;
SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'a_table_whose_name_is_as_long_as_a_name_of_a_table_can_ever_be_'::regclass;

-- Inside a function, more than one in a transaction, and through a cursor.
CREATE FUNCTION make(n int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    total bigint := 0;
    c int;
BEGIN
    FOR i IN 1..n LOOP
        EXECUTE format('CREATE TABLE made_%s (time timestamptz NOT NULL)', i);
        PERFORM create_hypertable(format('made_%s', i)::regclass, by_range('time'));
        EXECUTE format('INSERT INTO made_%s VALUES (''2024-01-01''), (''2025-01-01'')', i);
        EXECUTE format('SELECT count(*) FROM made_%s', i) INTO c;
        total := total + c;
    END LOOP;
    RETURN total;
END $$;
SELECT make(5);
BEGIN;
CREATE TABLE fetched (time timestamptz NOT NULL);
DECLARE c CURSOR FOR SELECT created FROM create_hypertable('fetched', by_range('time'));
FETCH ALL FROM c;
INSERT INTO fetched VALUES ('2024-01-01');
COMMIT;
SELECT count(*) FROM fetched;
-- With a cursor open on the table itself it must wait.
CREATE TABLE busy (time timestamptz NOT NULL);
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM busy;
FETCH ALL FROM c;
SELECT create_hypertable('busy', 'time');
ROLLBACK;
-- So must it with trigger events of this transaction in the queue.
CREATE TABLE target (id int PRIMARY KEY);
CREATE TABLE queued (time timestamptz NOT NULL, id int REFERENCES target DEFERRABLE INITIALLY DEFERRED);
BEGIN;
INSERT INTO queued VALUES ('2024-01-01', 1);
SELECT create_hypertable('queued', 'time', migrate_data => true);
ROLLBACK;
