-- Indexes of a columnar chunk that are built by several processes: what one of them finds wrong ends the build, leaves nothing, and
-- the next one works; unique ones have the columnar rows, whoever has found them.
SET client_min_messages = warning;
CREATE TABLE t (id int NOT NULL, v int, w int);
SELECT created FROM create_hypertable('t', by_range('id', 1000000), create_default_indexes => false);
INSERT INTO t SELECT g, g, g % 1000 FROM generate_series(0, 99999) g;
ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id');
SELECT count(compress_chunk(c)) FROM show_chunks('t') c;
INSERT INTO t SELECT g, g, g % 1000 FROM generate_series(100000, 100999) g;
DELETE FROM t WHERE id % 1000 = 7;
SELECT show_chunks('t') AS chunk \gset
ALTER TABLE :chunk SET (parallel_workers = 2);
SET maintenance_work_mem = '96MB';
SET max_parallel_maintenance_workers = 2;
SELECT set_config('test.leader', pg_backend_pid()::text, false) IS NOT NULL AS leader;
CREATE FUNCTION checked(n int, wrong int) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF n = wrong THEN RAISE EXCEPTION 'wrong' USING ERRCODE = 'P1234'; END IF;
    RETURN n;
END $$;
-- Fails in, or ends, who helps whoever calls it.
CREATE FUNCTION helped(n int, ends boolean) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF pg_backend_pid()::text <> current_setting('test.leader') THEN
        IF ends THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
        RAISE EXCEPTION 'helper' USING ERRCODE = 'P5678';
    END IF;
    RETURN n;
END $$;
CREATE VIEW indexes AS SELECT count(*), count(*) FILTER (WHERE NOT indisvalid) AS invalid FROM pg_index WHERE indrelid IN (SELECT show_chunks('t'));
\set VERBOSITY sqlstate
-- Wrong is a row in columns, one beside them, and a deleted one, of which nobody asks.
CREATE UNIQUE INDEX ON :chunk (checked(v, 90000));
CREATE UNIQUE INDEX ON :chunk (checked(v, 100500));
CREATE INDEX ON :chunk (checked(v, 100500));
CREATE UNIQUE INDEX by_checked ON :chunk (checked(v, 7));
DROP INDEX _timescaledb_internal.by_checked;
-- Only helpers look at rows: one fails, one is ended, and they find what is there twice.
SET parallel_leader_participation = off;
CREATE UNIQUE INDEX ON :chunk (helped(v, false));
CREATE UNIQUE INDEX ON :chunk (helped(v, true));
CREATE UNIQUE INDEX ON t (id, helped(v, false));
CREATE UNIQUE INDEX ON :chunk (w);
CREATE UNIQUE INDEX by_v ON :chunk (v);
INSERT INTO t VALUES (999999, 90000, 0);
INSERT INTO t VALUES (999999, 100600, 0);
DROP INDEX _timescaledb_internal.by_v;
RESET parallel_leader_participation;
TABLE indexes;
-- Twice in columns, in columns and beside them, beside them alone; at once and concurrently, which leaves an index that is not valid.
CREATE UNIQUE INDEX ON :chunk (w);
CREATE UNIQUE INDEX CONCURRENTLY twice ON :chunk (w);
UPDATE t SET v = 50000 WHERE id = 100500;
CREATE UNIQUE INDEX ON :chunk (v);
UPDATE t SET v = 100501 WHERE id = 100500;
CREATE UNIQUE INDEX ON :chunk (v);
TABLE indexes;
DROP INDEX _timescaledb_internal.twice;
-- Cancelled.
SET statement_timeout = '1ms';
CREATE UNIQUE INDEX ON :chunk (v, w);
RESET statement_timeout;
TABLE indexes;
-- Nothing is wrong.
UPDATE t SET v = 100500 WHERE id = 100500;
CREATE UNIQUE INDEX by_v ON :chunk (v);
CREATE UNIQUE INDEX CONCURRENTLY by_checked ON :chunk (checked(v, -1), w);
CREATE INDEX ON t (w);
TABLE indexes;
INSERT INTO t VALUES (999999, 90000, 0);
INSERT INTO t VALUES (999999, 100600, 0);
INSERT INTO t VALUES (7, 7, 7), (999999, 90007, 0);
\set VERBOSITY default
SELECT count(*), count(DISTINCT v), count(DISTINCT id) FROM t;
REINDEX TABLE t;
REINDEX TABLE CONCURRENTLY t;
\set VERBOSITY sqlstate
INSERT INTO t VALUES (999998, 90000, 0);
INSERT INTO t VALUES (999998, 7, 0);
\set VERBOSITY default
SET enable_seqscan = off;
SELECT id, v, w FROM t WHERE v IN (7, 8, 100500, 90000) ORDER BY v;
DROP TABLE t CASCADE;
DROP FUNCTION checked, helped;
