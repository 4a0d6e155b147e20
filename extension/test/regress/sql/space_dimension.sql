-- A second dimension by hash: each new slice of time is divided into chunks. Statements give what
-- they give on a plain table and on a hypertable of one dimension.
\getenv dir PG_ABS_SRCDIR
\set harness :dir '/sql/differential.inc'
\set ECHO none
\i :harness
CREATE FUNCTION differ.divide(relation regclass, time_column name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM create_hypertable(relation, by_range(time_column, interval '1 day'));
    PERFORM add_dimension(relation, by_hash('dev', 3));
END $$;
INSERT INTO differ.state (name, adopt) VALUES ('space', 'SELECT differ.divide(%1$L::regclass, %2$L)');
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
SELECT differ.create('kind', 'id int PRIMARY KEY');
SELECT differ.create('m', 'gone int, time timestamptz NOT NULL, dev text, kind int, v float8, CHECK (v > -1e6), PRIMARY KEY (dev, time)', 'time');
SELECT differ.create('alarm', 'time timestamptz, dev text, note text');

\echo -- keys both ways, triggers, indexes, a column dropped between slices
SELECT differ.run($$INSERT INTO kind SELECT generate_series(0, 4)$$);
SELECT differ.run($$ALTER TABLE m ADD FOREIGN KEY (kind) REFERENCES kind ON DELETE CASCADE ON UPDATE CASCADE$$);
SELECT differ.run($$CREATE INDEX ON m (time DESC)$$);
SELECT differ.run($$CREATE INDEX half ON m (lower(dev)) WHERE v > 0$$);
SELECT differ.run($$ALTER TABLE alarm ADD FOREIGN KEY (dev, time) REFERENCES m ON DELETE CASCADE ON UPDATE CASCADE$$);
CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.v := NEW.v + 0.5; RETURN NEW; END';
CREATE FUNCTION log_alarm() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN EXECUTE format(''INSERT INTO %I.alarm VALUES ($1, $2, $3)'', TG_TABLE_SCHEMA) USING NEW.time, NEW.dev, TG_OP; RETURN NULL; END';
SELECT differ.run($$CREATE TRIGGER mark BEFORE UPDATE OF v ON m FOR EACH ROW EXECUTE FUNCTION mark()$$);
SELECT differ.run($$INSERT INTO m SELECT 0, timestamptz '2024-01-01' + i * interval '1 hour', 'd' || i % 7, i % 5, i FROM generate_series(0, 71) i$$);
SELECT differ.run($$ALTER TABLE m DROP COLUMN gone$$);
SELECT differ.run($$INSERT INTO m SELECT timestamptz '2024-01-03' + i * interval '1 hour', 'd' || i % 7 || 'x', i % 5, i FROM generate_series(0, 71) i$$);
SELECT differ.run($$INSERT INTO alarm SELECT time, dev, 'first' FROM m WHERE v < 30$$);
SELECT relkind, count(*) FROM pg_class WHERE relname ~ ('^_hyper_' || (SELECT id FROM varve_catalog.hypertable WHERE relation = 'space.m'::regclass) || '_.*(chunk|slice)$') GROUP BY 1 ORDER BY 1;

\echo -- INSERT, UPDATE, DELETE, MERGE, COPY
SELECT differ.run($$INSERT INTO m VALUES ('2024-01-01', 'd0', 1, 1)$$);
SELECT differ.run($$INSERT INTO m VALUES ('2024-01-01', 'd0', 1, 1), ('2024-01-09', NULL, 1, 1)$$);
SELECT differ.run($$INSERT INTO m VALUES ('2024-01-01', 'd0', 9, 1) ON CONFLICT DO NOTHING$$);
SELECT differ.run($$INSERT INTO m VALUES ('2024-01-01', 'd0', 1, 1), ('2024-02-01', 'd0', 1, 1) ON CONFLICT (dev, time) DO UPDATE SET v = m.v + 100 RETURNING *$$);
SELECT differ.run($$INSERT INTO m VALUES ('2024-02-02', 'd0', 9, 1)$$);
SELECT differ.run($$INSERT INTO m VALUES ('2024-02-02', 'd0', 1, -1e7)$$);
SELECT differ.run($$UPDATE m SET v = v + 1 WHERE dev LIKE 'd1%'$$);
SELECT differ.run($$UPDATE m SET dev = dev || 'y' WHERE kind = 2$$);
SELECT differ.run($$UPDATE m SET time = time + interval '10 days', dev = 'z' || dev WHERE kind = 3$$);
SELECT differ.run($$UPDATE kind SET id = 10 WHERE id = 3$$);
SELECT differ.run($$DELETE FROM kind WHERE id = 4$$);
SELECT differ.run($$DELETE FROM m USING kind WHERE kind.id = m.kind AND kind.id = 1 AND time < '2024-01-02'$$);
SELECT differ.run($$MERGE INTO m USING (VALUES (timestamptz '2024-01-01 02:00', 'd2y'), ('2024-03-01', 'new')) s(t, d) ON m.time = s.t AND m.dev = s.d
    WHEN MATCHED THEN UPDATE SET v = 7, dev = 'merged' WHEN NOT MATCHED THEN INSERT VALUES (s.t, s.d, 1, 3)$$);
SELECT differ.run($$COPY m FROM PROGRAM 'for i in 1 2 3 4 5 6 7 8 9; do printf "2024-04-0%d 00:00+00\tc%d\t1\t%d\n2024-04-01 0%d:00+00\tc%d\t1\t%d\n" $i $i $i $i $i $i; done'$$);
SELECT differ.run($$SELECT * FROM alarm ORDER BY time, dev$$);
SELECT differ.run($$TRUNCATE alarm$$);

\echo -- queries: pruned by both, in order, at the ends, parallel, in steps over many slices
SELECT differ.run($$INSERT INTO m SELECT timestamptz '2023-01-01' + i * interval '8 hours', 'd' || i % 11, 0, i FROM generate_series(0, 599) i$$);
ANALYZE space.m;
SELECT differ.run($$SELECT * FROM m WHERE dev = 'd3' AND time >= '2023-05-01' AND time < '2023-06-01' ORDER BY time$$);
SELECT differ.run($$SELECT * FROM m WHERE dev IN ('d3', 'd4') ORDER BY time DESC LIMIT 5$$);
SELECT differ.run($$SELECT * FROM m ORDER BY time DESC, dev LIMIT 7$$);
SELECT differ.run($$SELECT * FROM m ORDER BY time, dev LIMIT 7$$);
SELECT differ.run($$SELECT min(time), max(time) FROM m$$);
SELECT differ.run($$SELECT time_bucket('1 month', time) b, dev, count(*), sum(v) FROM m GROUP BY 1, 2 ORDER BY 1, 2$$);
SELECT differ.run($$SELECT a.time, b.v FROM m a JOIN m b USING (dev, time) WHERE a.dev = 'd5' ORDER BY 1$$);
SET enable_partitionwise_join = on; SET enable_partitionwise_aggregate = on;
SELECT differ.run($$SELECT dev, count(*), max(v) FROM m GROUP BY dev ORDER BY dev$$);
RESET enable_partitionwise_join; RESET enable_partitionwise_aggregate;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SELECT differ.run($$SELECT count(*), sum(v) FROM m$$);
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size;
PREPARE one(text, timestamptz) AS SELECT count(*) FROM space.m WHERE dev = $1 AND time > $2;
SET plan_cache_mode = force_generic_plan;
EXECUTE one('d3', '2023-06-01');
RESET plan_cache_mode;

\echo -- the catalog, and what is where
\set ECHO all
SET search_path = space, public;
SELECT dimension_number, column_name, column_type, dimension_type, time_interval, num_partitions FROM timescaledb_information.dimensions WHERE hypertable_schema = 'space';
SELECT num_dimensions FROM timescaledb_information.hypertables WHERE hypertable_schema = 'space';
SELECT column_name, num_slices, id > 1073741824 AS second FROM _timescaledb_catalog.dimension WHERE hypertable_id = (SELECT id FROM varve_catalog.hypertable WHERE relation = 'm'::regclass) ORDER BY id;
SELECT range_start, range_end, count(*) FROM _timescaledb_catalog.dimension_slice WHERE dimension_id = 1073741824 + (SELECT id FROM varve_catalog.hypertable WHERE relation = 'm'::regclass) GROUP BY 1, 2 ORDER BY 1;
SELECT count(*), count(DISTINCT range_begin), count(DISTINCT created) FROM varve_catalog.chunk WHERE hypertable_id = (SELECT id FROM varve_catalog.hypertable WHERE relation = 'm'::regclass);
SELECT (SELECT sum(total_bytes) FROM chunks_detailed_size('m')) = hypertable_size('m') AS sizes_agree;
EXPLAIN (costs off) SELECT v FROM m WHERE dev = 'd3' AND time = '2023-05-01';

-- Retention drops whole slices.
SELECT count(*) FROM drop_chunks('m', older_than => timestamptz '2023-02-01');
SELECT count(*) FROM drop_chunks('m', older_than => timestamptz '2023-02-01 12:00');
SELECT min(time) FROM m;
INSERT INTO alarm SELECT time, dev FROM m WHERE time = '2023-02-01 08:00';
SELECT refusal($$SELECT drop_chunks('m', older_than => timestamptz '2023-02-03')$$);
SELECT min(time) FROM m;
DELETE FROM alarm;
SELECT count(*) FROM drop_chunks('m', older_than => timestamptz '2023-07-01', created_before => NULL);
SELECT count(*) FROM pg_class WHERE relname ~ '_slice$' AND relkind = 'p' AND oid NOT IN (SELECT inhparent FROM pg_inherits);

-- Another number of partitions is for new slices.
SELECT set_number_partitions('m', 5);
INSERT INTO m SELECT timestamptz '2025-01-01', 'd' || i, 0, i FROM generate_series(0, 99) i;
INSERT INTO m SELECT timestamptz '2024-01-01 00:30', 'd' || i, 0, i FROM generate_series(0, 99) i;
SELECT time::date AS day, count(DISTINCT tableoid) FROM m WHERE dev ~ 'd\d' AND time IN ('2025-01-01', '2024-01-01 00:30') GROUP BY 1 ORDER BY 1;
SELECT set_number_partitions('m', 1, dimension_name => 'dev');
INSERT INTO m SELECT timestamptz '2025-01-02', 'd' || i, 0, i FROM generate_series(0, 99) i;
SELECT count(DISTINCT tableoid) FROM m WHERE time = '2025-01-02';

-- DDL reaches slices and chunks; the dimension follows its name, and stays in every unique index.
ALTER TABLE m RENAME COLUMN dev TO device;
INSERT INTO m VALUES ('2025-02-01', 'renamed', 0, 1);
SELECT column_name FROM timescaledb_information.dimensions WHERE hypertable_schema = 'space' AND dimension_type = 'Space';
ALTER TABLE m RENAME COLUMN device TO dev;
CREATE ROLE space_owner;
ALTER TABLE m OWNER TO space_owner;
SELECT DISTINCT relowner::regrole FROM pg_class WHERE oid IN (SELECT relid FROM pg_partition_tree('m'));
ALTER TABLE m REPLICA IDENTITY USING INDEX m_pkey;
SELECT DISTINCT relreplident FROM pg_class WHERE oid IN (SELECT relid FROM pg_partition_tree('m'));
ALTER TABLE m SET (fillfactor = 70);
SELECT relkind, reloptions, count(*) > 1 FROM pg_class WHERE oid IN (SELECT relid FROM pg_partition_tree('m')) AND relkind = 'r' GROUP BY 1, 2;
CREATE INDEX CONCURRENTLY by_kind ON m (kind, time);
SELECT indisvalid, count(*) > 10 AS many FROM pg_index WHERE indexrelid IN (SELECT relid FROM pg_partition_tree('by_kind')) GROUP BY 1;
SELECT refusal($$CREATE UNIQUE INDEX ON m (time)$$);
SELECT refusal($$CREATE UNIQUE INDEX ON m (time, lower(dev))$$);
SELECT refusal($$ALTER TABLE m ADD UNIQUE (time, kind)$$);
SELECT refusal($$ALTER TABLE m DROP COLUMN dev$$);
SELECT refusal($$ALTER TABLE m ALTER dev TYPE varchar$$);
CREATE UNIQUE INDEX unique_all ON m (time, dev, kind);
INSERT INTO m VALUES ('2025-03-01', 'after', 0, 1);
SELECT count(*) FROM pg_index WHERE indrelid IN (SELECT tableoid FROM m WHERE time = '2025-03-01');

-- Row-level security holds for a chunk that is named directly, and keeps others from slices.
ALTER TABLE m ENABLE ROW LEVEL SECURITY;
INSERT INTO m VALUES ('2025-03-01 01:00', 'hidden', 0, 1);
CREATE POLICY only_after ON m USING (dev = 'after');
CREATE ROLE space_reader;
GRANT USAGE ON SCHEMA space TO space_reader;
GRANT SELECT ON m TO space_reader;
SELECT tableoid::regclass AS chunk FROM m WHERE time = '2025-03-01' \gset
SELECT inhparent::regclass AS slice FROM pg_inherits WHERE inhrelid = :'chunk'::regclass \gset
GRANT SELECT ON :chunk, :slice TO space_reader;
SET ROLE space_reader;
SELECT count(*) FROM m;
SELECT count(*) FROM :chunk;
SELECT count(*) FROM :slice;
RESET ROLE;
ALTER TABLE m DISABLE ROW LEVEL SECURITY;

-- Maintenance: order and place for each chunk; ranges belong to slices.
SELECT reorder_chunk(:'chunk', 'm_pkey', verbose => true) IS NOT NULL;
SELECT refusal(format('DROP TABLE %s', :'chunk'));
SELECT refusal(format('CALL split_chunk(%L)', :'chunk'));
SELECT refusal(format('CALL detach_chunk(%L)', :'chunk'));
SELECT refusal(format('CALL merge_chunks(%L, %L)', (SELECT min(c) FROM show_chunks('m') c), :'chunk'));
CREATE TABLE loaded (LIKE m INCLUDING ALL);
INSERT INTO loaded VALUES ('2030-01-01', 'loaded', 0, 1);
CALL attach_chunk('m', 'loaded', '{"time": ["2030-01-01", "2030-01-02"]}');
INSERT INTO m VALUES ('2030-01-01', 'beside', 0, 1), ('2030-01-02', 'divided', 0, 1);
SELECT dev, tableoid = 'loaded'::regclass FROM m WHERE time >= '2030-01-01' ORDER BY time, dev;

-- Making one: both forms of both functions, on rows that are there; and what cannot be.
SET search_path = public;
CREATE TABLE classic (time int NOT NULL, dev int, note text);
INSERT INTO classic SELECT i, i, i FROM generate_series(0, 99) i;
SELECT * FROM create_hypertable('classic', 'time', partitioning_column => 'dev', number_partitions => 4, chunk_time_interval => 50, migrate_data => true) \gset made_
SELECT :'made_table_name', :'made_created';
INSERT INTO classic SELECT i, i, i FROM generate_series(100, 149) i;
SELECT (time / 50), count(DISTINCT tableoid) FROM classic GROUP BY 1 ORDER BY 1;
SELECT indexdef FROM pg_indexes WHERE tablename = 'classic' ORDER BY 1;
CREATE TABLE general (time int NOT NULL, dev int, point point, double_dev int GENERATED ALWAYS AS (dev * 2) STORED, UNIQUE (time, dev));
SELECT created FROM create_hypertable('general', by_range('time', 10));
SELECT refusal($$SELECT add_dimension('general', 'dev')$$);
SELECT refusal($$SELECT add_dimension('general', 'dev', 2, chunk_time_interval => 10)$$);
SELECT refusal($$SELECT add_dimension('general', 'dev', chunk_time_interval => 10)$$);
SELECT refusal($$SELECT add_dimension('general', by_range('dev', 10))$$);
SELECT refusal($$SELECT add_dimension('general', by_hash('missing', 2))$$);
SELECT refusal($$SELECT add_dimension('general', by_hash('time', 2))$$);
SELECT refusal($$SELECT add_dimension('general', by_hash('point', 2))$$);
SELECT refusal($$SELECT add_dimension('general', by_hash('double_dev', 2))$$);
SELECT refusal($$SELECT add_dimension('general', by_hash('dev', 0))$$);
SELECT refusal($$SELECT add_dimension('general', 'dev', 32768)$$);
SELECT refusal($$SELECT add_dimension(NULL::regclass, by_hash('dev', 2))$$);
SELECT refusal($$SELECT add_dimension('general', NULL::_timescaledb_internal.dimension_info)$$);
SELECT refusal($$SELECT add_dimension('pg_class', by_hash('oid', 2))$$);
SELECT refusal($$SELECT set_number_partitions('general', 2)$$);
ALTER TABLE general ADD other int, ADD UNIQUE (time, dev, other);
SELECT refusal($$SELECT add_dimension('general', by_hash('other', 2))$$);
SELECT created, dimension_id > 1073741824 AS second FROM add_dimension('general', by_hash('dev', 2));
SELECT refusal($$SELECT add_dimension('general', by_hash('dev', 3))$$);
SELECT created FROM add_dimension('general', 'dev', 3, if_not_exists => true);
SELECT refusal($$SELECT add_dimension('general', by_hash('other', 3))$$);
-- A dimension that is there is so by whichever kind.
SELECT refusal($$SELECT add_dimension('general', by_range('time', 20))$$);
SELECT created FROM add_dimension('general', by_range('time', 20), if_not_exists => true);
SELECT created FROM add_dimension('general', 'dev', chunk_time_interval => 20, if_not_exists => true);
SELECT refusal($$SELECT add_dimension('general', by_range('other', 20), if_not_exists => true)$$);
SELECT refusal($$SELECT set_number_partitions('general', 0)$$);
SELECT refusal($$SELECT set_number_partitions('general', 2, 'time')$$);
SELECT refusal($$SELECT set_number_partitions(NULL, 2)$$);
SELECT refusal($$SELECT set_number_partitions('general', NULL)$$);
CREATE TABLE late (time int NOT NULL, dev int);
SELECT refusal($$SELECT create_hypertable('late', 'time', 'dev')$$);
SELECT refusal($$SELECT create_hypertable('late', 'time', 'dev', 0)$$);
SELECT refusal($$SELECT create_hypertable('late', 'time', 'nothing', 2)$$);
SELECT refusal($$SELECT create_hypertable('late', 'time', 'time', 2)$$);
SELECT count(*) FROM varve_catalog.hypertable WHERE relation = 'late'::regclass;
BEGIN READ ONLY;
SELECT refusal($$SELECT add_dimension('general', by_hash('dev', 3))$$);
SELECT refusal($$SELECT set_number_partitions('general', 3)$$);
ROLLBACK;
SET ROLE space_reader;
SELECT refusal($$SELECT add_dimension('general', by_hash('dev', 3))$$);
SELECT refusal($$SELECT set_number_partitions('general', 3)$$);
RESET ROLE;

-- Aggregates learn of what is written into a chunk directly; policies take slices as a whole.
SET timescaledb.current_timestamp_mock = '2024-05-01 12:00+00';
CREATE TABLE raw (time timestamptz NOT NULL, device int, v int, PRIMARY KEY (time, device));
SELECT created FROM create_hypertable('raw', 'time', 'device', 2, chunk_time_interval => interval '1 day');
INSERT INTO raw SELECT timestamptz '2024-04-01' + i * interval '1 hour', i % 5, i FROM generate_series(0, 699) i;
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
SELECT time_bucket('1 day', time) AS day, count(*) AS n, sum(v) AS total FROM raw GROUP BY day WITH NO DATA;
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT tableoid::regclass AS chunk FROM raw WHERE time = '2024-04-20' \gset
UPDATE :chunk SET v = v + 1000 WHERE time = '2024-04-20';
SELECT count(*), min(reason) FROM verify_continuous_aggregate('daily');
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT count(*) FROM verify_continuous_aggregate('daily');
CALL run_job(add_retention_policy('raw', interval '15 days', initial_start => '2100-01-01'));
SELECT min(time), count(*) FROM raw;
SELECT range_begin, count(*) FROM varve_catalog.chunk c JOIN varve_catalog.hypertable h ON h.id = c.hypertable_id WHERE h.relation = 'raw'::regclass GROUP BY 1 HAVING count(*) <> 2;
SELECT count(*), sum(n) FROM daily;
CALL run_job(add_reorder_policy('raw', 'raw_pkey'));
SELECT count(*) AS ordered FROM pg_index WHERE indrelid IN (SELECT show_chunks('raw')) AND indisclustered;
DROP MATERIALIZED VIEW daily;

-- Nothing is left behind.
DROP TABLE raw, space.alarm, space.m, classic, general, late;
SELECT relname FROM pg_class WHERE relname ~ '_slice$' AND relkind = 'p';
SELECT count(*) FROM varve_catalog.chunk WHERE relation NOT IN (SELECT oid FROM pg_class);
DROP OWNED BY space_reader, space_owner;
DROP ROLE space_reader, space_owner;
