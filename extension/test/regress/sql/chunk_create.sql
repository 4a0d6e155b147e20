-- Where chunks begin and end, what they are called, who may cause them, and what cannot be in one.
SET timezone = 'UTC';

-- Multiples of the interval from the Unix epoch, whichever row comes first.
CREATE TABLE week (time timestamptz NOT NULL);
SELECT create_hypertable('week', 'time');
INSERT INTO week VALUES ('2024-01-10 23:59:59.999999'), ('2024-01-11'), ('1969-12-31 23:59:59'), ('1970-01-01');
SELECT tableoid::regclass, time FROM week ORDER BY time;
SELECT s, pg_get_expr(relpartbound, oid) FROM show_chunks('week') s JOIN pg_class ON oid = s;
SELECT id, hypertable_id, relation, range_begin, range_end, created BETWEEN now() - interval '1 minute' AND clock_timestamp() AS created
FROM varve_catalog.chunk ORDER BY id;

-- An id goes to a chunk that is made, not to a row that finds its chunk, and not to one that fails.
INSERT INTO week SELECT '2024-01-12' FROM generate_series(1, 100);
INSERT INTO week VALUES ('infinity');
INSERT INTO week VALUES (NULL);
INSERT INTO week VALUES ('2024-02-01');
SELECT max(id) FROM varve_catalog.chunk;

-- All types, at the ends of each.
CREATE TABLE t_timestamp (time timestamp NOT NULL);
CREATE TABLE t_date (time date NOT NULL);
CREATE TABLE t_smallint (time smallint NOT NULL);
CREATE TABLE t_integer (time integer NOT NULL);
CREATE TABLE t_bigint (time bigint NOT NULL);
CREATE DOMAIN moment AS timestamptz CHECK (VALUE > '1900-01-01');
CREATE TABLE t_domain (time moment NOT NULL);
SELECT create_hypertable('t_timestamp', 'time'), create_hypertable('t_date', 'time'),
    create_hypertable('t_smallint', 'time', chunk_time_interval => 1000),
    create_hypertable('t_integer', 'time', chunk_time_interval => 1000000),
    create_hypertable('t_bigint', 'time', chunk_time_interval => 1000000000);
SELECT create_hypertable('t_domain', 'time');
INSERT INTO week VALUES ('4714-11-24 00:00 BC'), ('294276-12-31 23:59:59.999999');
INSERT INTO t_timestamp VALUES ('4714-11-24 00:00 BC'), ('1970-01-01'), ('294276-12-31 23:59:59.999999');
INSERT INTO t_date VALUES ('4714-11-24 BC'), ('1969-12-31'), ('1970-01-01'), ('294276-12-31');
INSERT INTO t_smallint VALUES (-32768), (-1), (0), (32767);
INSERT INTO t_integer VALUES (-2147483648), (-1), (0), (2147483647);
INSERT INTO t_bigint VALUES (-9223372036854775808), (-1), (0), (9223372036854775806);
INSERT INTO t_domain VALUES ('2024-01-05');
SELECT t, pg_get_expr(relpartbound, oid)
FROM unnest('{week,t_timestamp,t_date,t_smallint,t_integer,t_bigint,t_domain}'::regclass[]) t, show_chunks(t) s
JOIN pg_class ON oid = s WHERE t <> 'week'::regclass OR relpartbound::text !~ 'x' ORDER BY oid;
SELECT count(*) FROM t_smallint;

-- What no chunk can hold.
INSERT INTO t_date VALUES ('294277-01-01');
INSERT INTO t_bigint VALUES (9223372036854775807);
\set VERBOSITY sqlstate
INSERT INTO week VALUES ('-infinity');
INSERT INTO t_timestamp VALUES ('infinity');
INSERT INTO t_date VALUES ('infinity');
INSERT INTO t_date VALUES ('-infinity');
INSERT INTO t_date VALUES ('294277-01-01');
INSERT INTO t_date VALUES ('5874897-12-31');
INSERT INTO t_bigint VALUES (9223372036854775807);
INSERT INTO t_bigint VALUES (NULL);
\set VERBOSITY default

-- After a change of the interval, a new chunk is cut where an old one begins or ends.
CREATE TABLE cut (time integer NOT NULL);
SELECT create_hypertable('cut', 'time', chunk_time_interval => 10);
INSERT INTO cut VALUES (5), (25);
UPDATE varve_catalog.hypertable SET chunk_interval = 100 WHERE relation = 'cut'::regclass;
INSERT INTO cut VALUES (15), (95), (-1);
UPDATE varve_catalog.hypertable SET chunk_interval = 7 WHERE relation = 'cut'::regclass;
INSERT INTO cut VALUES (100), (102), (96);
SELECT s, range_begin, range_end FROM show_chunks('cut') s JOIN varve_catalog.chunk ON relation = s;
SELECT tableoid::regclass, array_agg(time ORDER BY time) FROM cut GROUP BY 1 ORDER BY 2;

-- Whoever may insert makes chunks; they belong to the owner of the hypertable, wherever the settings
-- of the session would put a table, and nobody else gets at them, whatever the default privileges.
CREATE ROLE chunk_owner;
CREATE ROLE chunk_writer;
CREATE ROLE chunk_stranger;
GRANT CREATE ON SCHEMA public TO chunk_owner;
SET ROLE chunk_owner;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO chunk_stranger;
CREATE TABLE owned (time timestamptz NOT NULL PRIMARY KEY);
REVOKE ALL ON owned FROM chunk_stranger;
GRANT INSERT ON owned TO chunk_writer;
SELECT create_hypertable('owned', 'time');
SET ROLE chunk_writer;
SET default_tablespace = 'pg_global';
INSERT INTO owned VALUES ('2024-01-05');
SELECT current_user;
RESET default_tablespace;
RESET ROLE;
SELECT relname, relowner::regrole, relacl FROM pg_class WHERE relname ~ '^_hyper_9_' ORDER BY relname;
SELECT count(*) FROM pg_shdepend WHERE objid = (SELECT show_chunks('owned')::oid) AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database());
SET ROLE chunk_stranger;
SELECT * FROM _timescaledb_internal._hyper_9_34_chunk;
RESET ROLE;

-- In a schema of the user's own the owner must have the right to create.
CREATE SCHEMA place;
GRANT USAGE ON SCHEMA place TO chunk_owner;
UPDATE varve_catalog.hypertable SET chunk_schema = 'place', chunk_prefix = 'p' WHERE relation = 'owned'::regclass;
SET ROLE chunk_writer;
INSERT INTO owned VALUES ('2025-01-05');
RESET ROLE;
GRANT CREATE ON SCHEMA place TO chunk_owner;
SET ROLE chunk_writer;
INSERT INTO owned VALUES ('2025-01-05');
RESET ROLE;
SELECT show_chunks('owned');

-- A trigger with a function that the owner of the table may not call, so put there by somebody else.
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''% told of %'', current_user, TG_TABLE_NAME; RETURN NEW; END';
REVOKE ALL ON FUNCTION tell() FROM PUBLIC;
CREATE TRIGGER tell AFTER INSERT ON owned FOR EACH ROW EXECUTE FUNCTION tell();
SET ROLE chunk_owner;
SELECT has_function_privilege('tell()', 'EXECUTE');
INSERT INTO owned VALUES ('2025-02-05');
SELECT current_user;
RESET ROLE;
DROP OWNED BY chunk_owner CASCADE;
DROP ROLE chunk_owner, chunk_writer, chunk_stranger;
SELECT count(*) FROM varve_catalog.chunk WHERE hypertable_id = 9;

-- ANALYZE marks a table without children as childless; the next chunk is seen all the same. So is
-- one below an index that was made when there was no chunk.
CREATE TABLE childless (time timestamptz NOT NULL);
SELECT create_hypertable('childless', 'time', create_default_indexes => false);
ANALYZE childless;
CREATE INDEX ON childless (time);
SELECT relname, relhassubclass FROM pg_class WHERE relname ~ '^childless' ORDER BY 1;
INSERT INTO childless VALUES ('2024-01-05');
SELECT count(*) FROM childless;
SELECT relname, relhassubclass FROM pg_class WHERE relname ~ '^childless' ORDER BY 1;
SELECT drop_chunks('childless', older_than => now());
ANALYZE childless;
INSERT INTO childless VALUES ('2024-01-05');
SELECT count(*) FROM childless;

-- The progress of a COPY outlives the chunks it makes.
CREATE TABLE loaded (time int NOT NULL PRIMARY KEY);
SELECT created FROM create_hypertable('loaded', 'time', chunk_time_interval => 10);
CREATE FUNCTION show_progress() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_stat_clear_snapshot();
    RAISE NOTICE '%: %', NEW.time, (SELECT format('%s %s, %s rows before', command, relid::regclass, tuples_processed)
        FROM pg_stat_progress_copy WHERE pid = pg_backend_pid());
    RETURN NEW;
END $$;
CREATE TRIGGER show_progress BEFORE INSERT ON loaded FOR EACH ROW EXECUTE FUNCTION show_progress();
COPY loaded FROM PROGRAM 'seq 1 10 31';
