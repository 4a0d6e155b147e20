-- Full indexes: with entries for the rows of a columnar chunk, too. They order, answer alone and keep keys unique as on a heap;
-- whatever happens to the chunk, either it is full and amcheck finds each row in it, or it is read as a sparse one.
SET client_min_messages = warning;
SET timezone = 'UTC';
\set VERBOSITY terse
CREATE EXTENSION amcheck;
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
CREATE TABLE t (time timestamptz NOT NULL, host int NOT NULL, v float8, note text, PRIMARY KEY (host, time)) WITH (autovacuum_enabled = off);
SELECT created FROM create_hypertable('t', by_range('time', interval '10 days'), create_default_indexes => false);
CREATE INDEX t_time ON t (time DESC);
CREATE INDEX t_v ON t (v);
CREATE INDEX t_note ON t (lower(note)) WHERE v > 100;
CREATE INDEX t_hash ON t USING hash (v);
CREATE INDEX t_brin ON t USING brin (time);
INSERT INTO t SELECT timestamptz '2024-01-01' + i * interval '1 minute', h, (i * 7 + h) % 1000, 'Note' || i % 50 FROM generate_series(0, 9999) i, generate_series(1, 4) h;
CREATE TABLE plain (LIKE t INCLUDING ALL);
INSERT INTO plain SELECT * FROM t;
SELECT show_chunks('t') AS chunk \gset
CREATE FUNCTION twice(statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(statement, 't');
    EXECUTE format(statement, 'plain');
END $$;
-- Which indexes of chunks are full, each of them checked; and whether the rows are those of the plain table, by scan and by index.
CREATE FUNCTION state() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    i record;
    result text := '';
    scanned bigint;
    query text;
BEGIN
    FOR i IN SELECT x.indexrelid::regclass AS oid, substring(r.relname FROM '_chunk_(.*)') AS name, a.amname FROM pg_index x
        JOIN pg_class r ON r.oid = x.indexrelid JOIN pg_am a ON a.oid = r.relam WHERE x.indrelid IN (SELECT show_chunks('t')) ORDER BY 2, x.indrelid LOOP
        CONTINUE WHEN NOT is_full_index(i.oid);
        result := concat_ws(' ', nullif(result, ''), i.name);
        IF i.amname = 'btree' THEN PERFORM bt_index_parent_check(i.oid, true); END IF;
    END LOOP;
    SELECT count(*) INTO scanned FROM (TABLE t EXCEPT ALL TABLE plain) x;
    IF scanned > 0 OR (SELECT count(*) FROM t) <> (SELECT count(*) FROM plain) THEN RETURN result || ': other rows'; END IF;
    SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off; SET LOCAL varve.enable_vectorized = off;
    FOREACH query IN ARRAY ARRAY['SELECT array_agg((host, time, v)::text) FROM (SELECT * FROM %s WHERE host = 2 ORDER BY host, time) x',
        'SELECT array_agg((time, host, note)::text) FROM (SELECT * FROM %s WHERE time > ''2024-01-06'' ORDER BY time DESC, host LIMIT 500) x',
        'SELECT array_agg((time, host, note)::text) FROM (SELECT * FROM %s ORDER BY time, host OFFSET 1000 LIMIT 100) x',
        'SELECT array_agg(v) FROM (SELECT v FROM %s WHERE v < 50 ORDER BY v) x', 'SELECT ARRAY[count(v)] FROM %s WHERE v = 77',
        'SELECT array_agg((time, host)::text) FROM (SELECT * FROM %s WHERE v > 100 AND lower(note) = ''note7'' ORDER BY time, host) x',
        'SELECT ARRAY[max(time)::text, min(v)::text] FROM %s', 'SELECT array_agg(host) FROM (SELECT DISTINCT host FROM %s ORDER BY host) x',
        'SELECT array_agg((time, host, v)::text) FROM (SELECT DISTINCT ON (host) * FROM %s ORDER BY host, time DESC) x'] LOOP
        EXECUTE format('SELECT (%s) IS NOT DISTINCT FROM (%s)', format(query, 't'), format(query, 'plain')) INTO STRICT i;
        IF i::text <> '(t)' THEN result := result || ': other rows by ' || query; END IF;
    END LOOP;
    RESET enable_seqscan; RESET enable_bitmapscan; RESET enable_sort; RESET varve.enable_vectorized;
    RETURN result;
END $$;

-- What is refused.
SELECT refusal('ALTER TABLE t SET (tsdb.full_indexes = ''t_time'')');
SELECT index FROM timescaledb_information.hypertable_columnstore_settings;
SELECT refusal(format('ALTER TABLE t SET (tsdb.full_indexes = %L)', n)) FROM unnest('{none,t_brin,"t_time, none",plain_pkey,"t_time DESC","t_time;"}'::text[]) n;
SELECT refusal('ALTER TABLE t SET (tsdb.full_indexes = ''t_time'', tsdb.full_indexes = ''t_v'')');
SELECT index FROM timescaledb_information.hypertable_columnstore_settings;

-- Conversion makes them full.
ALTER TABLE t SET (tsdb.segmentby = 'host', tsdb.orderby = 'time DESC', tsdb.full_indexes = 't_pkey, t_time, t_note');
SELECT index FROM timescaledb_information.hypertable_columnstore_settings;
SELECT state();
SELECT compress_chunk(:'chunk') IS NOT NULL;
SELECT state();
ANALYZE t;

-- They order and answer alone, also backwards and below a merge join.
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY time DESC LIMIT 3;
SELECT * FROM t ORDER BY time DESC LIMIT 3;
EXPLAIN (COSTS OFF) SELECT max(time) FROM t;
SELECT max(time), min(time) FROM t;
SET enable_seqscan = off; SET varve.enable_vectorized = off;
EXPLAIN (COSTS OFF) SELECT host, time FROM t WHERE host = 3 AND time < '2024-01-01 00:02+00';
SELECT host, time FROM t WHERE host = 3 AND time < '2024-01-01 00:02+00';
EXPLAIN (COSTS OFF) SELECT * FROM t WHERE host = 3 AND time = '2024-01-01 00:02+00';
SELECT * FROM t WHERE host = 3 AND time = '2024-01-01 00:02+00';
EXPLAIN (COSTS OFF) SELECT DISTINCT host FROM t;
SELECT DISTINCT host FROM t;
SET min_parallel_table_scan_size = 0; SET min_parallel_index_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
EXPLAIN (COSTS OFF) SELECT count(*), sum(v) FROM t WHERE time < '2024-01-03';
SELECT count(*), sum(v) FROM t WHERE time < '2024-01-03';
RESET min_parallel_table_scan_size; RESET min_parallel_index_scan_size; RESET parallel_setup_cost; RESET parallel_tuple_cost;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT time, host FROM t WHERE host = 1 ORDER BY host, time;
FETCH 2 FROM c;
FETCH LAST FROM c;
FETCH BACKWARD 2 FROM c;
FETCH FIRST FROM c;
COMMIT;
SET enable_hashjoin = off; SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM t a JOIN t b ON a.time = b.time WHERE a.time < '2024-01-01 01:00+00';
SELECT count(*) FROM t a JOIN t b ON a.time = b.time WHERE a.time < '2024-01-01 01:00+00';
RESET enable_hashjoin; RESET enable_nestloop; RESET enable_seqscan; RESET varve.enable_vectorized;
-- Switched off, no plan uses them.
SET varve.enable_columnar_index_scan = off;
EXPLAIN (COSTS OFF) SELECT * FROM t WHERE host = 3 AND time = '2024-01-01 00:02+00';
RESET varve.enable_columnar_index_scan;

-- Keys, as PostgreSQL checks them; no entry is added for that.
SELECT pg_relation_size(x.indexrelid) AS size FROM pg_index x WHERE x.indrelid = :'chunk'::regclass AND x.indisprimary \gset
INSERT INTO t SELECT * FROM plain ON CONFLICT DO NOTHING;
SELECT pg_relation_size(x.indexrelid) = :size AS same FROM pg_index x WHERE x.indrelid = :'chunk'::regclass AND x.indisprimary;
INSERT INTO t VALUES ('2024-01-01', 1);
UPDATE t SET host = 2 WHERE time = '2024-01-01' AND host = 1;
SELECT twice('INSERT INTO %1$s AS x SELECT time, host, -1, NULL FROM plain WHERE host = 1 AND time < ''2024-01-01 01:00+00'' ON CONFLICT (host, time) DO UPDATE SET v = x.v + 1000');
SELECT twice('DELETE FROM %s WHERE host = 2 AND v = 7');
SELECT twice('INSERT INTO %s SELECT time + interval ''30 seconds'', host, v, ''Late'' FROM plain WHERE host = 3 AND v < 20');
SELECT twice('UPDATE %s SET time = time + interval ''20 seconds'' WHERE host = 4 AND v = 8');
SELECT twice('UPDATE %s SET note = upper(note) WHERE v = 9');
SELECT state();

-- Recompression in parts and whole.
SELECT compress_chunk(:'chunk') IS NOT NULL;
SELECT state();
SELECT twice('DELETE FROM %s WHERE host = 3 AND time < ''2024-01-03''');
SELECT compress_chunk(:'chunk', recompress => true) IS NOT NULL;
SELECT state();

-- Maintenance by PostgreSQL.
SELECT twice('DELETE FROM %s WHERE host = 1 AND v BETWEEN 500 AND 520');
SELECT twice('INSERT INTO %s SELECT time + interval ''40 seconds'', host, v, ''Late'' FROM plain WHERE host = 2 AND v < 20');
VACUUM t;
SELECT state();
VACUUM FULL t;
SELECT state();
SELECT format('CLUSTER %s USING %I', :'chunk', r.relname) FROM pg_index x JOIN pg_class r ON r.oid = x.indexrelid WHERE x.indrelid = :'chunk'::regclass AND x.indisprimary \gexec
SELECT state();
REINDEX TABLE t;
SELECT state();
REINDEX TABLE CONCURRENTLY t;
SELECT state();
-- Workers help to build them.
SET min_parallel_table_scan_size = 0;
SET max_parallel_maintenance_workers = 2;
REINDEX TABLE t;
SELECT state();
REINDEX TABLE CONCURRENTLY t;
SELECT state();
SELECT compress_chunk(:'chunk', recompress => true) IS NOT NULL;
SELECT state();
RESET min_parallel_table_scan_size;
RESET max_parallel_maintenance_workers;
CREATE INDEX CONCURRENTLY t_late ON t (note, time);
SELECT state();
DROP INDEX t_late;
-- A file that is copied to another tablespace keeps what it is.
SET allow_in_place_tablespaces = true;
CREATE TABLESPACE regress_full_index LOCATION '';
SELECT format('ALTER INDEX %s SET TABLESPACE regress_full_index', x.indexrelid::regclass) FROM pg_index x WHERE x.indrelid = :'chunk'::regclass AND x.indisprimary \gexec
SELECT state();
SELECT move_chunk(:'chunk', 'pg_default', 'pg_default') IS NOT NULL;
SELECT state();
DROP TABLESPACE regress_full_index;
-- Chunks are divided and joined.
CALL split_chunk(:'chunk', '2024-01-04 00:00+00');
SELECT state();
SELECT format('CALL merge_chunks(%s)', string_agg(quote_literal(c), ', ')) FROM show_chunks('t') c \gexec
SELECT state();
-- Rolled back, an index is what it was.
BEGIN;
ALTER TABLE t SET (tsdb.full_indexes = 't_v');
REINDEX TABLE :chunk;
SELECT state();
SAVEPOINT a;
ALTER TABLE t SET (tsdb.full_indexes = 't_v, t_hash');
REINDEX TABLE :chunk;
SELECT state();
ROLLBACK TO a;
SELECT state();
ROLLBACK;
SELECT state();
-- A new unique index has all rows until it is built again.
CREATE UNIQUE INDEX t_unique ON t (time, host);
SELECT state();
REINDEX TABLE t;
SELECT state();
DROP INDEX t_unique;

-- Names are followed; what is dropped is forgotten.
ALTER INDEX t_time RENAME TO "T time";
ALTER TABLE t RENAME CONSTRAINT t_pkey TO t_key;
SELECT index FROM timescaledb_information.hypertable_columnstore_settings;
REINDEX TABLE t;
SELECT state();
DROP INDEX "T time";
SELECT index FROM timescaledb_information.hypertable_columnstore_settings;
ALTER TABLE t RESET (tsdb.full_indexes);
SELECT index FROM timescaledb_information.hypertable_columnstore_settings;
-- They stay full until they are built again.
SELECT state();
REINDEX TABLE t;
SELECT state();
-- New chunks are rows; in columns, they have what the options say. So has a table that is attached.
ALTER TABLE t SET (tsdb.full_indexes = 't_key');
SELECT twice('INSERT INTO %s SELECT timestamptz ''2024-02-01'' + i * interval ''1 minute'', 1, i, ''New'' || i FROM generate_series(0, 999) i');
SELECT count(compress_chunk(c, recompress => true)) FROM show_chunks('t') c;
SELECT state();
CREATE TABLE away AS SELECT c.relation AS chunk, format('{"time": [%s, %s]}', c.range_begin + 946684800000000, c.range_end + 946684800000000) AS slice FROM varve_catalog.chunk c ORDER BY range_begin DESC LIMIT 1;
SELECT format('CALL detach_chunk(%L)', chunk) FROM away \gexec
SELECT is_full_index(x.indexrelid) FROM pg_index x JOIN away ON x.indrelid = chunk WHERE x.indisprimary;
SELECT format('CALL attach_chunk(''t'', %L, %L)', chunk, slice) FROM away \gexec
SELECT state();
SELECT twice('TRUNCATE %s');
SELECT state();
-- With a new hypertable.
CREATE TABLE n (time timestamptz PRIMARY KEY, v int) WITH (tsdb.hypertable, tsdb.partition_column = 'time', tsdb.columnstore, tsdb.segmentby = '', tsdb.full_indexes = 'n_pkey');
INSERT INTO n SELECT timestamptz '2024-01-01' + i * interval '1 minute', i FROM generate_series(1, 100) i;
SELECT count(compress_chunk(c)) FROM show_chunks('n') c;
SELECT is_full_index(x.indexrelid) FROM pg_index x WHERE x.indrelid IN (SELECT show_chunks('n')) ORDER BY x.indisprimary DESC LIMIT 1;
SELECT is_full_index('n_pkey'), is_full_index('n'), is_full_index(0), is_full_index(NULL), is_full_index('pg_class_oid_index');
DROP TABLE t, plain, away, n;
