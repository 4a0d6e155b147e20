-- What cannot become a hypertable: each refusal has its SQLSTATE and leaves the table as it was.
\set ON_ERROR_STOP 0
SET client_min_messages = error;

\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
-- By the table alone.
CREATE FUNCTION refusal_of(relation text) RETURNS text LANGUAGE sql AS
$$ SELECT refusal(format('SELECT create_hypertable(%L, ''time'')', relation)) $$;

-- Publications that would send changes under the names of chunks. Before the first hypertable: with
-- one, such a publication cannot be made.
CREATE TABLE published (time timestamptz);
CREATE PUBLICATION p_table FOR TABLE published;
SELECT refusal_of('published');
ALTER PUBLICATION p_table SET (publish_via_partition_root = true);
CREATE PUBLICATION p_schema FOR TABLES IN SCHEMA public;
SELECT refusal_of('published');
DROP PUBLICATION p_schema;
CREATE PUBLICATION p_all FOR ALL TABLES;
SELECT refusal_of('published');
DROP PUBLICATION p_all;

-- Not a table, or none that we may change.
SELECT refusal_of('missing');
SELECT refusal('SELECT create_hypertable(0::oid::regclass, ''time'')');
CREATE VIEW a_view AS SELECT now() AS time;
SELECT refusal_of('a_view');
CREATE MATERIALIZED VIEW a_matview AS SELECT now() AS time;
SELECT refusal_of('a_matview');
CREATE SEQUENCE a_sequence;
SELECT refusal_of('a_sequence');
CREATE TYPE a_type AS (time timestamptz);
SELECT refusal_of('a_type');
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE a_foreign_table (time timestamptz) SERVER elsewhere;
SELECT refusal_of('a_foreign_table');
CREATE TEMPORARY TABLE a_temporary_table (time timestamptz);
SELECT refusal_of('a_temporary_table');
SELECT refusal('SELECT create_hypertable(''pg_catalog.pg_class'', ''relname'')');
SELECT refusal('SELECT create_hypertable(''pg_stat_activity'', ''backend_start'')');
SELECT refusal('SELECT create_hypertable(''pg_catalog.pg_statistic'', ''starelid'')');
SELECT refusal('SELECT create_hypertable(''varve_catalog.chunk'', ''created'')');

-- Partitioned or inherited.
CREATE TABLE partitioned (time timestamptz) PARTITION BY RANGE (time);
CREATE TABLE a_partition PARTITION OF partitioned DEFAULT;
SELECT refusal_of('partitioned');
SELECT refusal_of('a_partition');
CREATE TABLE parent (time timestamptz);
CREATE TABLE child () INHERITS (parent);
SELECT refusal_of('parent');
SELECT refusal_of('child');

-- A hypertable already, and its chunks.
CREATE TABLE readings (time timestamptz NOT NULL UNIQUE, value int);
SELECT create_hypertable('readings', 'time');
INSERT INTO readings VALUES ('2024-01-01', 1);
SELECT refusal_of('readings');
SELECT refusal('SELECT create_hypertable(''readings'', by_range(''value''))');
SELECT refusal_of('_timescaledb_internal._hyper_1_1_chunk');

-- The column.
CREATE TABLE t (time timestamptz, n int, b text, u uuid, f float8, m timestamptz GENERATED ALWAYS AS ('2024-01-01 00:00+00'::timestamptz) STORED);
SELECT refusal('SELECT create_hypertable(''t'', ''missing'')');
SELECT refusal('SELECT create_hypertable(''t'', ''ctid'')');
SELECT refusal('SELECT create_hypertable(''t'', by_range(''missing''))');
SELECT refusal('SELECT create_hypertable(''t'', ''b'')');
SELECT refusal('SELECT create_hypertable(''t'', ''f'')');
SELECT refusal('SELECT create_hypertable(''t'', ''m'')');

-- The interval.
SELECT refusal('SELECT create_hypertable(''t'', ''time'', chunk_time_interval => 0)');
SELECT refusal('SELECT create_hypertable(''t'', ''time'', chunk_time_interval => -1)');
SELECT refusal('SELECT create_hypertable(''t'', ''time'', chunk_time_interval => interval ''0'')');
SELECT refusal('SELECT create_hypertable(''t'', ''time'', chunk_time_interval => interval ''-1 day'')');
SELECT refusal('SELECT create_hypertable(''t'', ''time'', chunk_time_interval => ''1 day''::text)');
SELECT refusal('SELECT create_hypertable(''t'', ''time'', chunk_time_interval => 1.5)');
SELECT refusal('SELECT create_hypertable(''t'', ''time'', chunk_time_interval => interval ''170000000 years'')');
SELECT refusal('SELECT create_hypertable(''t'', ''n'', chunk_time_interval => interval ''1 day'')');
SELECT refusal('SELECT create_hypertable(''t'', ''n'', chunk_time_interval => 2147483648)');
SELECT refusal('SELECT create_hypertable(''t'', by_range(''time'', 0))');
SELECT refusal('SELECT create_hypertable(''t'', by_range(''time'', interval ''-1 day''))');
SELECT refusal('SELECT create_hypertable(''t'', by_range(''time'', true))');
SELECT refusal('SELECT create_hypertable(''t'', by_range(''n'', interval ''1 day''))');
CREATE TABLE days (day date);
SELECT refusal('SELECT create_hypertable(''days'', ''day'', chunk_time_interval => interval ''12 hours'')');

-- NULL arguments, and names that do not fit.
SELECT refusal('SELECT create_hypertable(NULL, ''time''::name)');
SELECT refusal('SELECT create_hypertable(''t'', NULL::name)');
SELECT refusal('SELECT create_hypertable(NULL, by_range(''time''))');
SELECT refusal('SELECT create_hypertable(''t'', NULL::_timescaledb_internal.dimension_info)');
SELECT refusal('SELECT by_range(NULL)');
SELECT refusal('SELECT by_hash(NULL, 1)');
SELECT refusal('SELECT by_hash(''b'', NULL)');
SELECT refusal('SELECT by_hash(''b'', 0)');
SELECT refusal('SELECT by_hash(''b'', 32768)');
SELECT refusal('SELECT create_hypertable(''t'', ''time'', associated_table_prefix => '''')');
SELECT refusal('SELECT create_hypertable(''t'', ''time'', associated_table_prefix => repeat(''p'', 47))');
SELECT refusal('SELECT create_hypertable(''t'', ''time'', associated_schema_name => ''pg_mine'')');
SELECT refusal('SELECT ''elsewhere''::_timescaledb_internal.dimension_info');
SELECT refusal('SELECT ''hash//b//many''::_timescaledb_internal.dimension_info');
SELECT refusal('SELECT ''range//time//soon''::_timescaledb_internal.dimension_info');

-- Partitioning functions are refused wherever one can be named; NULL is none, and what is no function is told first. A second dimension is tested by space_dimension.sql.
SELECT refusal('SELECT create_hypertable(''t'', ''time'', number_partitions => 4)');
SELECT refusal('SELECT create_hypertable(''t'', ''time'', partitioning_func => ''hashtext'')');
SELECT refusal('SELECT create_hypertable(''t'', ''time'', time_partitioning_func => ''hashtext'')');
SELECT refusal('SELECT create_hypertable(''t'', by_hash(''b'', 4))');
SELECT refusal('SELECT by_range(''time'', partition_func => ''hashtext'')');
SELECT refusal('SELECT by_hash(''value'', 4, partition_func => ''hashtext'')');
SELECT refusal('SELECT by_hash(''value'', 4, partition_func => NULL)');
SELECT refusal('SELECT by_range(''time'', partition_func => ''no_such_function'')');
SELECT refusal('SELECT add_dimension(''readings'', ''value'', 4, partitioning_func => ''hashtext'')');
SELECT refusal('SELECT add_dimension(''readings'', ''value'', chunk_time_interval => 4, partitioning_func => ''hashtext'')');
SELECT refusal('SELECT create_hypertable(''t'', ''time'', ''b'', 4, partitioning_func => ''hashtext'')');
SELECT refusal('SELECT create_hypertable(''t'', ''time'', partitioning_func => ''no_such_function'')');
SELECT refusal('SELECT add_dimension(''readings'', ''value'', 4)');
SELECT refusal('SELECT add_dimension(''readings'', by_hash(''value'', 4))');

-- Rows: there without migrate_data, or without a time, or with one that no chunk can hold.
CREATE TABLE filled (time timestamptz, v int);
INSERT INTO filled VALUES (NULL, 1);
SELECT refusal_of('filled');
SELECT refusal('SELECT create_hypertable(''filled'', ''time'', migrate_data => true)');
UPDATE filled SET time = 'infinity';
SELECT refusal('SELECT create_hypertable(''filled'', ''time'', migrate_data => true)');
UPDATE filled SET time = '-infinity';
SELECT refusal('SELECT create_hypertable(''filled'', by_range(''time''), migrate_data => true)');
SELECT * FROM filled;

-- Indexes.
CREATE TABLE keyed (time timestamptz, id int PRIMARY KEY);
SELECT refusal_of('keyed');
ALTER TABLE keyed DROP CONSTRAINT keyed_pkey;
CREATE UNIQUE INDEX keyed_included ON keyed (id) INCLUDE (time);
SELECT refusal_of('keyed');
DROP INDEX keyed_included;
CREATE UNIQUE INDEX keyed_expression ON keyed ((time AT TIME ZONE 'UTC'), id);
SELECT refusal_of('keyed');
DROP INDEX keyed_expression;
INSERT INTO keyed VALUES (now(), 1), (now(), 1);
\set VERBOSITY terse
CREATE UNIQUE INDEX CONCURRENTLY keyed_invalid ON keyed (time, id);
\set VERBOSITY default
DELETE FROM keyed;
SELECT refusal_of('keyed');

-- Constraints, rules and triggers.
CREATE TABLE excluding (time timestamptz, r tstzrange, EXCLUDE USING gist (r WITH &&));
SELECT refusal_of('excluding');
CREATE TABLE checked (time timestamptz, v int CHECK (v > 0) NO INHERIT);
SELECT refusal_of('checked');
CREATE TABLE ruled (time timestamptz);
CREATE RULE quiet AS ON INSERT TO ruled DO INSTEAD NOTHING;
SELECT refusal_of('ruled');
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TABLE watched (time timestamptz);
CREATE TRIGGER watch AFTER INSERT ON watched REFERENCING NEW TABLE AS added
    FOR EACH ROW EXECUTE FUNCTION nothing();
SELECT refusal_of('watched');

-- Foreign keys between hypertables, in either direction, and to itself.
CREATE TABLE referencing (time timestamptz REFERENCES readings (time));
SELECT refusal_of('referencing');
CREATE TABLE referenced (time timestamptz PRIMARY KEY);
CREATE TABLE referrer (time timestamptz NOT NULL, at timestamptz REFERENCES referenced);
SELECT create_hypertable('referrer', 'time');
SELECT refusal_of('referenced');
CREATE TABLE selfish (time timestamptz PRIMARY KEY, before timestamptz REFERENCES selfish);
SELECT refusal_of('selfish');
CREATE TABLE plain (id int PRIMARY KEY);
CREATE TABLE unproven (time timestamptz, id int);
ALTER TABLE unproven ADD CONSTRAINT unproven_fkey FOREIGN KEY (id) REFERENCES plain NOT VALID;
SELECT refusal_of('unproven');

-- The one publication that is left is welcome.
BEGIN;
SELECT refusal_of('published');
ROLLBACK;

-- Rights: the owner's, and in a schema of the user's own.
CREATE ROLE regress_stranger;
CREATE ROLE regress_owner;
CREATE TABLE owned (time timestamptz);
CREATE SCHEMA closed;
SET ROLE regress_stranger;
SELECT refusal_of('owned');
SELECT refusal('SELECT set_chunk_time_interval(''readings'', interval ''1 day'')');
RESET ROLE;
ALTER TABLE owned OWNER TO regress_owner;
SET ROLE regress_owner;
SELECT refusal('SELECT create_hypertable(''owned'', ''time'', associated_schema_name => ''closed'')');
SELECT refusal('SELECT create_hypertable(''owned'', ''time'', associated_schema_name => ''new'')');
RESET ROLE;

-- In use by the statement itself, in a read-only transaction.
INSERT INTO t DEFAULT VALUES;
SELECT refusal('SELECT create_hypertable(''t'', ''time'', migrate_data => true) FROM t');
DELETE FROM t;
BEGIN READ ONLY;
SELECT refusal_of('t');
ROLLBACK;

-- set_chunk_time_interval.
SELECT refusal('SELECT set_chunk_time_interval(0::oid::regclass, interval ''1 day'')');
SELECT refusal('SELECT set_chunk_time_interval(''t'', interval ''1 day'')');
SELECT refusal('SELECT set_chunk_time_interval(NULL, interval ''1 day'')');
SELECT refusal('SELECT set_chunk_time_interval(''readings'', NULL::interval)');
SELECT refusal('SELECT set_chunk_time_interval(''readings'', interval ''0'')');
SELECT refusal('SELECT set_chunk_time_interval(''readings'', ''1 day''::text)');
SELECT refusal('SELECT set_chunk_time_interval(''readings'', interval ''1 day'', ''value'')');
SELECT refusal('SELECT set_partitioning_interval(''readings'', -1)');

-- Nothing has changed: the hypertables are the two that were made above, and all else is as it was.
SELECT relation, chunk_interval FROM varve_catalog.hypertable ORDER BY id;
SELECT relname FROM pg_class WHERE relkind = 'p' ORDER BY 1;
SELECT attrelid::regclass FROM pg_attribute
WHERE attname = 'time' AND attnotnull AND attrelid IN ('t'::regclass, 'filled'::regclass, 'owned'::regclass);

DROP OWNED BY regress_owner;
DROP ROLE regress_owner, regress_stranger;
