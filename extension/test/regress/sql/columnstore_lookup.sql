-- What descriptors and zones say of values never hides a row: comparisons through indexes of columnar chunks
-- give as many rows as on a plain table, for types of every order, at their ends, and for text of collations
-- that order bytes and of those that do not.
SET timezone = 'UTC';
CREATE COLLATION spoken (provider = icu, locale = 'und');
CREATE COLLATION ignorant (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE plain (
    time timestamptz NOT NULL, id int, i2 int2, i8 int8, o oid, ch "char", f4 float4, f8 float8, n numeric, d date, m money, bo bool,
    t text COLLATE "C", long text COLLATE "C", s text COLLATE spoken, i text COLLATE ignorant, bp char(5), b bytea, u uuid, iv interval);
INSERT INTO plain
SELECT '2024-01-01 00:00Z'::timestamptz + g * interval '1 second', g, (g % 700 - 350)::int2, (g::int8 - 3000) * 1000000007, (g::int8 * 715000)::oid, chr(1 + g % 120)::"char",
    CASE g % 11 WHEN 0 THEN 'NaN' WHEN 1 THEN '-0' WHEN 2 THEN 'inf' ELSE g * 0.1 END::float4,
    CASE WHEN g < 2000 AND g % 50 = 0 THEN 'NaN' WHEN g % 13 = 1 THEN '-0' WHEN g % 13 = 2 THEN '0' WHEN g % 997 = 3 THEN '-inf' ELSE (g - 3000) * 0.25 END::float8,
    (g - 3000) * 0.5, '2024-01-01'::date + g / 10, (g - 3000) * 1.25::numeric::money, g % 3 = 0,
    'key ' || lpad((g / 3)::text, 5, '0'), repeat('same beginning ', 2) || g / 100, CASE g % 4 WHEN 0 THEN 'ä' WHEN 1 THEN 'Z' WHEN 2 THEN 'a' ELSE 'é' END || g / 500,
    CASE g % 3 WHEN 0 THEN 'ABC' WHEN 1 THEN 'abc' ELSE 'abd' END || g / 1000, (g / 100)::text, decode(lpad(to_hex(g), 8, '0'), 'hex'), md5((g / 10)::text)::uuid, make_interval(mins => g)
FROM generate_series(1, 6000) g;
UPDATE plain SET i2 = NULL, f8 = NULL, t = NULL, b = NULL WHERE id BETWEEN 1025 AND 2048 OR id % 97 = 0;
CREATE TABLE metric (LIKE plain);
SELECT create_hypertable('metric', by_range('time', interval '1 day'));
SELECT format('CREATE INDEX ON metric (%I)', attname) FROM pg_attribute WHERE attrelid = 'metric'::regclass AND attnum > 1 \gexec
INSERT INTO metric TABLE plain;
ALTER TABLE metric SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id');
SELECT count(compress_chunk(c)) FROM show_chunks('metric') c;

-- For every column: some of its values and their neighbours in each comparison, counted in both tables.
CREATE FUNCTION disagreements(columns text) RETURNS TABLE (compared bigint, matched bigint, wrong text) LANGUAGE plpgsql AS $$
DECLARE
    operator text; value text; type text; a bigint; b bigint;
BEGIN
    SELECT format_type(atttypid, atttypmod) INTO type FROM pg_attribute WHERE attrelid = 'plain'::regclass AND attname = columns;
    compared := 0; matched := 0;
    FOR value IN EXECUTE format('SELECT v::text FROM (SELECT DISTINCT %1$I AS v FROM plain WHERE %1$I IS NOT NULL) d ORDER BY md5(v::text) LIMIT 8', columns) LOOP
        FOREACH operator IN ARRAY '{=,<,<=,>,>=}'::text[] LOOP
            EXECUTE format('SELECT count(*) FROM plain WHERE %I %s %L::%s', columns, operator, value, type) INTO a;
            EXECUTE format('SELECT count(*) FROM metric WHERE %I %s %L::%s', columns, operator, value, type) INTO b;
            compared := compared + 1; matched := matched + a;
            IF a <> b THEN wrong := concat_ws('; ', wrong, format('%s %s: %s, not %s', operator, value, b, a)); END IF;
        END LOOP;
    END LOOP;
    RETURN NEXT;
END $$;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET jit = off;
SELECT attname, d.compared >= 10 AS compared, d.matched > 0 AS matched, d.wrong
FROM pg_attribute, disagreements(attname) d WHERE attrelid = 'plain'::regclass AND attnum > 0 ORDER BY attnum;
EXPLAIN (COSTS OFF) SELECT count(*) FROM metric WHERE i8 = 5;
-- Between two values, and none at all.
SELECT count(*) FROM metric WHERE t BETWEEN 'key 00100' AND 'key 00199';
SELECT count(*) FROM metric WHERE t > 'zzz';
SELECT count(*) FROM metric WHERE f8 = 'NaN';
SELECT count(*) FROM metric WHERE f8 = 0;
SELECT count(*) FROM metric WHERE i = 'ABC0';
SELECT count(*) FROM metric WHERE t IS NULL;
SELECT count(*) FROM metric WHERE i8 = 7 AND i8 = 8;

-- Columns of one value in each vector of 1024, with nulls among them and without.
CREATE TABLE series (id int NOT NULL, k int, n int, d date, big int8);
SELECT create_hypertable('series', by_range('id', 10000));
CREATE INDEX ON series (k, id);
CREATE INDEX ON series (n);
CREATE INDEX ON series (d, big);
INSERT INTO series SELECT g, (g - 1) / 1024 - 1, CASE WHEN g % 7 > 0 THEN 5 END, date '2024-01-01' + (g > 2048)::int, -1 FROM generate_series(1, 6000) g;
CREATE TABLE plain_series AS TABLE series;
ALTER TABLE series SET (tsdb.enable_columnstore, tsdb.segmentby = 'k', tsdb.orderby = 'id');
SELECT count(compress_chunk(c)) FROM show_chunks('series') c;
CREATE FUNCTION ids(relation text, condition text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE found text[];
BEGIN
    EXECUTE format('SELECT ARRAY[count(*)::text, string_agg(id::text, '' '' ORDER BY id)] FROM %I WHERE %s', relation, condition) INTO found;
    RETURN found;
END $$;
SELECT condition, (ids('series', condition))[1] AS rows, ids('series', condition) = ids('plain_series', condition) AS same
FROM unnest(ARRAY['k = -1 AND id = 7', 'k = 0 AND id = 7', 'k = 3', 'k = 5', 'n = 5', 'n = 6', 'd = ''2024-01-01'' AND big = -1', 'd = ''2024-01-02'' AND big = 1']) AS c (condition);
EXPLAIN (COSTS OFF) SELECT * FROM series WHERE k = 3 AND id = 4000;
