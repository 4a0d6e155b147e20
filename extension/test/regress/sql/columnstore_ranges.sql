-- Row groups state the range of uuid, numeric and interval columns, too: those that cannot have what is asked for are not read.
-- What is found is what a plain table has.
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE TABLE t (id int NOT NULL, u uuid, n numeric, m numeric(12,2), i interval);
SELECT created FROM create_hypertable('t', by_range('id', 1000000), create_default_indexes => false);
-- Three row groups, in the order of id; values rise with it, or fall.
INSERT INTO t SELECT g, (lpad(to_hex(g::bigint * 20000), 8, '0') || repeat('0', 24))::uuid, round((g - 60000) / 7.0, g % 5), -g / 100.0,
    make_interval(months => g / 30000, hours => g) FROM generate_series(0, 179999) g;
ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id');
SELECT count(compress_chunk(c)) FROM show_chunks('t') c;
CREATE TABLE plain AS SELECT * FROM t;
-- Row groups that a scan passes over, and whether it finds the same as plain, by vectors and by rows.
CREATE FUNCTION asked(condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan json;
    found text;
    by_rows text;
    wanted text;
BEGIN
    EXECUTE format('EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, FORMAT json) SELECT * FROM t WHERE %s', condition) INTO plan;
    EXECUTE format('SELECT format(''%%s rows, %%s'', count(*), sum(id)) FROM t WHERE %s', condition) INTO found;
    SET LOCAL varve.enable_vectorized = off;
    EXECUTE format('SELECT format(''%%s rows, %%s'', count(*), sum(id)) FROM t WHERE %s', condition) INTO by_rows;
    SET LOCAL varve.enable_vectorized = on;
    EXECUTE format('SELECT format(''%%s rows, %%s'', count(*), sum(id)) FROM plain WHERE %s', condition) INTO wanted;
    RETURN format('%s: %s, %s row groups skipped', condition, CASE WHEN found = wanted AND by_rows = wanted THEN found ELSE format('%s or %s, not %s', found, by_rows, wanted) END,
        substring(plan::text FROM '"Row Groups Skipped": (\d+)'));
END $$;
SELECT asked(c) FROM unnest(ARRAY[
    $$u = '00000000-0000-0000-0000-000000000000'$$, $$u = '75f9a800-0000-0000-0000-000000000000'$$, $$u < '10000000-0000-0000-0000-000000000000'$$,
    $$u > 'c0000000-0000-0000-0000-000000000000'$$, $$u > 'ffffffff-0000-0000-0000-000000000000'$$, $$u IN ('00004e20-0000-0000-0000-000000000000', '00009c40-0000-0000-0000-000000000000')$$,
    $$n = -8571.43$$, $$n < -8571.4$$, $$n >= 17142.7$$, $$n > 17142.8$$, $$n > 1e300$$, $$n = 'NaN'$$, $$n < '-Infinity'$$, $$n = 0$$, $$n BETWEEN 0 AND 0.1$$,
    $$m = -0.01$$, $$m = -655.36$$, $$m = -655.35$$, $$m < -1799.98$$, $$m > 0$$, $$m = -1799.9900$$,
    $$i = interval '0'$$, $$i < interval '24 hours'$$, $$i > interval '11 years'$$, $$i > interval '100 years'$$, $$i = interval '1 month 30000 hours'$$, $$i = interval '30 days 30000 hours'$$, $$i = interval '1 day -24 hours'$$]) c;

\echo -- by a key, in row mode
CREATE TABLE k (id int NOT NULL, u uuid NOT NULL, n numeric NOT NULL, PRIMARY KEY (u, n, id));
SELECT created FROM create_hypertable('k', by_range('id', 1000000), create_default_indexes => false);
INSERT INTO k SELECT id, u, n FROM plain;
ALTER TABLE k SET (tsdb.enable_columnstore, tsdb.segmentby = 'u', tsdb.orderby = 'n, id');
SELECT count(compress_chunk(c)) FROM show_chunks('k') c;
INSERT INTO k SELECT id, u, n FROM plain WHERE id = 170000;
INSERT INTO k SELECT id, u, n FROM plain WHERE id % 10000 = 0 ON CONFLICT DO NOTHING;
SELECT count(*), sum(id) FROM k WHERE (u, n) IN (SELECT u, n FROM plain WHERE id % 30000 = 1);

\echo -- ends of the types, and values that have no range
CREATE TABLE e (id int NOT NULL, n numeric, i interval, u uuid);
SELECT created FROM create_hypertable('e', by_range('id', 1000000), create_default_indexes => false);
INSERT INTO e VALUES (1, 'NaN', interval '178000000 years', 'ffffffff-ffff-ffff-ffff-ffffffffffff'), (2, '-Infinity', interval '-178000000 years', '00000000-0000-0000-0000-000000000000'),
    (3, 9223372036854775807, interval '1 day -24 hours', '80000000-0000-0000-0000-000000000000'), (4, 1e-30, interval '2562047788 hours', NULL), (5, 1e200, NULL, '7fffffff-ffff-ffff-ffff-ffffffffffff');
ALTER TABLE e SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id');
SELECT count(compress_chunk(c)) FROM show_chunks('e') c;
DROP TABLE plain;
ALTER TABLE t RENAME TO other;
ALTER TABLE e RENAME TO t;
CREATE TABLE plain AS SELECT * FROM t;
SELECT asked(c) FROM unnest(ARRAY[$$n = 'NaN'$$, $$n > 1e100$$, $$n < -1e100$$, $$n = 1e-30$$, $$n = 9223372036854775807$$,
    $$i = interval '0'$$, $$i > interval '1000 years'$$, $$i < interval '-1 second'$$, $$i = interval '178000000 years'$$,
    $$u >= '80000000-0000-0000-0000-000000000000'$$, $$u <= '00000000-0000-0000-0000-000000000000'$$, $$u = 'ffffffff-ffff-ffff-ffff-ffffffffffff'$$]) c;
-- Each alone in its row group.
DO $$
DECLARE
    each record;
BEGIN
    FOR each IN SELECT * FROM plain LOOP
        DELETE FROM t;
        INSERT INTO t SELECT * FROM plain WHERE id = each.id;
        COMMIT;
        PERFORM compress_chunk(c, recompress => true) FROM show_chunks('t') c;
        COMMIT;
        IF (SELECT count(*) FROM t WHERE n IS NOT DISTINCT FROM each.n AND (n >= each.n AND n <= each.n OR n IS NULL)) <> 1
            OR (SELECT count(*) FROM t WHERE n = each.n) <> (each.n IS NOT NULL)::int OR (SELECT count(*) FROM t WHERE i >= each.i AND i <= each.i) <> (each.i IS NOT NULL)::int
            OR (SELECT count(*) FROM t WHERE u >= each.u AND u <= each.u) <> (each.u IS NOT NULL)::int THEN
            RAISE 'lost row %', each.id;
        END IF;
    END LOOP;
END $$;
DROP TABLE t, other, plain, k;
-- A type of the same bytes in another order, which leaves columns as they are: negative numbers are the greatest oids.
CREATE TABLE t (id int NOT NULL, v int, o oid);
SELECT created FROM create_hypertable('t', by_range('id', 1000000), create_default_indexes => false);
INSERT INTO t SELECT g, g % 2000 - 1000, g % 2000 + 2147482648::bigint FROM generate_series(0, 5999) g;
ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'v, id');
SELECT count(compress_chunk(c)) FROM show_chunks('t') c;
CREATE TABLE plain AS SELECT * FROM t;
ALTER TABLE t ALTER v TYPE oid, ALTER o TYPE int;
ALTER TABLE plain ALTER v TYPE oid, ALTER o TYPE int;
CREATE INDEX ON t (v);
SELECT asked(c) FROM unnest(ARRAY['v = 4294967295', 'v > 4294966296', 'v < 5', 'v >= 998 AND v < 1000', 'o = 2147483647', 'o < -2147483600', 'o > 0 AND o < 2147482660', 'v = 4294966296 AND o IS NOT NULL']) c;
SET enable_seqscan = off;
SELECT count(*), sum(id) FROM t WHERE v = 4294967295;
DROP TABLE t, plain;
