-- Chunks become columns and rows again: what is asked for, what is said, what is refused. The rows
-- themselves: columnstore_types.sql and the differential tests.
\set SHOW_CONTEXT never
\pset null -
SET timezone = 'UTC';
CREATE TABLE metric (time timestamptz NOT NULL, device int NOT NULL, v float8, note text, place point);
SELECT create_hypertable('metric', by_range('time', interval '1 day'));
INSERT INTO metric SELECT t, d, extract(epoch FROM t) + d, 'n' || d % 3 FROM generate_series(timestamptz '2024-01-01', '2024-01-03 23:59', '10 minutes') t, generate_series(1, 10) d;
CREATE TABLE twin AS TABLE metric;
CREATE FUNCTION differences() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM ((SELECT time, device, v, note FROM metric EXCEPT ALL SELECT time, device, v, note FROM twin)
        UNION ALL (SELECT time, device, v, note FROM twin EXCEPT ALL SELECT time, device, v, note FROM metric)) d
$$;
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers

-- Nothing is said of the table yet.
SELECT refusal($$SELECT compress_chunk(c) FROM show_chunks('metric') c$$);
SELECT * FROM hypertable_columnstore_stats('metric');

-- Options: all spellings, choices and why, lists that are none.
ALTER TABLE metric SET (tsdb.enable_columnstore);
SELECT * FROM timescaledb_information.hypertable_columnstore_settings;
ALTER TABLE metric SET (timescaledb.compress = false);
CREATE INDEX ON metric (device, time DESC);
ALTER TABLE metric SET (timescaledb.compress, fillfactor = 90);
SELECT * FROM timescaledb_information.hypertable_compression_settings;
ALTER TABLE metric SET (timescaledb.compress_segmentby = 'note, device', timescaledb.compress_orderby = '"v" DESC NULLS LAST, time');
SELECT * FROM timescaledb_information.hypertable_columnstore_settings;
SELECT hypertable_name, attname, segmentby_column_index, orderby_column_index, orderby_asc, orderby_nullsfirst FROM timescaledb_information.compression_settings;
ALTER TABLE metric SET (tsdb.order_by = 'v');
ALTER TABLE metric SET (tsdb.segment_by = '');
SELECT segmentby, orderby FROM timescaledb_information.hypertable_columnstore_settings;
ALTER TABLE metric RESET (tsdb.segmentby, tsdb.orderby);
SELECT segmentby, orderby FROM timescaledb_information.hypertable_columnstore_settings;
SELECT option, refusal(format('ALTER TABLE metric SET (%s)', option)) FROM (VALUES
    ($$tsdb.segmentby = 'nosuch'$$),
    ($$tsdb.segmentby = 'device, device'$$),
    ($$tsdb.segmentby = 'v', tsdb.orderby = 'v'$$),
    ($$tsdb.segmentby = 'place'$$),
    ($$tsdb.orderby = 'place'$$),
    ($$tsdb.orderby = 'v, v'$$),
    ($$tsdb.orderby = 'v +'$$),
    ($$tsdb.orderby = 'v + 1'$$),
    ($$tsdb.orderby = 'metric.v'$$),
    ($$tsdb.orderby = 'v LIMIT 1'$$),
    ($$tsdb.orderby = 'v; DROP TABLE metric'$$),
    ($$tsdb.orderby = 'v USING <'$$),
    ($$tsdb.segmentby = 'v DESC'$$),
    ($$tsdb.segmentby = 'note', tsdb.segment_by = 'device'$$),
    ($$tsdb.enable_columnstore = 'maybe'$$),
    ($$tsdb.compress_chunk_time_interval = '1 hour'$$),
    ($$tsdb.sparse_index = 'bloom(lower(note))'$$)) o (option);
SELECT refusal('ALTER TABLE metric RESET (tsdb.enable_columnstore)');
-- Rows that become columns as they are written are not to be had, but may be asked for.
ALTER TABLE metric SET (tsdb.direct_compress, tsdb.direct_compress_schedule_interval = '1 hour');
ALTER TABLE metric SET (tsdb.direct_compress = false);
ALTER TABLE metric RESET (tsdb.direct_compress);
SELECT refusal('ALTER TABLE metric SET (tsdb.direct_compress = 2)');
SELECT refusal('ALTER TABLE twin SET (tsdb.enable_columnstore)');
SELECT segmentby, orderby FROM timescaledb_information.hypertable_columnstore_settings;

-- There and back; the functions are idempotent, and say so.
SELECT compress_chunk('_timescaledb_internal._hyper_1_1_chunk');
SELECT compress_chunk('_timescaledb_internal._hyper_1_1_chunk');
SELECT refusal($$SELECT compress_chunk('_timescaledb_internal._hyper_1_1_chunk', if_not_compressed => false)$$);
SELECT form, refusal(format('SELECT compress_chunk(''_timescaledb_internal._hyper_1_1_chunk'', %s)', form)) FROM unnest('{"true","false","false, false","NULL, NULL","if_compressed => false","true, if_compressed => false","if_compressed => NULL"}'::text[]) form;
SELECT compress_chunk(i, if_compressed => true) FROM show_chunks('metric') i WHERE i < timestamptz '2024-01-03';
SELECT chunk_name, is_compressed FROM timescaledb_information.chunks ORDER BY 1;
SELECT chunk_name, compression_status, before_compression_total_bytes > after_compression_total_bytes AS smaller FROM chunk_columnstore_stats('metric');
SELECT total_chunks, number_compressed_chunks, before_compression_total_bytes > 4 * after_compression_total_bytes AS smaller FROM hypertable_columnstore_stats('metric');
SELECT total_chunks, number_compressed_chunks FROM hypertable_compression_stats('metric');
SELECT hypertable_name, total_chunks, compressed_chunks, compression_ratio > 4 AS smaller FROM timescaledb_information.compression_stats;
SELECT DISTINCT hypertable_name, before_compression_size > 4 * after_compression_size AS smaller FROM timescaledb_information.compression_settings;
SELECT compression_enabled, compression_ratio > 4 AS smaller FROM timescaledb_information.hypertables;
SELECT chunk, segmentby, orderby FROM timescaledb_information.chunk_columnstore_settings ORDER BY chunk::text;
SELECT * FROM _timescaledb_catalog.compression_settings ORDER BY relid::text;
SELECT refusal('ALTER TABLE metric SET (tsdb.enable_columnstore = false)');
SELECT differences();
CALL convert_to_rowstore('_timescaledb_internal._hyper_1_1_chunk');
CALL convert_to_rowstore('_timescaledb_internal._hyper_1_1_chunk');
SELECT refusal($$CALL convert_to_rowstore('_timescaledb_internal._hyper_1_1_chunk', if_columnstore => false)$$);
SELECT decompress_chunk('_timescaledb_internal._hyper_1_2_chunk');
SELECT compression_status, before_compression_total_bytes FROM chunk_compression_stats('metric');
SELECT differences();
CALL convert_to_columnstore('_timescaledb_internal._hyper_1_1_chunk');
CALL convert_to_columnstore('_timescaledb_internal._hyper_1_2_chunk', if_not_columnstore => false);
CALL convert_to_columnstore('_timescaledb_internal._hyper_1_3_chunk', true, true);
SELECT differences();

-- What is written afterwards becomes columns when it is asked for, without what has been deleted.
INSERT INTO metric VALUES ('2024-01-01 00:00:01', 1, 1, 'late'), ('2024-01-02 00:00:01', 2, 2, 'late');
INSERT INTO twin VALUES ('2024-01-01 00:00:01', 1, 1, 'late'), ('2024-01-02 00:00:01', 2, 2, 'late');
DELETE FROM metric WHERE device = 3;
DELETE FROM twin WHERE device = 3;
UPDATE metric SET v = 0, note = NULL WHERE device = 4;
UPDATE twin SET v = 0, note = NULL WHERE device = 4;
SELECT differences();
SELECT compress_chunk('_timescaledb_internal._hyper_1_1_chunk');
CALL recompress_chunk('_timescaledb_internal._hyper_1_2_chunk');
CALL convert_to_columnstore('_timescaledb_internal._hyper_1_3_chunk', recompress => true);
SELECT columnar_rows FROM varve_catalog.columnar_chunk ORDER BY chunk_id;
SELECT differences();
SELECT count(*), count(DISTINCT tableoid), bool_and(pg_relation_size(tableoid) = 0) AS all_in_columns FROM metric;

SELECT approximate_row_count('metric');

-- Rows of this very transaction stay rows, since others do not see them; ROLLBACK leaves what was.
BEGIN;
INSERT INTO metric VALUES ('2024-01-03 00:00:02', 5, 5, 'own');
SELECT compress_chunk('_timescaledb_internal._hyper_1_3_chunk');
SELECT count(*) FROM metric WHERE note = 'own';
SELECT decompress_chunk('_timescaledb_internal._hyper_1_3_chunk');
SELECT count(*) FROM metric WHERE note = 'own';
ROLLBACK;
SELECT differences();
SELECT chunk_name, is_compressed FROM timescaledb_information.chunks ORDER BY 1;
BEGIN;
DELETE FROM metric WHERE device = 5;
SAVEPOINT s;
SELECT decompress_chunk('_timescaledb_internal._hyper_1_3_chunk');
SELECT count(*) FROM metric WHERE device = 5;
ROLLBACK TO s;
SELECT count(*) FROM metric WHERE device = 5;
ROLLBACK;
SELECT differences();

-- Not for these.
SELECT what, refusal(what) FROM (VALUES
    ($$SELECT compress_chunk(NULL)$$),
    ($$SELECT compress_chunk('metric')$$),
    ($$SELECT compress_chunk('twin')$$),
    ($$SELECT compress_chunk('pg_class')$$),
    ($$SELECT compress_chunk(0)$$),
    ($$SELECT decompress_chunk(NULL)$$),
    ($$SELECT decompress_chunk('twin')$$),
    ($$CALL convert_to_columnstore(NULL)$$),
    ($$CALL recompress_chunk('twin')$$)) t (what);
BEGIN READ ONLY;
SELECT compress_chunk('_timescaledb_internal._hyper_1_1_chunk', recompress => true);
ROLLBACK;
BEGIN;
DECLARE open CURSOR FOR SELECT * FROM metric;
FETCH open;
SELECT decompress_chunk('_timescaledb_internal._hyper_1_1_chunk');
ROLLBACK;
CREATE TABLE booking (during tstzrange, time timestamptz NOT NULL, EXCLUDE USING gist (during WITH &&));
SELECT refusal($$SELECT create_hypertable('booking', by_range('time'))$$);

-- Columns that the order is made of.
ALTER TABLE metric RENAME COLUMN device TO sensor;
SELECT segmentby, orderby FROM timescaledb_information.hypertable_columnstore_settings;
SELECT DISTINCT segmentby, orderby FROM timescaledb_information.chunk_columnstore_settings;
SELECT refusal('ALTER TABLE metric DROP COLUMN sensor');
ALTER TABLE metric DROP COLUMN note;
SELECT compress_chunk('_timescaledb_internal._hyper_1_1_chunk', recompress => true);
SELECT count(*), count(DISTINCT sensor), sum(v) = (SELECT sum(v) FROM twin) AS same FROM metric;

-- A chunk without rows, and one with a single row.
CREATE TABLE tiny (time timestamptz NOT NULL, v int) WITH (tsdb.hypertable, tsdb.partition_column = 'time', tsdb.chunk_interval = '1 day', tsdb.columnstore, tsdb.segmentby = '', tsdb.orderby = 'time');
INSERT INTO tiny VALUES ('2024-01-01', 1), ('2024-01-02', 2);
DELETE FROM tiny WHERE v = 1;
SELECT count(compress_chunk(c)) FROM show_chunks('tiny') c;
SELECT cc.columnar_rows, cc.row_groups FROM varve_catalog.columnar_chunk cc JOIN varve_catalog.chunk c ON c.id = cc.chunk_id JOIN varve_catalog.hypertable h ON h.id = c.hypertable_id WHERE h.relation = 'tiny'::regclass ORDER BY c.id;
INSERT INTO tiny VALUES ('2024-01-01', 3);
SELECT * FROM tiny ORDER BY time;
SELECT count(decompress_chunk(c)) FROM show_chunks('tiny') c;
SELECT * FROM tiny ORDER BY time;

-- Whatever is dropped takes what is known of it along.
SELECT drop_chunks('metric', older_than => timestamptz '2024-01-02');
DROP TABLE metric, tiny;
SELECT count(*) FROM varve_catalog.columnstore;
SELECT count(*) FROM varve_catalog.columnar_chunk;
