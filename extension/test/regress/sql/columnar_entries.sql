-- Entries of columnar rows in an index, which the check of a unique key has put there: pages full of them are cleaned and split as
-- any others, by hints of dead entries and bottom-up deletion; they go with their row groups, and the keys hold all the time.
SET client_min_messages = warning;
CREATE TABLE t (id int NOT NULL, v int, w int, PRIMARY KEY (id)) WITH (autovacuum_enabled = off);
SELECT created FROM create_hypertable('t', by_range('id', 1000000), create_default_indexes => false);
CREATE INDEX ON t (v);
INSERT INTO t SELECT g, g % 10, 0 FROM generate_series(0, 9999) g;
ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id');
SELECT count(compress_chunk(c)) FROM show_chunks('t') c;
SELECT show_chunks('t') AS chunk \gset
-- Who tries to insert a key that is there leaves the entry of its row, though the attempt fails.
DO $$
BEGIN
    FOR n IN 0 .. 9999 LOOP
        CONTINUE WHEN n % 3 = 1;
        BEGIN
            INSERT INTO t VALUES (n);
            RAISE 'key % is there twice', n;
        EXCEPTION WHEN unique_violation THEN NULL;
        END;
    END LOOP;
END $$;
SELECT count(*), sum(v) FROM t;
SELECT pg_relation_size(indexrelid) > 100000 AS has_entries FROM pg_index WHERE indrelid = :'chunk'::regclass AND indisprimary;
-- Versions that die beside them: each update of an indexed column adds entries for the same keys.
DO $$
BEGIN
    FOR n IN 1 .. 40 LOOP
        UPDATE t SET v = v + 1 WHERE id % 50 = 0;
        COMMIT;
    END LOOP;
END $$;
-- Scans that mark entries of dead versions, among those of columnar rows.
SET enable_seqscan = off;
SELECT count(*), sum(v) FROM t WHERE id BETWEEN 1000 AND 2000;
SELECT count(*) FROM t WHERE id = ANY (ARRAY(SELECT generate_series(0, 9999, 50)));
RESET enable_seqscan;
DO $$
BEGIN
    FOR n IN 1 .. 40 LOOP
        UPDATE t SET v = v + 1 WHERE id % 50 = 0;
        DELETE FROM t WHERE id % 50 = 1;
        INSERT INTO t SELECT g * 50 + 1, n, n FROM generate_series(0, 199) g;
        COMMIT;
    END LOOP;
END $$;
SELECT count(*), count(DISTINCT id), sum(v), sum(w) FROM t;
-- No key can come a second time, of columns or beside them.
\set VERBOSITY terse
INSERT INTO t VALUES (7);
INSERT INTO t VALUES (50);
INSERT INTO t VALUES (51);
\set VERBOSITY default
INSERT INTO t SELECT g, -1, -1 FROM generate_series(0, 9999) g ON CONFLICT DO NOTHING;
SELECT count(*), count(DISTINCT id), sum(v), sum(w) FROM t;
VACUUM t;
INSERT INTO t SELECT g, -1, -1 FROM generate_series(0, 10099) g ON CONFLICT (id) DO UPDATE SET w = t.w + 1;
SELECT count(*), count(DISTINCT id), sum(v), sum(w) FROM t;
-- Their row group is written anew: entries of before would name other rows.
SELECT compress_chunk(:'chunk') IS NOT NULL;
DELETE FROM t WHERE id < 5000;
INSERT INTO t SELECT g, 1, 1 FROM generate_series(0, 4999) g;
\set VERBOSITY terse
INSERT INTO t VALUES (7);
INSERT INTO t VALUES (7000);
\set VERBOSITY default
SELECT compress_chunk(:'chunk') IS NOT NULL;
INSERT INTO t SELECT g, -1, -1 FROM generate_series(0, 10099) g ON CONFLICT DO NOTHING;
SELECT count(*), count(DISTINCT id), sum(v), sum(w) FROM t;
-- A trigger reads the chunk while a statement changes columnar rows of it.
CREATE TABLE seen (op text, id int, rows bigint, sum bigint);
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO seen SELECT TG_OP || ' ' || TG_WHEN, old.id, count(*), sum(v) FROM t WHERE id BETWEEN 9000 AND 9003;
    RETURN CASE TG_OP WHEN 'DELETE' THEN old ELSE new END;
END $$;
CREATE TRIGGER before_change BEFORE UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION look();
CREATE TRIGGER after_change AFTER UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION look();
UPDATE t SET v = 1000 WHERE id BETWEEN 9000 AND 9001;
DELETE FROM t WHERE id BETWEEN 9002 AND 9003;
SELECT * FROM seen ORDER BY op, id;
DROP TABLE t, seen;
DROP FUNCTION look();
