-- CREATE TABLE ... WITH (tsdb.hypertable, ...) makes a hypertable at once; ALTER TABLE ... SET
-- (tsdb.chunk_interval = ...) sets the width of chunks to come.
CREATE VIEW hypertable AS
SELECT relation, column_name, chunk_interval, chunk_schema, chunk_prefix,
    (SELECT count(*) FROM pg_index WHERE indrelid = relation) AS indexes, storage_options
FROM varve_catalog.hypertable ORDER BY id;

CREATE TABLE all_defaults (id int, at timestamptz, other timestamptz) WITH (tsdb.hypertable);
CREATE TABLE all_said (day date NOT NULL, v int, PRIMARY KEY (v, day)) WITH (timescaledb.hypertable = true, timescaledb.partition_column = 'day',
    tsdb.chunk_interval = '30 days', tsdb.create_default_indexes = false, tsdb.associated_schema = 'elsewhere', tsdb.associated_table_prefix = 'piece',
    tsdb.columnstore = false, fillfactor = 70);
CREATE TABLE counted (n bigint) WITH (tsdb.hypertable, tsdb.partitioning_column = 'n', tsdb.chunk_interval = 100);
CREATE TABLE "Named So" ("At" timestamptz) WITH (tsdb.hypertable, tsdb.partition_column = 'At', tsdb.chunk_interval = 3600000000);
CREATE UNLOGGED TABLE derived (LIKE all_said INCLUDING ALL) WITH (tsdb.hypertable, tsdb.partition_column = 'day');
SELECT * FROM hypertable;
INSERT INTO all_said VALUES ('2024-01-01', 1);
INSERT INTO counted VALUES (250);
SELECT relation, range_begin, range_end FROM varve_catalog.chunk WHERE hypertable_id = 3;
SELECT relation, reloptions FROM varve_catalog.chunk JOIN pg_class ON pg_class.oid = relation WHERE hypertable_id = 2;

-- IF NOT EXISTS leaves alone what there is.
CREATE TABLE IF NOT EXISTS counted (n bigint, m int) WITH (tsdb.hypertable, tsdb.partition_column = 'm');
CREATE TABLE plain (time timestamptz);
CREATE TABLE IF NOT EXISTS plain (time timestamptz) WITH (tsdb.hypertable);
CREATE TABLE IF NOT EXISTS fresh (time timestamptz) WITH (tsdb.hypertable, tsdb.partition_column = 'time');
SELECT relation FROM hypertable WHERE relation::text IN ('plain', 'fresh', 'counted');

ALTER TABLE counted SET (tsdb.chunk_interval = 10);
ALTER TABLE all_said SET (timescaledb.chunk_interval = '1 week', fillfactor = 90), ALTER v SET STATISTICS 10;
SELECT relation, chunk_interval, storage_options FROM hypertable WHERE relation::text IN ('counted', 'all_said');

-- Without a column that is named: the first timestamptz, otherwise the first timestamp.
CREATE TABLE in_zone (local timestamp, at timestamptz, v int) WITH (tsdb.hypertable);
CREATE TABLE in_none (v int, local timestamp, other timestamp) WITH (tsdb.hypertable);
SELECT relation, column_name FROM hypertable WHERE relation::text LIKE 'in\_%';
DROP TABLE in_zone, in_none;

-- The width of those that name none, if the setting does: times take it, dates whole days, integers their own.
SET timescaledb.default_chunk_time_interval = '36 hours';
CREATE TABLE chosen (at timestamptz) WITH (tsdb.hypertable, tsdb.partition_column = 'at');
CREATE TABLE chosen_day (at date NOT NULL);
SELECT created FROM create_hypertable('chosen_day', by_range('at'));
CREATE TABLE chosen_number (at int NOT NULL);
SELECT created FROM create_hypertable('chosen_number', 'at');
CREATE TABLE chosen_otherwise (at timestamptz) WITH (tsdb.hypertable, tsdb.partition_column = 'at', tsdb.chunk_interval = '1 day');
SET timescaledb.default_chunk_time_interval = '3600000000';
CREATE TABLE chosen_hour (at timestamptz) WITH (tsdb.hypertable, tsdb.partition_column = 'at');
SET timescaledb.default_chunk_time_interval = '';
CREATE TABLE chosen_not (at timestamptz) WITH (tsdb.hypertable, tsdb.partition_column = 'at');
SELECT relation, chunk_interval FROM hypertable WHERE relation::text LIKE 'chosen%';
SET timescaledb.default_chunk_time_interval = 'soon';
\echo :LAST_ERROR_SQLSTATE
SET timescaledb.default_chunk_time_interval = '-1 day';
SET timescaledb.default_chunk_time_interval = 0;
SET timescaledb.default_chunk_time_interval = '1000000 years';
SET timescaledb.default_chunk_time_interval = '2024-01-01';
SET timescaledb.default_chunk_time_interval = '99999999999999999999';
SHOW timescaledb.default_chunk_time_interval;

-- Bad input: one error, and no table.
CREATE TABLE bad (time timestamptz) WITH (tsdb.chunk_interval = '1 day');
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE bad (time timestamptz) WITH (tsdb.hypertable = false, tsdb.partition_column = 'time');
CREATE TABLE bad (time timestamptz) WITH (tsdb.hypertable = perhaps);
CREATE TABLE bad (time timestamptz) WITH (tsdb.hypertable, tsdb.nosuch = 1);
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE bad (time timestamptz) WITH (tsdb.hypertable, timescaledb.hypertable);
CREATE TABLE bad (time timestamptz) WITH (tsdb.hypertable, tsdb.partition_column = 'nosuch');
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE bad (time timestamptz) WITH (tsdb.hypertable, tsdb.partition_column = '');
CREATE TABLE bad (time timestamptz) WITH (tsdb.hypertable, tsdb.partition_column = 'Time');
CREATE TABLE bad (day date) WITH (tsdb.hypertable);
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE bad WITH (tsdb.hypertable) AS SELECT now() AS time;
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE bad WITH (fillfactor = 70) AS SELECT now() AS time;
DROP TABLE bad;
CREATE TABLE bad (time timestamptz) WITH (tsdb.hypertable, tsdb.chunk_interval = 'soon');
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE bad (time timestamptz) WITH (tsdb.hypertable, tsdb.chunk_interval = '');
CREATE TABLE bad (time timestamptz) WITH (tsdb.hypertable, tsdb.chunk_interval = '-1 day');
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE bad (n int) WITH (tsdb.hypertable, tsdb.partition_column = 'n', tsdb.chunk_interval = '1 day');
CREATE TABLE bad (time timestamptz, v int PRIMARY KEY) WITH (tsdb.hypertable);
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE bad (time timestamptz) PARTITION BY RANGE (time) WITH (tsdb.hypertable);
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE bad () INHERITS (plain) WITH (tsdb.hypertable);
CREATE TEMP TABLE bad (time timestamptz) WITH (tsdb.hypertable);
CREATE TABLE bad (time timestamptz) WITH (tsdb.hypertable, tsdb.segmentby = 'device');
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE counted (n bigint) WITH (tsdb.hypertable);
SELECT to_regclass('bad');
ALTER TABLE plain SET (tsdb.chunk_interval = '1 day');
\echo :LAST_ERROR_SQLSTATE
ALTER TABLE IF EXISTS nosuch SET (tsdb.chunk_interval = '1 day');
ALTER TABLE counted SET (tsdb.chunk_interval = '1 day');
ALTER TABLE counted SET (tsdb.chunk_interval = 0);
ALTER TABLE counted SET (tsdb.chunk_interval);
ALTER TABLE counted SET (tsdb.nosuch = 1, fillfactor = 10);
ALTER TABLE counted RESET (tsdb.chunk_interval);
SELECT relation, chunk_interval, storage_options FROM hypertable WHERE relation = 'counted'::regclass;
DROP VIEW hypertable;
DROP TABLE all_defaults, all_said, counted, "Named So", derived, plain, fresh;
DROP SCHEMA elsewhere;
