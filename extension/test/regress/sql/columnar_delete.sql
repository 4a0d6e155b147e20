-- DELETE by vectors: the same rows go as of a table of rows, whatever else has been done to them; where it is used,
-- and that it is not where somebody wants to hear of each row.
SET timezone = 'UTC';
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;

CREATE TABLE t (time timestamptz NOT NULL, host int NOT NULL, v int, note text, PRIMARY KEY (host, time));
CREATE TABLE twin (LIKE t INCLUDING ALL);
SELECT created FROM create_hypertable('t', by_range('time', interval '10 days'));
ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = 'host', tsdb.orderby = 'time');
INSERT INTO twin SELECT '2024-01-01'::timestamptz + i * interval '1 minute', h, i % 100, 'note ' || i FROM generate_series(1, 2500) i, generate_series(1, 4) h;
INSERT INTO twin SELECT '2024-01-11'::timestamptz + i * interval '1 minute', 1, i % 100, 'later' FROM generate_series(1, 100) i;
INSERT INTO t TABLE twin;
SELECT count(compress_chunk(c)) FROM show_chunks('t', older_than => timestamptz '2024-01-11') c;
VACUUM ANALYZE t, twin;
SELECT c AS chunk, toast.oid::regclass AS toast FROM show_chunks('t', older_than => timestamptz '2024-01-11') c, pg_class chunk, pg_class toast
    WHERE chunk.oid = c AND toast.oid = chunk.reltoastrelid \gset

-- Bitmaps and single tombstones that are in the store, and how many rows the first have.
CREATE FUNCTION stored(toast regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT format(''%%s bitmaps of %%s rows, %%s headers'', count(*) FILTER (WHERE chunk_id = 3),
        coalesce(sum(get_byte(chunk_data, 2) + 256 * get_byte(chunk_data, 3)) FILTER (WHERE chunk_id = 3), 0), count(*) FILTER (WHERE chunk_id = 2))
        FROM %s', toast) INTO result;
    RETURN result;
END $$;
-- A statement on both tables: how many rows each changes, and whether they are the same afterwards.
CREATE FUNCTION on_both(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    columnar bigint;
    rows bigint;
    different bigint;
BEGIN
    EXECUTE replace(statement, '$', 't');
    GET DIAGNOSTICS columnar = ROW_COUNT;
    EXECUTE replace(statement, '$', 'twin');
    GET DIAGNOSTICS rows = ROW_COUNT;
    SELECT count(*) INTO different FROM ((TABLE t EXCEPT ALL TABLE twin) UNION ALL (TABLE twin EXCEPT ALL TABLE t)) d;
    RETURN CASE WHEN columnar = rows AND different = 0 THEN format('same: %s', rows) ELSE format('DIFFERENT: %s, %s, %s', columnar, rows, different) END;
END $$;
CREATE FUNCTION is_vectorized(statement text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
    found boolean := false;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN ' || statement LOOP found := found OR line LIKE '%Vectorized Delete: true%'; END LOOP;
    RETURN found;
END $$;

\echo -- what is deleted and how
EXPLAIN (COSTS OFF) DELETE FROM t WHERE v = 7;
SELECT on_both('DELETE FROM $ WHERE v = 7'), stored(:'toast');
SELECT on_both('DELETE FROM $ WHERE v = 7'), stored(:'toast');
SELECT on_both('DELETE FROM $ WHERE v < 10 AND note LIKE ''%5''');
SELECT on_both('DELETE FROM $ WHERE host = 2 AND time BETWEEN ''2024-01-01 10:00'' AND ''2024-01-02''');
SELECT on_both('DELETE FROM $ WHERE host = 3'), stored(:'toast');
SELECT on_both('DELETE FROM $ WHERE false'), on_both('DELETE FROM $ WHERE v > 1000');
DELETE FROM ONLY :chunk WHERE v = 20;
DELETE FROM twin WHERE v = 20 AND time < '2024-01-11';
SELECT on_both('UPDATE $ SET v = 1000 WHERE v = 21');
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) DELETE FROM t WHERE v = 22 AND host = 1 AND time < '2024-01-02';
DELETE FROM twin WHERE v = 22 AND host = 1 AND time < '2024-01-02';
SELECT on_both('DELETE FROM $ WHERE v = 1000');
\echo -- row by row the same
SET varve.enable_vectorized = off;
SELECT is_vectorized('DELETE FROM t WHERE v = 23'), on_both('DELETE FROM $ WHERE v = 23');
SELECT count(*) FROM t WHERE v IN (7, 22);
RESET varve.enable_vectorized;
\echo -- by index, backwards, by TID, sampled
SET enable_seqscan = off;
SELECT count(*) FROM t WHERE host = 1 AND time = '2024-01-01 00:07';
SELECT count(*) FROM t WHERE host = 1 AND time = '2024-01-01 00:08';
SELECT on_both('DELETE FROM $ WHERE host = 1 AND time = ''2024-01-01 00:08''');
RESET enable_seqscan;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT v, note FROM t WHERE host = 3 OR host = 1 AND v IN (22, 24) AND time < '2024-01-01 02:10';
FETCH ALL FROM c;
MOVE FORWARD ALL FROM c;
FETCH BACKWARD 3 FROM c;
COMMIT;
SELECT count(*) = (SELECT count(*) FROM twin) AS sampled FROM t TABLESAMPLE SYSTEM (100);
VACUUM ANALYZE t;
SELECT abs(reltuples - (SELECT count(*) FROM twin WHERE time < '2024-01-11')) < 100 AS counted FROM pg_class WHERE oid = :'chunk'::regclass;

\echo -- in a transaction: its own commands, savepoints, older snapshots
BEGIN;
DECLARE before CURSOR FOR SELECT count(*) FROM t WHERE v IN (30, 31);
SELECT on_both('DELETE FROM $ WHERE v = 30'), count(*) AS left FROM t WHERE v = 30;
SELECT count(*) FROM t WHERE v = 30;
SAVEPOINT a;
SELECT on_both('DELETE FROM $ WHERE v IN (30, 31)');
SELECT count(*) FROM t WHERE v = 31;
ROLLBACK TO a;
SELECT count(*) FROM t WHERE v = 31;
SELECT on_both('DELETE FROM $ WHERE v = 31 AND host = 1');
FETCH before;
ROLLBACK;
SELECT on_both('DELETE FROM $ WHERE v = 30');
\echo -- rows that somebody has locked once
BEGIN;
SELECT count(*) FROM (SELECT FROM t WHERE host = 4 AND time < '2024-01-01 00:50' FOR UPDATE) locked;
SELECT stored(:'toast');
SELECT on_both('DELETE FROM $ WHERE host = 4 AND time < ''2024-01-01 02:00'''), stored(:'toast');
SELECT stored(:'toast');
COMMIT;
\echo -- keys are free again, and those of other rows not
INSERT INTO t VALUES ('2024-01-01 00:10', 4, -1, 'again'), ('2024-01-01 01:10', 4, -1, 'again');
INSERT INTO twin VALUES ('2024-01-01 00:10', 4, -1, 'again'), ('2024-01-01 01:10', 4, -1, 'again');
\set VERBOSITY sqlstate
INSERT INTO t VALUES ('2024-01-01 00:10', 4, -2, 'twice');
INSERT INTO t VALUES ('2024-01-01 03:10', 4, -2, 'twice');
\set VERBOSITY default
SELECT on_both('INSERT INTO $ VALUES (''2024-01-01 03:10'', 4, -2, ''upsert'') ON CONFLICT (host, time) DO UPDATE SET v = excluded.v');
SELECT on_both('DELETE FROM $ WHERE v < 0');
\echo -- one command twice over, and in functions
WITH a AS (DELETE FROM t WHERE v = 32), b AS (DELETE FROM t WHERE v IN (32, 33)) DELETE FROM t WHERE v IN (32, 33, 34);
DELETE FROM twin WHERE v IN (32, 33, 34);
SELECT on_both('DELETE FROM $ WHERE v > 98');
CREATE FUNCTION delete_other(int) RETURNS boolean LANGUAGE sql VOLATILE AS 'DELETE FROM t WHERE v = $1 + 10; SELECT true';
SELECT is_vectorized('DELETE FROM t WHERE v = 35 AND delete_other(v)');
DELETE FROM t WHERE v = 35 AND host = 1 AND delete_other(v);
DELETE FROM twin WHERE v = 45 OR v = 35 AND host = 1;
SELECT on_both('DELETE FROM $ WHERE v = 0 AND host = 99');
\echo -- an error on the way
\set VERBOSITY sqlstate
DELETE FROM t WHERE 1 / (v - 97) < 5;
\set VERBOSITY default
SELECT on_both('DELETE FROM $ WHERE 1 / (v - 200) > 5');

\echo -- rows move with their tombstones
SELECT stored(:'toast') AS before \gset
VACUUM (FULL) :chunk;
SELECT toast.oid::regclass AS toast FROM pg_class chunk, pg_class toast WHERE chunk.oid = :'chunk'::regclass AND toast.oid = chunk.reltoastrelid \gset
SELECT split_part(stored(:'toast'), ',', 1) = split_part(:'before', ',', 1) AS kept;
SELECT on_both('DELETE FROM $ WHERE v = 36');
CALL convert_to_columnstore(:'chunk');
SELECT toast.oid::regclass AS toast FROM pg_class chunk, pg_class toast WHERE chunk.oid = :'chunk'::regclass AND toast.oid = chunk.reltoastrelid \gset
SELECT on_both('DELETE FROM $ WHERE v = 37 AND time < ''2024-01-01 10:00'''), stored(:'toast');
INSERT INTO t VALUES ('2024-01-01', 9, 5, 'late');
INSERT INTO twin VALUES ('2024-01-01', 9, 5, 'late');
CALL convert_to_columnstore(:'chunk');
SELECT on_both('DELETE FROM $ WHERE v = 38');
SELECT count(decompress_chunk(:'chunk'));
SELECT on_both('DELETE FROM $ WHERE v = 39');
SELECT count(compress_chunk(:'chunk'));

\echo -- rows of a vector that go one by one: each has a bitmap
SELECT toast.oid::regclass AS toast FROM pg_class chunk, pg_class toast WHERE chunk.oid = :'chunk'::regclass AND toast.oid = chunk.reltoastrelid \gset
CREATE PROCEDURE delete_one_by_one() LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. 1030 LOOP
        DELETE FROM t WHERE host = 1 AND time = '2024-01-01'::timestamptz + i * interval '1 minute' AND note LIKE 'note%';
        DELETE FROM twin WHERE host = 1 AND time = '2024-01-01'::timestamptz + i * interval '1 minute';
    END LOOP;
END $$;
SET enable_indexscan = off;
SET varve.enable_columnar_index_scan = off;
CALL delete_one_by_one();
SELECT stored(:'toast');
DELETE FROM t WHERE host = 4 AND time <= '2024-01-01 17:10';
RESET varve.enable_columnar_index_scan;
RESET enable_indexscan;
DELETE FROM twin WHERE host = 4 AND time <= '2024-01-01 17:10';
SELECT on_both('DELETE FROM $ WHERE host = 99');

\echo -- where somebody wants to hear of each row, or of what went before
SELECT is_vectorized('DELETE FROM t WHERE v = 40'), is_vectorized('DELETE FROM t WHERE v = 40 RETURNING v'),
    is_vectorized('DELETE FROM t USING (VALUES (40), (41)) x(v) WHERE t.v = x.v'), is_vectorized('DELETE FROM t WHERE v = 40 AND random() < 2'),
    is_vectorized('DELETE FROM t WHERE v > (SELECT max(u.v) FROM twin u WHERE u.host > t.host)'),
    is_vectorized('DELETE FROM t WHERE v > (SELECT max(v) FROM twin)'), is_vectorized('WITH gone AS (DELETE FROM t WHERE v = 40) SELECT');
CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING '% %', TG_WHEN, TG_LEVEL; RETURN CASE WHEN TG_LEVEL = 'ROW' THEN OLD END; END $$;
CREATE TRIGGER statement_before BEFORE DELETE ON t EXECUTE FUNCTION say();
CREATE TRIGGER statement_after AFTER DELETE ON t EXECUTE FUNCTION say();
SELECT is_vectorized('DELETE FROM t WHERE v = 40');
DELETE FROM t WHERE v = 40 AND host < 3;
DELETE FROM twin WHERE v = 40 AND host < 3;
DROP TRIGGER statement_after ON t;
CREATE TRIGGER statement_after AFTER DELETE ON t REFERENCING OLD TABLE AS gone EXECUTE FUNCTION say();
SELECT is_vectorized('DELETE FROM t WHERE v = 40');
DROP TRIGGER statement_after ON t;
CREATE TRIGGER row_before BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION say();
SELECT is_vectorized('DELETE FROM t WHERE v = 40');
DROP TRIGGER row_before ON t;
CREATE TRIGGER row_after AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION say();
SELECT is_vectorized('DELETE FROM t WHERE v = 40');
DROP TRIGGER row_after ON t;
DROP TRIGGER statement_before ON t;
CREATE TABLE child (host int, time timestamptz, FOREIGN KEY (host, time) REFERENCES t);
SELECT is_vectorized('DELETE FROM t WHERE v = 40');
DROP TABLE child;
SELECT is_vectorized('DELETE FROM t WHERE v = 40'), on_both('DELETE FROM $ WHERE v = 41');
\echo -- row security
CREATE ROLE somebody;
GRANT SELECT, DELETE ON t TO somebody;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON t USING (host = 1);
SET ROLE somebody;
EXPLAIN (COSTS OFF) DELETE FROM t WHERE v = 42 AND time < '2024-01-11';
DELETE FROM t WHERE v = 42;
RESET ROLE;
DELETE FROM twin WHERE v = 42 AND host = 1;
ALTER TABLE t DISABLE ROW LEVEL SECURITY;
SELECT on_both('DELETE FROM $ WHERE v = 43');

\echo -- what a continuous aggregate has to compute again
CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
    SELECT time_bucket('1 hour', time) AS hour, count(*) AS rows FROM t GROUP BY 1 WITH NO DATA;
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
SELECT is_vectorized('DELETE FROM t WHERE v = 44'), on_both('DELETE FROM $ WHERE v = 44');
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
SELECT count(*) AS wrong FROM hourly FULL JOIN (SELECT time_bucket('1 hour', time) AS hour, count(*) AS rows FROM twin GROUP BY 1) q USING (hour) WHERE hourly.rows IS DISTINCT FROM q.rows;
SELECT on_both('DELETE FROM $');
SELECT count(*) FROM t;

DROP MATERIALIZED VIEW hourly;
DROP TABLE t, twin;
DROP ROLE somebody;
DROP FUNCTION stored, on_both, is_vectorized, delete_other, say;
DROP PROCEDURE delete_one_by_one;
