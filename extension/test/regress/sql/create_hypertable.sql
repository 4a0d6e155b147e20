-- create_hypertable in both families: arguments, results, what a table has afterwards.
SET timezone = 'UTC';

-- The chunks of a table, as they were made.
CREATE FUNCTION chunks_of(hypertable regclass) RETURNS TABLE(chunk regclass, bound text) LANGUAGE sql AS $$
    SELECT c.oid::regclass, pg_get_expr(relpartbound, c.oid)
    FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
    WHERE inhparent = hypertable ORDER BY c.oid
$$;

-- The classic form. The grid of chunks starts in 1970, whatever the first row.
CREATE TABLE conditions (time timestamptz, device text, temperature float8);
SELECT * FROM create_hypertable('conditions', 'time');
\d conditions
INSERT INTO conditions VALUES ('2024-01-10', 'a', 20.5), ('2024-01-11', 'a', 21), ('1969-12-31 23:59', 'b', 3);
SELECT * FROM chunks_of('conditions');

-- The general form says nothing of the not-null constraint that it adds.
CREATE TABLE metrics (at timestamptz, v int);
SELECT * FROM create_hypertable('metrics', by_range('at', interval '1 day'));
SELECT attnotnull FROM pg_attribute WHERE attrelid = 'metrics'::regclass AND attname = 'at';

-- Again: refused, or welcome.
SELECT * FROM create_hypertable('metrics', by_range('at'));
SELECT * FROM create_hypertable('metrics', by_range('at'), if_not_exists => true);
SELECT * FROM create_hypertable('conditions', 'time', if_not_exists => true);

-- Every type, its default interval and the place of its chunks.
CREATE TABLE of_smallint (x smallint NOT NULL);
CREATE TABLE of_integer (x integer NOT NULL);
CREATE TABLE of_bigint (x bigint NOT NULL);
CREATE TABLE of_date (x date NOT NULL);
CREATE TABLE of_timestamp (x timestamp NOT NULL);
CREATE DOMAIN instant AS timestamptz CHECK (value > '1900-01-01');
CREATE TABLE of_domain (x instant NOT NULL);
SELECT create_hypertable('of_smallint', 'x'), create_hypertable('of_integer', by_range('x')),
       create_hypertable('of_bigint', 'x');
SELECT create_hypertable('of_date', 'x');
SELECT create_hypertable('of_timestamp', by_range('x'));
SELECT create_hypertable('of_domain', 'x');
INSERT INTO of_smallint VALUES (-32768), (32767), (0);
INSERT INTO of_integer VALUES (-1), (100000);
INSERT INTO of_bigint VALUES (1000000), (-9223372036854775808), (9223372036854775806);
INSERT INTO of_date VALUES ('2024-01-10'), ('4713-01-01 BC');
INSERT INTO of_timestamp VALUES ('2024-01-10'), ('294276-12-31');
INSERT INTO of_domain VALUES ('2024-01-10');
SELECT relation, column_type, chunk_interval FROM varve_catalog.hypertable
WHERE relation::text LIKE 'of%' ORDER BY id;
SELECT t.*, h.x FROM (VALUES ('of_smallint'::regclass), ('of_integer'), ('of_bigint'), ('of_date'), ('of_timestamp'),
    ('of_domain')) AS h(x), chunks_of(h.x) AS t;

-- Intervals as integers count microseconds for times; a short one is probably a mistake.
CREATE TABLE hourly (time timestamptz NOT NULL);
SELECT create_hypertable('hourly', 'time', chunk_time_interval => 3600000000);
CREATE TABLE mistaken (time timestamptz NOT NULL);
SELECT create_hypertable('mistaken', 'time', chunk_time_interval => 3600);
CREATE TABLE monthly (day date NOT NULL);
SELECT create_hypertable('monthly', by_range('day', interval '1 month'));
CREATE TABLE tens (x smallint NOT NULL);
SELECT create_hypertable('tens', by_range('x', 10::smallint));
SELECT relation, chunk_interval FROM varve_catalog.hypertable WHERE id > 8 ORDER BY id;

-- A new interval is for future chunks.
INSERT INTO tens VALUES (5);
SELECT set_chunk_time_interval('tens', 100);
INSERT INTO tens VALUES (6), (11), (250);
SELECT set_partitioning_interval('tens', 1000, 'x');
INSERT INTO tens VALUES (300), (7);
SELECT * FROM chunks_of('tens');
SELECT set_chunk_time_interval('hourly', interval '2 hours'), set_partitioning_interval('mistaken', 3600);
SELECT relation, chunk_interval FROM varve_catalog.hypertable WHERE relation IN ('hourly'::regclass, 'mistaken'::regclass);

-- Default indexes: not where one leads with the column already, nor where they are not wanted.
CREATE TABLE keyed (time timestamptz, device int, PRIMARY KEY (time, device));
SELECT create_hypertable('keyed', 'time');
CREATE TABLE indexed (time timestamptz NOT NULL, device int);
CREATE INDEX ON indexed (device, time);
CREATE INDEX partial ON indexed (time) WHERE device > 1;
CREATE INDEX brin ON indexed USING brin (time);
SELECT create_hypertable('indexed', 'time');
CREATE TABLE bare (time timestamptz NOT NULL);
SELECT create_hypertable('bare', 'time', create_default_indexes => false);
SELECT indexrelid::regclass FROM pg_index
WHERE indrelid IN ('keyed'::regclass, 'indexed'::regclass, 'bare'::regclass) ORDER BY indexrelid::regclass::text;

-- Where chunks live and how they are named.
CREATE SCHEMA elsewhere;
CREATE TABLE elsewhere."Odd ""table""" ("The Time" timestamptz NOT NULL);
SELECT * FROM create_hypertable('elsewhere."Odd ""table"""', 'The Time', associated_schema_name => 'elsewhere',
    associated_table_prefix => 'Piece');
INSERT INTO elsewhere."Odd ""table""" VALUES ('2024-01-10');
SELECT * FROM chunks_of('elsewhere."Odd ""table"""');
CREATE TABLE spread (time timestamptz NOT NULL);
SELECT create_hypertable('spread', 'time', associated_schema_name => 'made_for_it');
INSERT INTO spread VALUES ('2024-01-10');
SELECT chunk FROM chunks_of('spread');

-- All arguments of the classic form, by position.
CREATE TABLE positional (time timestamptz NOT NULL);
SELECT * FROM create_hypertable('positional', 'time', NULL, NULL, '_timescaledb_internal', 'pos', interval '1 day', false,
    true, NULL, false, NULL);

-- In the transaction that made the table, with rows before and after; and taken back.
BEGIN;
CREATE TABLE fresh (time timestamptz NOT NULL, v int);
INSERT INTO fresh VALUES ('2024-01-10', 1);
SELECT create_hypertable('fresh', 'time', migrate_data => true);
INSERT INTO fresh VALUES ('2024-02-10', 2);
COMMIT;
SELECT tableoid::regclass, v FROM fresh ORDER BY v;
CREATE TABLE kept (time timestamptz, v int);
CREATE INDEX ON kept (v);
INSERT INTO kept VALUES ('2024-01-10', 1);
BEGIN;
SAVEPOINT before;
SELECT create_hypertable('kept', 'time', migrate_data => true);
INSERT INTO kept VALUES ('2025-01-10', 2);
ROLLBACK TO before;
INSERT INTO kept VALUES (NULL, 3);
COMMIT;
SELECT relkind, (SELECT count(*) FROM varve_catalog.hypertable WHERE relation = 'kept'::regclass) FROM pg_class WHERE relname = 'kept';
SET enable_seqscan = off;
SELECT * FROM kept WHERE v >= 1 ORDER BY v;
RESET enable_seqscan;

-- A user who owns the table, and nothing else.
CREATE ROLE regress_owner;
CREATE SCHEMA own AUTHORIZATION regress_owner;
SET ROLE regress_owner;
CREATE TABLE own.readings (time timestamptz NOT NULL, v int);
INSERT INTO own.readings VALUES ('2024-01-10', 1);
SELECT * FROM create_hypertable('own.readings', 'time', migrate_data => true);
INSERT INTO own.readings VALUES ('2025-01-10', 2);
SELECT set_chunk_time_interval('own.readings', interval '1 day');
SELECT * FROM own.readings ORDER BY time;
SELECT relname, relowner::regrole FROM pg_class WHERE oid IN (SELECT chunk FROM chunks_of('own.readings')) ORDER BY 1;
RESET ROLE;
-- A superuser makes one for the owner, with a schema for its chunks.
CREATE TABLE own.more (time timestamptz NOT NULL);
ALTER TABLE own.more OWNER TO regress_owner;
SELECT created FROM create_hypertable('own.more', 'time', associated_schema_name => 'own_chunks');
SET ROLE regress_owner;
INSERT INTO own.more VALUES ('2024-01-10');
RESET ROLE;
SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'own_chunks';
DROP OWNED BY regress_owner;
SELECT count(*) FROM varve_catalog.hypertable WHERE chunk_prefix IN ('_hyper_21', '_hyper_22');
DROP ROLE regress_owner;

-- Dimensions as text, and back.
SELECT by_range('time'), by_range('time', 5), by_range('a//b', interval '1 mon 2 days'), by_hash('device', 4);
SELECT 'range//a//b//1 mon 2 days'::_timescaledb_internal.dimension_info, 'hash//device//4'::_timescaledb_internal.dimension_info,
    'range//time//'::_timescaledb_internal.dimension_info;
CREATE TABLE by_variable (time timestamptz NOT NULL);
SELECT create_hypertable('by_variable', 'range//time//1 day'::_timescaledb_internal.dimension_info);

-- The example of docs/hypertables.md.
DROP TABLE conditions;
CREATE TABLE conditions (
    time        timestamptz NOT NULL,
    device      text        NOT NULL,
    temperature double precision
);
SELECT create_hypertable('conditions', by_range('time', INTERVAL '1 day'));
INSERT INTO conditions VALUES ('2024-01-10 08:00+00', 'attic', 20.5), ('2024-01-11 08:00+00', 'attic', 19.0);
SELECT set_chunk_time_interval('conditions', INTERVAL '7 days');  -- for chunks to come
SELECT * FROM chunks_of('conditions');
