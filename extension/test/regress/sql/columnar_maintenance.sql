-- Maintenance of chunks in columns: they are moved, merged, split, detached and attached with their columns, with rows
-- that have been deleted, replaced or added since, and with unique keys that hold. The same rows lie in a plain table.
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE TABLE m (time timestamptz NOT NULL, junk int, device int NOT NULL, v int, note text, PRIMARY KEY (device, time));
SELECT created FROM create_hypertable('m', by_range('time', interval '1 day'));
CREATE INDEX ON m (v);
INSERT INTO m SELECT '2024-01-01'::timestamptz + i * interval '1 minute', 0, i % 5, i, 'n' || i % 7 FROM generate_series(0, 1440 * 2 - 1) i;
-- From here on chunks have other numbers for their columns.
ALTER TABLE m DROP COLUMN junk;
INSERT INTO m SELECT '2024-01-01'::timestamptz + i * interval '1 minute', i % 5, i, 'n' || i % 7 FROM generate_series(1440 * 2, 1440 * 5 - 1) i;
ALTER TABLE m SET (tsdb.enable_columnstore, tsdb.segmentby = 'device', tsdb.orderby = 'time');
CREATE VIEW chunks AS
    SELECT substring(c.relname FROM '_\d+_chunk') AS chunk, am.amname, i.range_start, i.range_end, e.columnar_rows, e.row_groups,
        e.table_bytes > 0 AND e.index_bytes > 0 AS has_sizes
    FROM timescaledb_information.chunks i JOIN pg_class c ON c.relname = chunk_name JOIN pg_am am ON am.oid = c.relam
        JOIN varve_catalog.chunk k ON k.relation = c.oid LEFT JOIN varve_catalog.columnar_chunk e ON e.chunk_id = k.id
    WHERE hypertable_name = 'm' ORDER BY i.range_start;
CREATE TABLE plain (LIKE m);
INSERT INTO plain SELECT * FROM m;
CREATE FUNCTION same() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    extra bigint := (SELECT count(*) FROM (SELECT * FROM m EXCEPT ALL SELECT * FROM plain) x);
    lost bigint := (SELECT count(*) FROM (SELECT * FROM plain EXCEPT ALL SELECT * FROM m) x);
    unfound bigint;
BEGIN
    SET LOCAL enable_seqscan = off;
    SELECT count(*) INTO unfound FROM plain p WHERE v % 97 = 0
        AND NOT EXISTS (SELECT FROM m WHERE m.time = p.time AND m.device = p.device OFFSET 0);
    RETURN format('%s rows, %s extra, %s lost, %s not found by key', (SELECT count(*) FROM m), extra, lost, unfound);
END $$;
CREATE FUNCTION twice(statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(statement, 'm');
    EXECUTE format(statement, 'plain');
END $$;
SELECT count(compress_chunk(c)) FROM show_chunks('m', older_than => timestamptz '2024-01-05') c;
-- A column that is younger than the columns; rows that are deleted, replaced (by long ones, too) and late.
SELECT twice('ALTER TABLE %s ADD COLUMN extra text DEFAULT ''seven''');
SELECT twice('DELETE FROM %s WHERE v %% 50 = 0');
SELECT twice('UPDATE %s SET note = repeat(md5(v::text), 200), extra = NULL WHERE v %% 333 = 0');
SELECT twice('INSERT INTO %s SELECT time + interval ''1 second'', device, v, ''late'' FROM plain WHERE v %% 200 = 1');
SELECT same();
TABLE chunks;

\echo -- move: columns stay as they are, and where they are
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE regress_columnar_cold LOCATION '';
CREATE TEMP TABLE place AS SELECT ctid AS tid, time, device FROM _timescaledb_internal._hyper_1_1_chunk WHERE ctid >= '(2147483648,0)';
SELECT move_chunk('_timescaledb_internal._hyper_1_1_chunk', 'regress_columnar_cold');
SELECT count(*) > 0 AS columnar, count(c.v) = count(*) AS in_place FROM place p
    LEFT JOIN _timescaledb_internal._hyper_1_1_chunk c ON c.ctid = p.tid AND c.time = p.time AND c.device = p.device;
SELECT same();
SELECT c.relkind, t.spcname, count(*) FROM pg_class k JOIN pg_class c ON c.oid IN (k.oid, k.reltoastrelid)
    OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid IN (k.oid, k.reltoastrelid)) LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
WHERE k.oid = '_timescaledb_internal._hyper_1_1_chunk'::regclass GROUP BY 1, 2 ORDER BY 1, 2;
INSERT INTO m SELECT * FROM plain WHERE v = 3;
ALTER TABLE _timescaledb_internal._hyper_1_1_chunk SET TABLESPACE pg_default;
SELECT same();
INSERT INTO m SELECT * FROM plain WHERE v = 3;
CLUSTER _timescaledb_internal._hyper_1_1_chunk USING _hyper_1_1_chunk_v_idx;
SELECT same();
BEGIN;
SELECT move_chunk('_timescaledb_internal._hyper_1_2_chunk', 'regress_columnar_cold');
DELETE FROM m WHERE v = 1441;
ROLLBACK;
SELECT same();
DO $$ BEGIN PERFORM move_chunk('m'::regclass, 'regress_columnar_cold', 'regress_columnar_cold', NULL, 'fail'); END $$;
SELECT same();
DO $$ BEGIN PERFORM move_chunk('m'::regclass, 'pg_default', 'pg_default', NULL, 'fail'); END $$;
DROP TABLESPACE regress_columnar_cold;

\echo -- an index does not order columns
SELECT reorder_chunk('_timescaledb_internal._hyper_1_1_chunk', 'm_pkey');
SELECT move_chunk('_timescaledb_internal._hyper_1_1_chunk', 'pg_default', 'pg_default', 'm_pkey');

\echo -- merge: row groups are carried over; rows of a chunk of rows lie beside them
CALL merge_chunks('_timescaledb_internal._hyper_1_2_chunk', '_timescaledb_internal._hyper_1_3_chunk');
SELECT same();
CALL merge_chunks('_timescaledb_internal._hyper_1_5_chunk', '_timescaledb_internal._hyper_1_4_chunk');
SELECT same();
TABLE chunks;
INSERT INTO m SELECT * FROM plain WHERE v = 2881;
INSERT INTO m SELECT * FROM plain WHERE v = 1441;
INSERT INTO m SELECT * FROM plain WHERE v BETWEEN 6800 AND 7000 ON CONFLICT DO NOTHING;
SELECT same();
-- The earliest is of rows: what remains is in columns all the same.
SELECT decompress_chunk('_timescaledb_internal._hyper_1_1_chunk');
CALL merge_chunks('_timescaledb_internal._hyper_1_1_chunk', '_timescaledb_internal._hyper_1_2_chunk');
TABLE chunks;
SELECT same();
BEGIN;
CALL merge_chunks('_timescaledb_internal._hyper_1_1_chunk', '_timescaledb_internal._hyper_1_4_chunk');
SELECT same();
ROLLBACK;
TABLE chunks;
SELECT same();
SELECT twice('UPDATE %s SET v = v + 1 WHERE v %% 10 = 0');
SELECT same();
SELECT compress_chunk('_timescaledb_internal._hyper_1_1_chunk');
TABLE chunks;

\echo -- split: row groups on both sides of the point are written anew
CALL split_chunk('_timescaledb_internal._hyper_1_1_chunk', timestamptz '2024-01-02 12:00');
SELECT same();
TABLE chunks;
SELECT twice('DELETE FROM %s WHERE v %% 40 = 3');
BEGIN;
CALL split_chunk('_timescaledb_internal._hyper_1_4_chunk');
SELECT same();
ROLLBACK;
INSERT INTO m SELECT * FROM plain WHERE v = 2881;
SELECT same();
-- Nothing before the point is in columns.
CALL split_chunk('_timescaledb_internal._hyper_1_1_chunk', timestamptz '2024-01-01 00:00:01');
SELECT same();
TABLE chunks;
SELECT compressed_chunks, compression_ratio > 0 AS has_ratio FROM timescaledb_information.compression_stats WHERE hypertable_name = 'm';

\echo -- detached, it is a table in columns; attached, it is a chunk again
SELECT format('%I.%I', chunk_schema, chunk_name) AS chunk FROM timescaledb_information.chunks WHERE range_start = '2024-01-02 12:00' \gset
CALL detach_chunk(:'chunk');
SELECT count(*), min(v), max(v) FROM :chunk;
SELECT count(*) FROM varve_catalog.columnar_chunk;
ALTER TABLE :chunk SET SCHEMA public;
ALTER TABLE m SET (tsdb.orderby = 'time DESC');
CREATE TABLE other (time timestamptz NOT NULL, device int NOT NULL, v int, note text, extra text, PRIMARY KEY (device, time));
SELECT created FROM create_hypertable('other', by_range('time', interval '1 day'));
SELECT relname AS chunk FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname LIKE '\_hyper%chunk' \gset
\set VERBOSITY sqlstate
CALL attach_chunk('other', :'chunk', '{"time": ["2024-01-02 12:00", "2024-01-04"]}');
CALL attach_chunk('m', :'chunk', '{"time": ["2024-01-02 12:00", "2024-01-03"]}');
\set VERBOSITY default
DELETE FROM :chunk WHERE v % 40 = 4;
DELETE FROM plain WHERE v % 40 = 4 AND time >= '2024-01-02 12:00' AND time < '2024-01-04';
CALL attach_chunk('m', :'chunk', '{"time": ["2024-01-02 12:00", "2024-01-04"]}');
SELECT same();
TABLE chunks;
INSERT INTO m SELECT * FROM plain WHERE v = 3001;
SELECT twice('UPDATE %s SET v = v + 1 WHERE v %% 10 = 5');
SELECT same();
-- One that takes other indexes along, and columns in another order.
CALL detach_chunk(:'chunk');
SELECT decompress_chunk(c) IS NOT NULL FROM show_chunks('m') c;
SELECT count(*) FROM :chunk;
ALTER TABLE :chunk SET ACCESS METHOD heap;
SELECT amname, (SELECT count(*) FROM :chunk) FROM pg_am JOIN pg_class c ON c.relam = pg_am.oid WHERE c.oid = :'chunk'::regclass;
DROP TABLE m, plain, other, :chunk CASCADE;
DROP FUNCTION same(), twice(text);

\echo -- row groups that lie on one side of the point are carried over; every type of dimension
CREATE PROCEDURE divide(type text, width text, value text, point text, INOUT result text = NULL) LANGUAGE plpgsql AS $$
DECLARE
    rows text := format('INSERT INTO d SELECT %s, i FROM generate_series(0, 29999) i', value);
    sum text;
    first regclass;
BEGIN
    EXECUTE format('CREATE TABLE d (x %s NOT NULL, y int)', type);
    EXECUTE format('SELECT create_hypertable(%L, by_range(%L, %s))', 'd', 'x', width);
    ALTER TABLE d SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'x');
    EXECUTE rows;
    COMMIT;
    first := (SELECT c FROM show_chunks('d') c);
    PERFORM compress_chunk(first);
    EXECUTE rows || ' WHERE i % 100 = 0';
    EXECUTE 'DELETE FROM d WHERE y % 100 = 7';
    sum := (SELECT format('%s rows, %s', count(*), sum(y)) FROM d);
    COMMIT;
    EXECUTE format('CALL split_chunk(%L, %s)', first, point);
    result := format('%s: %s; in columns %s; beside them %s', type,
        (SELECT CASE sum WHEN format('%s rows, %s', count(*), sum(y)) THEN 'the same ' || sum ELSE 'not ' || sum END FROM d),
        (SELECT array_agg(columnar_rows ORDER BY chunk_id) FROM varve_catalog.columnar_chunk),
        (SELECT array_agg(n ORDER BY y) FROM (SELECT min(y) AS y, count(*) FILTER (WHERE ctid < '(2147483648,0)') AS n FROM d GROUP BY tableoid) x));
    DROP TABLE d;
END $$;
CALL divide('smallint', '30000', 'i::smallint', '12345::smallint');
CALL divide('int', '30000', 'i', '12345');
CALL divide('bigint', '30000', 'i::bigint', '12345::bigint');
CALL divide('date', 'interval ''36000 days''', 'date ''1970-01-01'' + i', 'date ''2000-01-01''');
CALL divide('timestamptz', 'interval ''300 days''', 'timestamptz ''1970-01-01'' + i * interval ''1 minute''', 'timestamptz ''1970-01-11''');
CALL divide('uuid', 'interval ''300 days''', 'to_uuidv7(timestamptz ''1970-01-01'' + i * interval ''1 minute'')', 'timestamptz ''1970-01-11''');

\echo -- many row groups: those of one side are not written anew
SET maintenance_work_mem = '16MB';
CREATE TABLE g (t int NOT NULL, v int, PRIMARY KEY (t));
SELECT created FROM create_hypertable('g', by_range('t', 200000));
INSERT INTO g SELECT i, i FROM generate_series(0, 199999) i;
ALTER TABLE g SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 't');
SELECT compress_chunk(c) IS NOT NULL FROM show_chunks('g') c;
DELETE FROM g WHERE t % 1000 = 7;
UPDATE g SET v = -v WHERE t % 1000 = 8;
SELECT columnar_rows, row_groups FROM varve_catalog.columnar_chunk;
SELECT show_chunks('g') AS chunk \gset
CALL split_chunk(:'chunk', 70000);
SELECT columnar_rows, row_groups FROM varve_catalog.columnar_chunk ORDER BY chunk_id;
SELECT count(*), sum(v), count(DISTINCT t) FROM g;
INSERT INTO g SELECT 199999, 1;
INSERT INTO g SELECT generate_series(0, 199999, 1000) + 7, 0;
SELECT count(*), sum(v), count(DISTINCT t) FROM g;
DROP TABLE g;

\echo -- chunks of two dimensions can be moved, and not split
CREATE TABLE s (t int NOT NULL, h int NOT NULL, v int);
SELECT created FROM create_hypertable('s', by_range('t', 1000));
SELECT created FROM add_dimension('s', by_hash('h', 2));
INSERT INTO s SELECT i, i % 10, i FROM generate_series(0, 999) i;
ALTER TABLE s SET (tsdb.enable_columnstore, tsdb.segmentby = 'h', tsdb.orderby = 't');
SELECT count(compress_chunk(c)) FROM show_chunks('s') c;
SELECT count(move_chunk(c, 'pg_default')) FROM show_chunks('s') c;
SELECT count(*), sum(v) FROM s;
\set VERBOSITY sqlstate
DO $$ BEGIN CALL split_chunk((SELECT c FROM show_chunks('s') c LIMIT 1)); END $$;
\set VERBOSITY default
DROP TABLE s;

\echo -- no chunk is forgotten
SELECT count(*) FROM varve_catalog.columnar_chunk;
