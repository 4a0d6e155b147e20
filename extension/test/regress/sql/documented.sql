-- The examples of docs/inserting.md and docs/planning.md.
\getenv out PG_ABS_BUILDDIR
\set file :out '/results/readings.csv'
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE TABLE readings (time timestamptz NOT NULL, device int, value float8, PRIMARY KEY (device, time));
SELECT create_hypertable('readings', by_range('time', interval '1 day'));

INSERT INTO readings VALUES ('2024-05-01 10:00+00', 1, 20.5), ('2024-05-02 10:00+00', 1, 21.0)
    ON CONFLICT (device, time) DO UPDATE SET value = excluded.value;
UPDATE readings SET time = time + interval '1 year' WHERE device = 1;
COPY readings TO :'file' (FORMAT csv, HEADER);
TRUNCATE readings;
COPY readings FROM :'file' (FORMAT csv, HEADER);
SELECT tableoid::regclass, * FROM readings ORDER BY time;

INSERT INTO readings VALUES (now(), 2, 1.5);
SELECT count(*) FROM readings WHERE time > now() - interval '1 day';
SET timescaledb.enable_now_constify = off;
SET enable_bitmapscan = off;
EXPLAIN (costs off) SELECT count(*) FROM readings WHERE time > now() - interval '1 day';

-- docs/chunk-maintenance.md
CREATE TABLE loaded (LIKE readings INCLUDING ALL);
INSERT INTO loaded VALUES ('2024-01-10 10:00+00', 1, 19.5);
CALL attach_chunk('readings', 'loaded', '{"time": ["2024-01-01", "2024-02-01"]}');
CALL split_chunk('loaded', timestamptz '2024-01-10');
SELECT tableoid::regclass, * FROM readings WHERE time < '2024-03-01';
CALL merge_chunks('loaded', '_timescaledb_internal._hyper_1_7_chunk');
SELECT reorder_chunk('loaded', 'readings_pkey', verbose => true);
CALL detach_chunk('loaded');
SELECT * FROM loaded;

-- docs/advice.md
CREATE TABLE advised (time timestamptz NOT NULL, device int, value text);
SELECT create_hypertable('advised', 'time');
SELECT rule, title, severity, finding, repair FROM advise() WHERE severity <> 'ok' AND relation = 'advised'::regclass;

-- docs/columnstore.md
CREATE TABLE power (time timestamptz NOT NULL, meter int NOT NULL, watt float8, PRIMARY KEY (meter, time));
SELECT create_hypertable('power', by_range('time', interval '1 day'));
INSERT INTO power SELECT t, m, m * 10 FROM generate_series('2024-05-01 00:00+00', '2024-05-02 23:59+00', interval '1 minute') t, generate_series(1, 20) m;
ALTER TABLE power SET (tsdb.enable_columnstore, tsdb.segmentby = 'meter', tsdb.orderby = 'time DESC');
SELECT compress_chunk(c) AS chunk FROM show_chunks('power', older_than => timestamptz '2024-05-02') c \gset
SELECT :'chunk' AS chunk;
UPDATE power SET watt = 0 WHERE meter = 7 AND time < '2024-05-01 01:00+00';
CALL convert_to_columnstore(:'chunk');
SELECT compressed_chunks, compression_ratio > 4 AS small FROM timescaledb_information.compression_stats WHERE hypertable_name = 'power';
SELECT decompress_chunk(c) = :'chunk'::regclass AS same FROM show_chunks('power', older_than => timestamptz '2024-05-02') c;
SELECT count(*), sum(watt) FROM power;

-- docs/uuidv7.md
CREATE TABLE visit (id uuid PRIMARY KEY DEFAULT generate_uuidv7(), page text);
SELECT create_hypertable('visit', by_range('id', INTERVAL '1 day'));
INSERT INTO visit (page) VALUES ('home');
SELECT page FROM visit WHERE id >= to_uuidv7_boundary(now() - INTERVAL '1 hour') ORDER BY id DESC LIMIT 10;
SELECT drop_chunks('visit', older_than => INTERVAL '90 days');
