-- Hypertables on a column of UUIDs of version 7: chunks are ranges of the time in them.
\getenv dir PG_ABS_SRCDIR
\set harness :dir '/sql/differential.inc'
\set ECHO none
\i :harness
\set ECHO all
SET timezone = 'UTC';
SET datestyle = 'ISO';
\pset format unaligned
\pset tuples_only on

-- A time as a UUID that is the same each time.
CREATE FUNCTION id(at timestamptz, n int DEFAULT 0) RETURNS uuid LANGUAGE sql IMMUTABLE
AS $$ SELECT overlay(varve_at::text PLACING lpad(to_hex(n), 12, '0') FROM 25)::uuid FROM (SELECT to_uuidv7_boundary(at) AS varve_at) b $$;
CREATE TABLE event (id uuid PRIMARY KEY, kind text, amount int);
SELECT hypertable_id, created FROM create_hypertable('event', by_range('id', INTERVAL '1 day'));
SELECT column_name, column_type, dimension_type, time_interval FROM timescaledb_information.dimensions;
INSERT INTO event SELECT id(timestamptz '2024-03-01' + i * interval '6 hours', i), 'k' || i % 3, i FROM generate_series(0, 19) i;
SELECT chunk_name, range_start, range_end FROM timescaledb_information.chunks ORDER BY range_start;
SELECT count(*) AS misplaced FROM event e JOIN timescaledb_information.chunks c ON format('%I.%I', chunk_schema, chunk_name)::regclass = e.tableoid
WHERE NOT (uuid_timestamp(id) >= range_start AND uuid_timestamp(id) < range_end);
-- The borders of a chunk, whatever stands behind the time.
INSERT INTO event VALUES ((left(to_uuidv7_boundary('2024-03-01 23:59:59.999+00')::text, 15) || 'fff-bfff-ffffffffffff')::uuid, 'last', 0), (to_uuidv7_boundary('2024-03-02'), 'first', 0) RETURNING tableoid::regclass, uuid_timestamp(id);
SELECT count(*) FROM show_chunks('event');

-- Which chunks a query reads. Conditions on the column itself, as UUIDs.
EXPLAIN (COSTS OFF) SELECT * FROM event WHERE id >= to_uuidv7_boundary('2024-03-05');
EXPLAIN (COSTS OFF) SELECT * FROM event WHERE id = id('2024-03-02 12:00+00', 6);
EXPLAIN (COSTS OFF) SELECT * FROM event WHERE id >= to_uuidv7_boundary('2024-03-02') AND id < to_uuidv7_boundary('2024-03-03');
-- Version 4 may be asked for, and is not there.
SELECT count(*) FROM event WHERE id = '2489e9ad-2ee2-4e00-8ec9-32d5f69181c0';
-- Ordered by the column; at many chunks, step by step.
SELECT kind, amount FROM event ORDER BY id DESC LIMIT 3;
INSERT INTO event SELECT id(timestamptz '2025-01-01' + i * interval '1 day', i), 'many', i FROM generate_series(0, 149) i;
SELECT kind, amount FROM event ORDER BY id DESC LIMIT 2;
SELECT kind, amount FROM event ORDER BY id LIMIT 2;
SELECT time_bucket('1 month', id) AS month, count(*) FROM event GROUP BY month ORDER BY month;
SELECT time_bucket('1 day', id) AS day, count(*) FROM event WHERE time_bucket('1 day', id) = '2024-03-03' GROUP BY day;
-- ... and conditions on its bucket.
EXPLAIN (COSTS OFF) SELECT FROM event WHERE time_bucket('1 day', id) = '2024-03-03';
SELECT count(*) FROM event WHERE time_bucket('1 hour', id) >= '2024-03-05 12:00' AND time_bucket('1 hour', id) < '2025-01-03 00:00';
SELECT count(*) FROM event WHERE time_bucket('1 day', id) >= '1900-01-01' AND time_bucket('1 day', id) < '12000-01-01';

-- Retention and the other functions take times, or UUIDs.
SELECT count(*) FROM show_chunks('event', older_than => timestamptz '2024-03-04');
SELECT count(*) FROM show_chunks('event', older_than => to_uuidv7_boundary('2024-03-04'));
SELECT count(*) FROM drop_chunks('event', newer_than => timestamptz '2025-01-01');
SELECT drop_chunks('event', older_than => '2024-03-02'::text);
SELECT set_chunk_time_interval('event', INTERVAL '2 days');
INSERT INTO event VALUES (id('2024-04-01 12:00+00'), 'wide', 1) RETURNING kind;
SELECT range_start, range_end FROM timescaledb_information.chunks ORDER BY range_start DESC LIMIT 1;
SELECT show_chunks AS wide FROM show_chunks('event', newer_than => timestamptz '2024-03-31') \gset
CALL split_chunk(:'wide', timestamptz '2024-04-01 12:00:00.0001+00');
SELECT range_start, range_end FROM timescaledb_information.chunks WHERE range_start > '2024-03-30' ORDER BY 1;
INSERT INTO event SELECT id('2024-04-01 12:00:00.000099+00', 9), 'before', 0 UNION ALL SELECT id('2024-04-01 12:00:00.0001+00', 9), 'behind', 0 RETURNING tableoid::regclass, kind;
SELECT array_agg(c) AS parts FROM show_chunks('event', newer_than => timestamptz '2024-03-31') c \gset
CALL merge_chunks(:'parts'::regclass[]);
SELECT range_start, range_end FROM timescaledb_information.chunks WHERE range_start > '2024-03-30' ORDER BY 1;
SELECT reorder_chunk((SELECT c FROM show_chunks('event', newer_than => timestamptz '2024-03-31') c), 'event_pkey');
SELECT count(*), count(DISTINCT tableoid) FROM event;

-- Rows that are there already.
CREATE TABLE old (id uuid NOT NULL, n int);
INSERT INTO old SELECT id(timestamptz '2024-03-01' + i * interval '1 hour', i), i FROM generate_series(0, 99) i;
SELECT created FROM create_hypertable('old', 'id', chunk_time_interval => INTERVAL '1 day', migrate_data => true);
SELECT count(*), count(DISTINCT tableoid), sum(n) FROM old;

SELECT add_retention_policy('old', drop_after => INTERVAL '1 day') AS job \gset
CALL run_job(:job);
SELECT count(*) FROM show_chunks('old');

-- Beside a plain table.
SELECT differ.create('e', 'id uuid PRIMARY KEY, v int', 'id');
SELECT differ.run($$INSERT INTO e SELECT overlay(to_uuidv7_boundary(timestamptz '2024-01-01' + i * interval '7 hours')::text PLACING lpad(i::text, 12, '0') FROM 25)::uuid, i FROM generate_series(0, 200) i$$);
SELECT differ.settle();
SELECT differ.run($$UPDATE e SET id = overlay(to_uuidv7_boundary(uuid_timestamp(id) + interval '100 days')::text PLACING lpad(v::text, 12, '0') FROM 25)::uuid WHERE v % 3 = 0$$);
SELECT differ.run($$INSERT INTO e SELECT id, 1 FROM e WHERE v < 10 ON CONFLICT (id) DO UPDATE SET v = e.v + 1000$$);
SELECT differ.run($$DELETE FROM e WHERE id < to_uuidv7_boundary('2024-01-10')$$);
SELECT differ.run($$MERGE INTO e USING (SELECT overlay(to_uuidv7_boundary(timestamptz '2024-02-01' + g * interval '1 day')::text PLACING lpad(g::text, 12, '0') FROM 25)::uuid AS id, g FROM generate_series(0, 9) g) s ON e.id = s.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.g)$$);
SELECT differ.run($$SELECT uuid_timestamp(id), v FROM e WHERE id BETWEEN to_uuidv7_boundary('2024-02-01') AND to_uuidv7_boundary('2024-02-05') ORDER BY id$$);
SELECT differ.run($$SELECT id, v FROM e ORDER BY id DESC LIMIT 7$$);

-- Errors.
\set VERBOSITY sqlstate
INSERT INTO event VALUES ('2489e9ad-2ee2-4e00-8ec9-32d5f69181c0');
INSERT INTO event VALUES ('00000000-0000-0000-0000-000000000000');
INSERT INTO event VALUES (NULL);
UPDATE event SET id = gen_random_uuid() WHERE kind = 'wide';
COPY event (id) FROM PROGRAM 'echo 2489e9ad-2ee2-4e00-8ec9-32d5f69181c0';
CREATE TABLE four (id uuid);
INSERT INTO four VALUES ('2489e9ad-2ee2-4e00-8ec9-32d5f69181c0');
SELECT create_hypertable('four', 'id', migrate_data => true);
CREATE TABLE more (LIKE event INCLUDING ALL);
CALL attach_chunk('event', 'more', '{"id": ["2023-01-01", "2023-01-02"]}');
SELECT create_hypertable('more', by_range('id', 0));
SELECT drop_chunks('event', older_than => 5);
SELECT show_chunks('old', older_than => DATE 'infinity');
CREATE TABLE times (t timestamptz NOT NULL);
SELECT create_hypertable('times', 't');
SELECT show_chunks('times', older_than => gen_random_uuid());
