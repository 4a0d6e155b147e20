-- The access method of columnar chunks: whatever reads and writes tables finds the rows of both parts. That
-- statements give what they give on a heap is what the differential tests say; here are the ways to the rows.
SET timezone = 'UTC';
SET client_min_messages = warning;
SET varve.enable_vectorized = off;  -- it does without these ways: vectorized.sql
CREATE TABLE plain (id int PRIMARY KEY, v int, note text) USING varve_columnar;
INSERT INTO plain SELECT g, g % 7, 'row ' || g FROM generate_series(1, 100) g;
CREATE INDEX ON plain (v);
UPDATE plain SET v = -1 WHERE id <= 10;
DELETE FROM plain WHERE id > 90;
INSERT INTO plain VALUES (5, 0, 'new') ON CONFLICT (id) DO UPDATE SET note = excluded.note;
\echo -- without row groups it is a heap, but for bitmap scans
VACUUM (FULL, ANALYZE) plain;
SELECT count(*), sum(v), max(note) FILTER (WHERE id = 5) FROM plain;
SET enable_seqscan = off;
EXPLAIN (costs off) SELECT id FROM plain WHERE id = 5;
RESET enable_seqscan;
DROP TABLE plain;

CREATE TABLE t (id int PRIMARY KEY, v int, note text);
SELECT created FROM create_hypertable('t', by_range('id', 1000));
ALTER TABLE t SET (timescaledb.compress);
CREATE INDEX by_v ON t (v);
INSERT INTO t SELECT g, g % 7, 'row ' || g FROM generate_series(1, 3000) g;
CREATE VIEW parts AS SELECT count(*) FILTER (WHERE (ctid::text::point)[0] >= 2147483648) AS columnar, count(*) FILTER (WHERE (ctid::text::point)[0] < 2147483648) AS others FROM t;
SELECT count(compress_chunk(c)) FROM show_chunks('t') c;
TABLE parts;
INSERT INTO t SELECT g, g % 7, 'late ' || g FROM generate_series(-20, 0) g;
\echo -- a row of a row group has a TID, and system columns
SELECT id, ctid, xmin, cmin, xmax, tableoid::regclass FROM t WHERE id IN (10, 1010) ORDER BY id;
SELECT id, note FROM t WHERE ctid = '(2147483648,1)' ORDER BY id;
SELECT id FROM t WHERE ctid = '(2147483648,257)' OR ctid = '(2155872255,1)' OR ctid = '(2147549183,1)';
SELECT count(*) FROM _timescaledb_internal._hyper_1_2_chunk WHERE ctid >= '(2147483648,1)' AND ctid < '(2147483649,1)';
\echo -- cursors go both ways, and between the parts
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT id FROM _timescaledb_internal._hyper_1_1_chunk;
INSERT INTO t VALUES (0, 0, 'heap') ON CONFLICT DO NOTHING;
FETCH 2 FROM c;
FETCH LAST FROM c;
FETCH BACKWARD 2 FROM c;
FETCH RELATIVE 1 FROM c;
MOVE BACKWARD ALL IN c;
FETCH FIRST FROM c;
FETCH 2 FROM c;
FETCH PRIOR FROM c;
FETCH PRIOR FROM c;
FETCH 2 FROM c;
MOVE FORWARD ALL IN c;
FETCH BACKWARD 1 FROM c;
DECLARE at CURSOR FOR SELECT * FROM _timescaledb_internal._hyper_1_1_chunk WHERE id BETWEEN 20 AND 22 FOR UPDATE;
FETCH 2 FROM at;
UPDATE _timescaledb_internal._hyper_1_1_chunk SET note = 'updated here' WHERE CURRENT OF at;
DELETE FROM _timescaledb_internal._hyper_1_1_chunk WHERE CURRENT OF at;
FETCH 1 FROM at;
DELETE FROM _timescaledb_internal._hyper_1_1_chunk WHERE CURRENT OF at RETURNING id;
SELECT id, note FROM t WHERE id BETWEEN 19 AND 23 ORDER BY id;
ROLLBACK;
\echo -- by index, by index in a nested loop, backwards
SET enable_seqscan = off;
EXPLAIN (costs off) SELECT note FROM t WHERE id = 50;
SELECT note FROM t WHERE id = 50;
SELECT count(*) FROM t WHERE v = 3;
SELECT a.id, b.note FROM (VALUES (1), (1001), (9999)) a(id) LEFT JOIN LATERAL (SELECT note FROM t WHERE t.id = a.id OFFSET 0) b ON true ORDER BY 1;
SELECT count(*) FROM t WHERE id > 990 AND id <= 1010::bigint;
SELECT count(*) FROM t WHERE id IN (1, 1001, 2001, -1, 77777);
EXPLAIN (costs off) SELECT count(*) FROM t WHERE id = ANY ('{1,2,2,NULL,77777}');
SELECT count(*) FROM t WHERE id = ANY ('{1,2,2,NULL,77777}');
SELECT count(*) FROM t WHERE id = ANY ('{}') OR id = ANY (NULL::int[]);
SELECT count(*) FROM t WHERE id < ANY ('{3,1002}'::bigint[]) AND v = ANY (ARRAY[1, 2]);
SELECT a.ids, (SELECT count(*) FROM t WHERE id = ANY (a.ids)) FROM (VALUES ('{1,1001}'::int[]), ('{2}'), (NULL), ('{3,4,5,-3}')) a(ids) ORDER BY 1;
SELECT count(*) FROM t WHERE v IS NULL;
SELECT id FROM t WHERE id < 5 ORDER BY id DESC LIMIT 2;
SELECT max(id), min(id) FROM t;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT id FROM _timescaledb_internal._hyper_1_2_chunk WHERE id > 1995;
MOVE ALL IN c;
FETCH BACKWARD 3 FROM c;
FETCH 1 FROM c;
FETCH 1 FROM c;
FETCH PRIOR FROM c;
FETCH FIRST FROM c;
FETCH PRIOR FROM c;
ROLLBACK;
RESET enable_seqscan;
\echo -- samples
SELECT count(*) FROM t TABLESAMPLE SYSTEM (100);
SELECT count(*) BETWEEN 1000 AND 2000 AS half FROM t TABLESAMPLE BERNOULLI (50) REPEATABLE (7);
SELECT (SELECT md5(string_agg(id::text, ',' ORDER BY id)) FROM t TABLESAMPLE SYSTEM (30) REPEATABLE (7)) = (SELECT md5(string_agg(id::text, ',' ORDER BY id)) FROM t TABLESAMPLE SYSTEM (30) REPEATABLE (7)) AS repeatable;
\echo -- statistics are of all rows
ANALYZE t;
SELECT attname, n_distinct, null_frac FROM pg_stats WHERE tablename = '_hyper_1_2_chunk' ORDER BY attname;
SELECT reltuples FROM pg_class WHERE relname = '_hyper_1_2_chunk';
\echo -- in parallel
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
EXPLAIN (costs off) SELECT count(*) FROM _timescaledb_internal._hyper_1_2_chunk;
SELECT count(*), sum(id) FROM t;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size;
\echo -- uniqueness holds across the parts
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
INSERT INTO t VALUES (10, 0, 'again');
UPDATE t SET id = 11 WHERE id = 0;
UPDATE t SET id = 12 WHERE id = 13;
COPY t FROM STDIN;
2500	1	x
\.
INSERT INTO t VALUES (14, 1, 'a'), (14, 2, 'b') ON CONFLICT (id) DO UPDATE SET v = excluded.v;
\set VERBOSITY default
INSERT INTO t VALUES (14, 100, 'conflict') ON CONFLICT (id) DO UPDATE SET v = t.v + excluded.v RETURNING *;
INSERT INTO t VALUES (15, 100, 'conflict') ON CONFLICT DO NOTHING RETURNING *;
BEGIN;
DELETE FROM t WHERE id = 16;
INSERT INTO t VALUES (16, 16, 'another');
SAVEPOINT a;
DELETE FROM t WHERE id = 17;
ROLLBACK TO a;
INSERT INTO t VALUES (17, 17, 'refused');
ROLLBACK;
SELECT id, v, note FROM t WHERE id BETWEEN 14 AND 17 ORDER BY id;
\echo -- of parts of the table, of expressions, deferred
CREATE TABLE u (id int NOT NULL, v int, note text);
SELECT created FROM create_hypertable('u', by_range('id', 1000));
ALTER TABLE u SET (timescaledb.compress);
INSERT INTO u SELECT g, g, 'Row ' || g FROM generate_series(1, 100) g;
SELECT count(compress_chunk(c)) FROM show_chunks('u') c;
CREATE UNIQUE INDEX part ON u (v, id) WHERE note LIKE 'Row%';
CREATE UNIQUE INDEX expression ON u (id, lower(note));
INSERT INTO u VALUES (1, 1, 'row not in the part');
INSERT INTO u VALUES (1, 1, 'Row 1 of the part');
INSERT INTO u VALUES (2, 200, 'ROW 2');
INSERT INTO u VALUES (2, 200, 'ROW 2') ON CONFLICT DO NOTHING;
ALTER TABLE u ADD UNIQUE (id) DEFERRABLE INITIALLY DEFERRED;
DELETE FROM u WHERE note LIKE 'row not%';
ALTER TABLE u ADD UNIQUE (id) DEFERRABLE INITIALLY DEFERRED;
BEGIN;
UPDATE u SET id = id + 1 WHERE id < 50;
UPDATE u SET id = 1 WHERE id = 50 AND note = 'Row 50';
COMMIT;
BEGIN;
UPDATE u SET id = 60 WHERE id = 61;
COMMIT;
SELECT count(*), sum(id), count(DISTINCT id) FROM u;
CREATE UNIQUE INDEX doubles ON u ((id % 10), id, v); DROP INDEX doubles;
DROP TABLE u;
\echo -- foreign keys, both ways
CREATE TABLE child (id int REFERENCES t ON DELETE CASCADE ON UPDATE CASCADE, n int);
INSERT INTO child VALUES (30, 1), (31, 2), (1030, 3);
INSERT INTO child VALUES (77777, 4);
DELETE FROM t WHERE id = 30;
DELETE FROM t WHERE id = 932;
UPDATE t SET id = 932 WHERE id = 31;
SELECT * FROM child ORDER BY n;
DROP TABLE child;
\echo -- triggers have the old row
CREATE TABLE log (what text, old_row text, new_row text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (tg_op || ' ' || tg_when, old::text, new::text); RETURN coalesce(new, old); END $$;
CREATE TRIGGER before BEFORE UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER after AFTER UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION note();
UPDATE t SET v = 100 WHERE id = 40;
DELETE FROM t WHERE id = 41;
UPDATE t SET id = 2999 + 942 WHERE id = 42;
TABLE log;
DROP TRIGGER before ON t; DROP TRIGGER after ON t;
\echo -- rewrites
SELECT count(*), sum(id), sum(v) FROM t;
TABLE parts;
VACUUM (FULL) t;
CLUSTER _timescaledb_internal._hyper_1_1_chunk USING _hyper_1_1_chunk_v_idx;
REINDEX TABLE t;
SELECT count(*), sum(id), sum(v) FROM t;
TABLE parts;
INSERT INTO t VALUES (43, 0, 'again');
INSERT INTO t VALUES (41, 0, 'was deleted');
BEGIN;
DELETE FROM t WHERE id BETWEEN 100 AND 199;
CLUSTER _timescaledb_internal._hyper_1_1_chunk USING _hyper_1_1_chunk_v_idx;
SELECT count(*) FROM t WHERE id BETWEEN 90 AND 209;
ROLLBACK;
SELECT count(*) FROM t WHERE id BETWEEN 90 AND 209;
BEGIN;
TRUNCATE t;
SELECT count(*) FROM t;
INSERT INTO t VALUES (1, 1, 'new');
ROLLBACK;
ALTER TABLE t ADD added int DEFAULT 7;
ALTER TABLE t DROP note;
SELECT * FROM t WHERE id IN (50, 1050) ORDER BY id;
ALTER TABLE _timescaledb_internal._hyper_1_3_chunk SET ACCESS METHOD heap;
SELECT count(*), sum(id), sum(v), sum(added) FROM t;
TABLE parts;
\echo -- what does not work says so
\set VERBOSITY sqlstate
ALTER TABLE _timescaledb_internal._hyper_1_2_chunk ADD EXCLUDE USING btree (v WITH =);
SELECT reorder_chunk('_timescaledb_internal._hyper_1_2_chunk', '_timescaledb_internal._hyper_1_2_chunk_pkey');
\set VERBOSITY default
\echo -- a sparse index is never trusted, though scans of it be forbidden
SET varve.enable_columnar_index_scan = off;
SET enable_seqscan = off;
EXPLAIN (costs off) SELECT v FROM t WHERE id = 50;
SELECT v FROM t WHERE id = 50;
\echo -- nor read for no column of it
RESET varve.enable_columnar_index_scan;
EXPLAIN (costs off) SELECT count(*) FROM _timescaledb_internal._hyper_1_2_chunk;
SELECT count(*) FROM _timescaledb_internal._hyper_1_2_chunk;
DROP TABLE t CASCADE;
SELECT count(*) FROM pg_class WHERE relname LIKE '\_hyper%';
