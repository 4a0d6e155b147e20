-- What scripts ask about single chunks, and do with them: show_chunk, create_chunk, drop_chunk, freeze_chunk,
-- unfreeze_chunk, chunk_status, chunk_id_from_relid.
\set VERBOSITY sqlstate
SET timezone = 'UTC';
SET search_path = _timescaledb_functions, public;
CREATE TABLE metric (time timestamptz NOT NULL, v int, UNIQUE (time, v));
SELECT created FROM create_hypertable('metric', by_range('time', interval '1 day'));
INSERT INTO metric SELECT timestamptz '2024-01-01' + i * interval '12 hours', i FROM generate_series(0, 5) i;
CREATE TABLE numbers (n int NOT NULL, device int);
SELECT created FROM create_hypertable('numbers', by_range('n', 10));
SELECT created FROM add_dimension('numbers', by_hash('device', 2));
INSERT INTO numbers VALUES (5, 1);
CREATE TABLE plain (time timestamptz NOT NULL, v int);
CREATE TABLE ids (id uuid NOT NULL);
SELECT created FROM create_hypertable('ids', by_range('id'));
CREATE ROLE regress_script_stranger;

SELECT * FROM show_chunk('_timescaledb_internal._hyper_1_1_chunk');
SELECT slices FROM show_chunks('numbers') c, show_chunk(c) ORDER BY chunk_id;
SELECT chunk_id_from_relid('_timescaledb_internal._hyper_1_2_chunk'::regclass), chunk_id_from_relid(NULL);
SELECT chunk_status('_timescaledb_internal._hyper_1_1_chunk'), chunk_status(NULL), chunk_status_text('_timescaledb_internal._hyper_1_1_chunk'::regclass);
SELECT s, chunk_status_text(s) FROM unnest('{0,1,2,4,8,15,NULL}'::int[]) s;

-- What there is not.
SELECT show_chunk(NULL);
SELECT show_chunk('plain');
SELECT show_chunk('metric');
SELECT show_chunk(1::oid::regclass);
SELECT chunk_id_from_relid(1), 'no such relation';
SELECT chunk_id_from_relid('metric'::regclass);
SELECT chunk_status('plain');
SELECT chunk_status('metric');

-- create_chunk: what the range of one is, by numbers, text, without an end.
SELECT * FROM create_chunk('metric', '{"time": ["2024-02-01", "2024-02-03"]}');
SELECT created FROM create_chunk('metric', '{"time": [1706745600000000, 1706918400000000]}');
SELECT schema_name, table_name, slices, created FROM create_chunk('metric', '{"time": ["2024-03-01", null]}', table_name => 'the_future');
CREATE SCHEMA chunks;
SELECT schema_name, table_name, created FROM create_chunk('metric', '{"time": [null, "2020-01-01"]}', 'chunks', 'the_past');
INSERT INTO metric VALUES ('2024-02-02', 1), ('2030-01-01', 1), ('2000-01-01', 1);
SELECT tableoid::regclass, * FROM metric WHERE v = 1 ORDER BY time;
INSERT INTO metric VALUES ('2024-02-02', 1);
INSERT INTO plain VALUES ('2021-05-01', 7);
SELECT table_name, created FROM create_chunk('metric', '{"time": ["2021-01-01", "2022-01-01"]}', chunk_table => 'plain');
SELECT tableoid::regclass, * FROM metric WHERE v = 7;
CREATE TABLE plain2 (time timestamptz NOT NULL, v int);
SELECT create_chunk(NULL, '{"time": [1, 2]}');
SELECT create_chunk('metric', NULL);
SELECT create_chunk('plain2', '{"time": [1, 2]}');
SELECT create_chunk('_timescaledb_internal._hyper_1_1_chunk', '{"time": [1, 2]}');
SELECT create_chunk(1::oid::regclass, '{"time": [1, 2]}');
SELECT create_chunk('metric', '{"day": [1, 2]}');
SELECT create_chunk('metric', '{"time": 1}');
SELECT create_chunk('metric', '[]');
SELECT create_chunk('metric', '{"time": ["2024-05-02", "2024-05-01"]}');
SELECT create_chunk('metric', '{"time": ["2024-02-02", "2024-02-03"]}');
SELECT create_chunk('metric', '{"time": ["2023-05-01", "2023-05-02"]}', table_name => 'the_past', schema_name => 'chunks');
SELECT create_chunk('metric', '{"time": ["2023-05-01", "2023-05-02"]}', schema_name => 'nowhere');
SELECT create_chunk('metric', '{"time": ["2023-05-01", "2023-05-02"]}', chunk_table => 'plain2', table_name => 'other');
SELECT create_chunk('metric', '{"time": ["2023-05-01", "2023-05-02"]}', chunk_table => 'metric');
SELECT create_chunk('metric', '{"time": ["2023-05-01", "2023-05-02"]}', chunk_table => 'plain');
SELECT create_chunk('numbers', '{"n": [100, 110]}');
SELECT create_chunk('ids', '{"id": [1, 2]}');
SET ROLE regress_script_stranger;
SELECT create_chunk('metric', '{"time": ["2023-05-01", "2023-05-02"]}');
RESET ROLE;
BEGIN READ ONLY;
SELECT create_chunk('metric', '{"time": ["2023-05-01", "2023-05-02"]}');
ROLLBACK;
SELECT count(*) FROM show_chunks('metric');

-- freeze_chunk: no statement changes the rows, whatever way it takes.
SELECT freeze_chunk('_timescaledb_internal._hyper_1_1_chunk');
SELECT freeze_chunk('_timescaledb_internal._hyper_1_1_chunk');
SELECT chunk_status_text('_timescaledb_internal._hyper_1_1_chunk'::regclass);
SELECT id, status FROM _timescaledb_catalog.chunk WHERE id < 3 ORDER BY id;
CREATE TABLE frozen AS SELECT * FROM _timescaledb_internal._hyper_1_1_chunk;
INSERT INTO metric VALUES ('2024-01-01 01:00', 1);
INSERT INTO metric VALUES ('2024-01-01', 0) ON CONFLICT DO NOTHING;
INSERT INTO _timescaledb_internal._hyper_1_1_chunk VALUES ('2024-01-01 01:00', 1);
UPDATE metric SET v = v + 100 WHERE time < '2024-01-02';
UPDATE metric SET time = time + interval '1 day', v = 50 WHERE time = '2024-01-01';
UPDATE metric SET time = '2024-01-01 02:00' WHERE time = '2024-01-02 12:00';
DELETE FROM metric WHERE v = 0;
DELETE FROM ONLY _timescaledb_internal._hyper_1_1_chunk;
MERGE INTO metric m USING (VALUES (0)) x (v) ON m.v = x.v WHEN MATCHED THEN DELETE;
COPY metric FROM stdin;
2024-01-01 03:00	3
\.
COPY _timescaledb_internal._hyper_1_1_chunk FROM stdin;
2024-01-01 03:00	3
\.
TRUNCATE metric;
TRUNCATE _timescaledb_internal._hyper_1_1_chunk;
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM metric WHERE v = 0;
ROLLBACK;
CREATE TABLE referenced (v int PRIMARY KEY);
INSERT INTO referenced SELECT DISTINCT v FROM metric;
ALTER TABLE metric ADD FOREIGN KEY (v) REFERENCES referenced ON DELETE CASCADE;
DELETE FROM referenced WHERE v = 0;
ALTER TABLE metric DROP CONSTRAINT metric_v_fkey;
ALTER TABLE metric DISABLE TRIGGER ALL;
DELETE FROM metric WHERE v = 0;
ALTER TABLE metric ENABLE TRIGGER ALL;
-- Nor does it go, or change its shape.
SELECT drop_chunks('metric', older_than => timestamptz '2024-01-03', newer_than => timestamptz '2023-12-31');
SELECT drop_chunk('_timescaledb_internal._hyper_1_1_chunk');
DROP TABLE _timescaledb_internal._hyper_1_1_chunk;
ALTER TABLE metric SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'time');
SELECT compress_chunk('_timescaledb_internal._hyper_1_1_chunk');
CALL convert_to_columnstore('_timescaledb_internal._hyper_1_1_chunk');
CALL merge_chunks('_timescaledb_internal._hyper_1_1_chunk', '_timescaledb_internal._hyper_1_2_chunk');
CALL merge_chunks('_timescaledb_internal._hyper_1_2_chunk', '_timescaledb_internal._hyper_1_1_chunk');
CALL split_chunk('_timescaledb_internal._hyper_1_1_chunk');
CALL detach_chunk('_timescaledb_internal._hyper_1_1_chunk');
(TABLE frozen EXCEPT ALL TABLE _timescaledb_internal._hyper_1_1_chunk) UNION ALL (TABLE _timescaledb_internal._hyper_1_1_chunk EXCEPT ALL TABLE frozen);
-- Other chunks are as they were, and what does not change rows goes on.
INSERT INTO metric VALUES ('2024-01-02 01:00', 60) RETURNING tableoid::regclass;
SELECT count(*) FROM (SELECT FROM metric WHERE time < '2024-01-02' FOR UPDATE) x;
ALTER TABLE metric ADD added int DEFAULT 5;
CREATE INDEX ON metric (added);
SELECT reorder_chunk('_timescaledb_internal._hyper_1_1_chunk', 'metric_added_idx');
SELECT unfreeze_chunk('_timescaledb_internal._hyper_1_1_chunk');
SELECT unfreeze_chunk('_timescaledb_internal._hyper_1_1_chunk');
SELECT chunk_status_text('_timescaledb_internal._hyper_1_1_chunk'::regclass), (SELECT count(*) FROM pg_trigger WHERE tgname ~ 'frozen');
UPDATE metric SET v = v + 100 WHERE time < '2024-01-02' RETURNING v > 99 AS changed;

-- In columns: the same.
SELECT compress_chunk('_timescaledb_internal._hyper_1_2_chunk');
SELECT chunk_status_text('_timescaledb_internal._hyper_1_2_chunk'::regclass);
SELECT freeze_chunk('_timescaledb_internal._hyper_1_2_chunk');
INSERT INTO metric VALUES ('2024-01-02 02:00', 1);
UPDATE metric SET v = -1 WHERE time = '2024-01-02';
DELETE FROM metric WHERE time = '2024-01-02';
SELECT decompress_chunk('_timescaledb_internal._hyper_1_2_chunk');
CALL convert_to_rowstore('_timescaledb_internal._hyper_1_2_chunk');
CALL recompress_chunk('_timescaledb_internal._hyper_1_2_chunk');
SELECT chunk_status('_timescaledb_internal._hyper_1_2_chunk'), chunk_status_text('_timescaledb_internal._hyper_1_2_chunk'::regclass);
SELECT unfreeze_chunk('_timescaledb_internal._hyper_1_2_chunk');
DELETE FROM metric WHERE time = '2024-01-02' RETURNING v;
SELECT chunk_status_text('_timescaledb_internal._hyper_1_2_chunk'::regclass);
INSERT INTO metric VALUES ('2024-01-02 02:00', 1);
SELECT chunk_status('_timescaledb_internal._hyper_1_2_chunk'), chunk_status_text('_timescaledb_internal._hyper_1_2_chunk'::regclass);

-- Thawed by hand, and frozen again.
SELECT freeze_chunk('_timescaledb_internal._hyper_1_1_chunk');
ALTER TABLE _timescaledb_internal._hyper_1_1_chunk DISABLE TRIGGER varve_frozen;
SELECT chunk_status('_timescaledb_internal._hyper_1_1_chunk');
SELECT freeze_chunk('_timescaledb_internal._hyper_1_1_chunk');
SELECT chunk_status('_timescaledb_internal._hyper_1_1_chunk');
DELETE FROM metric WHERE time < '2024-01-02' AND time > '2023-12-31';

-- Who may.
SELECT freeze_chunk(NULL);
SELECT freeze_chunk('plain2');
SELECT freeze_chunk('metric');
SELECT freeze_chunk(1::oid::regclass);
SELECT unfreeze_chunk(NULL);
SELECT unfreeze_chunk('metric');
SELECT drop_chunk(NULL);
SELECT drop_chunk('plain2');
SELECT drop_chunk('metric');
SELECT drop_chunk(1::oid::regclass);
SELECT drop_chunk(c) FROM show_chunks('numbers') c LIMIT 1;
SET ROLE regress_script_stranger;
SELECT freeze_chunk('_timescaledb_internal._hyper_1_1_chunk');
SELECT unfreeze_chunk('_timescaledb_internal._hyper_1_1_chunk');
SELECT drop_chunk('_timescaledb_internal._hyper_1_1_chunk');
RESET ROLE;
BEGIN READ ONLY;
SELECT freeze_chunk('_timescaledb_internal._hyper_1_1_chunk');
ROLLBACK;
BEGIN READ ONLY;
SELECT unfreeze_chunk('_timescaledb_internal._hyper_1_1_chunk');
ROLLBACK;
BEGIN READ ONLY;
SELECT drop_chunk('_timescaledb_internal._hyper_1_1_chunk');
ROLLBACK;
SELECT drop_chunk('_timescaledb_internal._hyper_1_3_chunk');
SELECT drop_chunk('_timescaledb_internal._hyper_1_3_chunk');
SELECT count(*) FROM metric WHERE time >= '2024-01-03' AND time < '2024-01-04';
SELECT varve_catalog.refuse_frozen();

-- One of two dimensions; it goes with its hypertable.
SELECT freeze_chunk(c) FROM show_chunks('numbers') c;
INSERT INTO numbers VALUES (6, 1);
SELECT drop_chunks('numbers', older_than => 100);
DROP TABLE numbers, metric;
DROP ROLE regress_script_stranger;
