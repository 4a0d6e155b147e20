-- A chunk in columns that is converted again: rows beside its columns, and row groups with many deleted rows or few rows,
-- are written anew; the others come along as they are.
SET client_min_messages = warning;
CREATE TABLE t (id int NOT NULL, tag text, v int, PRIMARY KEY (id));
SELECT created FROM create_hypertable('t', by_range('id', 1000000));
ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id');
-- Five row groups, of which the last has 37,856 rows.
INSERT INTO t SELECT i * 3, 'tag' || i % 10, i FROM generate_series(0, 299999) i;
CREATE TABLE plain (LIKE t);
INSERT INTO plain SELECT * FROM t;
SELECT show_chunks('t') AS chunk \gset
CREATE VIEW state AS SELECT columnar_rows, row_groups, (SELECT count(*) FROM ONLY :chunk WHERE ctid < '(2147483648,0)') AS rows_beside FROM varve_catalog.columnar_chunk;
CREATE FUNCTION twice(statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(statement, 't');
    EXECUTE format(statement, 'plain');
END $$;
CREATE FUNCTION same() RETURNS text LANGUAGE sql AS $$
    SELECT format('%s rows, %s extra, %s lost', (SELECT count(*) FROM t), (SELECT count(*) FROM (SELECT * FROM t EXCEPT ALL SELECT * FROM plain) x),
        (SELECT count(*) FROM (SELECT * FROM plain EXCEPT ALL SELECT * FROM t) x)) $$;
-- Groups that have come along keep the order of their rows: their rows are where they were.
CREATE FUNCTION moved() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    SELECT string_agg(old, ' ' ORDER BY old) INTO result FROM (
        SELECT format('%s->%s', p.g, n.g) AS old FROM place p JOIN (SELECT id, ((ctid::text::point)[0]::bigint - 2147483648) >> 8 AS g, ctid FROM t WHERE ctid >= '(2147483648,0)') n ON n.id = p.id
        WHERE p.g >= 0 GROUP BY p.g, n.g HAVING bool_and((p.tid::text::point)[1] = (n.ctid::text::point)[1])) x;
    DROP TABLE place;
    RETURN result;
END $$;
CREATE PROCEDURE remember() LANGUAGE plpgsql AS $$
BEGIN
    CREATE TABLE place AS SELECT id, ctid AS tid, ((ctid::text::point)[0]::bigint - 2147483648) >> 8 AS g FROM t;
END $$;

\echo -- the first conversion
SELECT compress_chunk(:'chunk') IS NOT NULL;
TABLE state;
SELECT compress_chunk(:'chunk', if_not_compressed => true) IS NOT NULL;
\echo -- late rows get a group of their own
SELECT twice('INSERT INTO %s SELECT i * 3 + 1, ''late'', i FROM generate_series(0, 299999, 100) i');
CALL remember();
CALL recompress_chunk(:'chunk');
TABLE state;
SELECT moved();
SELECT same();
\echo -- the next ones are put together with them; long values, and columns that are younger than groups
SELECT twice('ALTER TABLE %s ADD COLUMN extra text DEFAULT ''of before''');
SELECT twice('INSERT INTO %s SELECT i * 3 + 2, repeat(md5(i::text), 300), i FROM generate_series(0, 299999, 1000) i');
SELECT twice('INSERT INTO %s SELECT i * 3 + 2, ''other'', i, NULL FROM generate_series(500, 299999, 1000) i');
CALL remember();
CALL convert_to_columnstore(:'chunk');
TABLE state;
SELECT moved();
SELECT same();
\echo -- what was deleted stays deleted, in a group that has few such rows, and goes from one that has many
SELECT twice('DELETE FROM %s WHERE id %% 3 = 0 AND id / 3 %% 1000 = 7');
SELECT twice('DELETE FROM %s WHERE id BETWEEN 250000 AND 260000');
SELECT twice('UPDATE %s SET v = -v WHERE id %% 3 = 0 AND id / 3 %% 5000 = 8');
CALL remember();
CALL recompress_chunk(:'chunk');
TABLE state;
SELECT moved();
SELECT same();
-- Keys of all of them hold.
INSERT INTO t VALUES (0);
INSERT INTO t VALUES (601);
INSERT INTO t VALUES (249990);
INSERT INTO t SELECT id, tag, v, extra FROM plain ON CONFLICT DO NOTHING;
SELECT twice('INSERT INTO %s VALUES (21, ''again'', 1), (255000, ''again'', 1)');
SELECT same();
\echo -- deletions alone are work enough
CALL recompress_chunk(:'chunk');
TABLE state;
SELECT twice('DELETE FROM %s WHERE id BETWEEN 600000 AND 650000');
CALL recompress_chunk(:'chunk');
TABLE state;
SELECT same();
\set VERBOSITY sqlstate
SELECT compress_chunk(:'chunk', if_not_compressed => false);
\set VERBOSITY default
\echo -- rows that not every transaction sees stay what they are
BEGIN;
SELECT twice('INSERT INTO %s VALUES (700001, ''mine'', 1)');
SELECT twice('DELETE FROM %s WHERE id BETWEEN 800000 AND 810000');
SELECT compress_chunk(:'chunk') IS NOT NULL;
SELECT same();
ROLLBACK;
SELECT same();
BEGIN;
SELECT twice('INSERT INTO %s VALUES (700001, ''mine'', 1)');
SELECT twice('DELETE FROM %s WHERE id BETWEEN 800000 AND 810000');
SELECT compress_chunk(:'chunk') IS NOT NULL;
COMMIT;
SELECT same();
CALL recompress_chunk(:'chunk');
TABLE state;
SELECT same();
\echo -- a quarter of the rows, other options, and recompress: everything
SELECT twice('UPDATE %s SET v = v + 1 WHERE id %% 3 = 0 AND id / 3 %% 4 = 0');
CALL recompress_chunk(:'chunk');
TABLE state;
SELECT same();
SELECT twice('INSERT INTO %s SELECT i * 3 + 1, ''late'', i FROM generate_series(50, 299999, 10000) i');
ALTER TABLE t SET (tsdb.orderby = 'id DESC');
CALL recompress_chunk(:'chunk');
TABLE state;
SELECT same();
SELECT orderby FROM timescaledb_information.chunk_columnstore_settings;
SELECT twice('INSERT INTO %s SELECT i * 3 + 1, ''late'', i FROM generate_series(51, 299999, 10000) i');
SELECT compress_chunk(:'chunk', recompress => true) IS NOT NULL;
TABLE state;
SELECT same();
SELECT decompress_chunk(:'chunk') IS NOT NULL;
SELECT count(*), count(DISTINCT id), sum(v) FROM t;
DROP TABLE t, plain CASCADE;
