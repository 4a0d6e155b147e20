-- Every type goes into columns and comes back as it was: in row groups, and in the heap afterwards. Rows
-- are compared with those of a plain table by *=, which compares bytes, and by their text.
SET timezone = 'UTC';
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN percent AS numeric CHECK (value BETWEEN 0 AND 100);
CREATE DOMAIN code AS varchar(8);
CREATE TYPE float_range AS RANGE (subtype = float8);

CREATE TABLE kinds (
    time timestamptz NOT NULL, id int NOT NULL,
    c_bool bool, c_char "char", c_int2 int2, c_int4 int4, c_int8 int8, c_oid oid, c_xid xid, c_regclass regclass,
    c_float4 float4, c_float8 float8, c_numeric numeric, c_price numeric(12,2), c_money money,
    c_date date, c_time time, c_timetz timetz, c_timestamp timestamp, c_interval interval,
    c_text text, c_varchar varchar(40), c_bpchar char(10), c_name name, c_bytea bytea, c_bit bit(9), c_varbit varbit,
    c_uuid uuid, c_inet inet, c_cidr cidr, c_macaddr macaddr, c_macaddr8 macaddr8,
    c_json json, c_jsonb jsonb, c_xml xml, c_tsvector tsvector, c_tsquery tsquery,
    c_point point, c_line line, c_box box, c_path path, c_polygon polygon, c_circle circle,
    c_ints int[], c_texts text[], c_moods mood[], c_range int4range, c_times tstzrange, c_multi int8multirange, c_floats float_range,
    c_mood mood, c_pair pair, c_pairs pair[], c_percent percent, c_code code, c_lsn pg_lsn, c_tid tid);
CREATE TABLE plain (LIKE kinds);
SELECT create_hypertable('kinds', by_range('time', interval '1 day'));
ALTER TABLE kinds SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id');

-- Row i takes the i-th of a few awkward values of each type, around and around.
CREATE FUNCTION nth(i int, VARIADIC choices text[]) RETURNS text LANGUAGE sql IMMUTABLE RETURN choices[1 + i % cardinality(choices)];
INSERT INTO plain
SELECT '2024-01-01 00:00Z'::timestamptz + i * interval '1 second', i,
    nth(i, 't', NULL, 'f')::bool, nth(i, 'a', '', NULL, '\377')::"char",
    nth(i, '0', '-32768', '32767', NULL)::int2, nth(i, '-2147483648', '2147483647', '0', NULL)::int4,
    nth(i, '-9223372036854775808', '9223372036854775807', NULL, '1')::int8, nth(i, '0', '4294967295', '23', NULL)::oid,
    nth(i, '3', '4294967295', NULL)::xid, nth(i, 'pg_class', NULL, 'pg_proc')::regclass,
    nth(i, '0', '-0', 'NaN', 'inf', '-inf', NULL, '1.1', '1e-45', '3.4028235e38', '-1.17549435e-38')::float4,
    nth(i, '0', '-0', 'NaN', 'inf', '-inf', NULL, '0.1', '5e-324', '1.7976931348623157e308', '-2.2250738585072014e-308', '123456.789')::float8,
    nth(i, '0', '0.00', '-1.10', '1.1', 'NaN', 'Infinity', '-Infinity', NULL, '1e-20', '1e100', '-12345678901234567890.123456789', '9223372036854775807', '-9223372036854775808')::numeric,
    nth(i, '0', '-1.50', '9999999999.99', NULL, '0.01')::numeric(12,2), nth(i, '0', '-92233720368547758.08', '92233720368547758.07', NULL)::money,
    nth(i, '4713-01-01 BC', '5874897-12-31', 'infinity', '-infinity', NULL, '2024-02-29')::date,
    nth(i, '00:00', '24:00', '23:59:59.999999', NULL)::time, nth(i, '00:00+15:59', '24:00-15:59', '12:00:00.000001+00', NULL)::timetz,
    nth(i, 'infinity', '-infinity', '4713-01-01 BC', '294276-12-31 23:59:59.999999', NULL)::timestamp,
    nth(i, '1 mon -30 days', '30 days', '24:00', '1 day', '-178000000 years', NULL, '0', '2562047788:00:54.775807')::interval,
    nth(i, '', 'a', NULL, repeat('long ', 400), 'ünïcødé ' || i, i::text)::text, nth(i, '', 'x', NULL, 'same')::varchar(40),
    nth(i, '', 'pad', NULL, '0123456789')::char(10), nth(i, '', 'name', NULL, repeat('n', 63))::name,
    nth(i, '', '\x00', '\x00ff00', NULL, '\xdeadbeef')::bytea, nth(i, '000000000', '111111111', NULL)::bit(9), nth(i, '', '1', '10101', NULL)::varbit,
    nth(i, '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', NULL, md5(i::text))::uuid,
    nth(i, '0.0.0.0', '::1/128', '192.168.1.5/24', NULL)::inet, nth(i, '10.0.0.0/8', '::/0', NULL)::cidr,
    nth(i, '00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', NULL)::macaddr, nth(i, '00:00:00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff:ff:01', NULL)::macaddr8,
    nth(i, '{}', '{"a" : 1,  "a":2}', 'null', NULL, '"x"')::json, nth(i, '{}', '{"a": {"b": [1, 2.50, null]}}', 'null', NULL, '[]')::jsonb,
    nth(i, '<a/>', '<b>t</b>', NULL)::xml, nth(i, '', 'a:1 b:2A', NULL)::tsvector, nth(i, 'a & !b', 'c <-> d', NULL)::tsquery,
    nth(i, '(0,-0)', '(NaN,inf)', NULL)::point, nth(i, '{1,2,3}', NULL)::line, nth(i, '(1,1),(0,0)', NULL)::box,
    nth(i, '[(0,0),(1,1)]', '((0,0),(1,1),(2,0))', NULL)::path, nth(i, '((0,0),(1,1),(2,0))', NULL)::polygon, nth(i, '<(0,0),1.5>', NULL)::circle,
    nth(i, '{}', '{1,NULL,3}', '[0:1]={5,6}', '{{1,2},{3,4}}', NULL)::int[], nth(i, '{}', '{"",NULL,"a,b"}', NULL)::text[], nth(i, '{sad,happy}', NULL)::mood[],
    nth(i, 'empty', '[1,5)', '(,)', '[7,)', NULL)::int4range, nth(i, '[2024-01-01 00:00Z,infinity]', 'empty', NULL)::tstzrange, nth(i, '{}', '{[1,2),[5,9)}', NULL)::int8multirange, nth(i, '[-inf,NaN]', NULL)::float_range,
    nth(i, 'sad', 'happy', NULL, 'ok')::mood, nth(i, '(1,x)', '(,)', '(2,)', NULL)::pair, nth(i, '{"(1,a)",NULL}', '{}', NULL)::pair[], nth(i, '0', '33.333', '100.0', NULL)::percent, nth(i, 'A1', '', NULL)::code, nth(i, '0/0', 'FFFFFFFF/FFFFFFFF', NULL)::pg_lsn, nth(i, '(0,1)', '(4294967295,65535)', NULL)::tid
FROM generate_series(0, 2999) i;
-- A column that is all null, and one value out of line.
UPDATE plain SET c_text = (SELECT string_agg(md5(g::text), '') FROM generate_series(1, 3000) g) WHERE id IN (5, 2048);
UPDATE plain SET c_line = NULL;
INSERT INTO kinds TABLE plain;

CREATE FUNCTION compared() RETURNS TABLE (rows bigint, different bigint, printed_different bigint) LANGUAGE sql AS $$
    SELECT count(*), count(*) FILTER (WHERE (p *= k) IS NOT TRUE), count(*) FILTER (WHERE p::text IS DISTINCT FROM k::text)
    FROM plain p FULL JOIN kinds k USING (id)
$$;
SELECT * FROM compared();
SELECT compress_chunk(c) FROM show_chunks('kinds') c;
SELECT columnar_rows, row_groups FROM varve_catalog.columnar_chunk;
SELECT * FROM compared();
-- Rows that are asked for alone, each in a transaction of its own: their values are picked one by one. By a
-- condition, and by TID.
CREATE PROCEDURE compare_singly(INOUT compared int DEFAULT 0, INOUT different int DEFAULT 0) LANGUAGE plpgsql AS $$
DECLARE
    expected plain;
    by_condition kinds;
    by_tid kinds;
    place record;
BEGIN
    FOR expected IN SELECT * FROM plain WHERE id % 41 = 0 OR id % 1000 < 12 ORDER BY id LOOP
        SELECT * INTO by_condition FROM kinds WHERE id = expected.id;
        COMMIT;
        SELECT tableoid, ctid INTO place FROM kinds WHERE id = expected.id;
        COMMIT;
        SELECT * INTO by_tid FROM kinds WHERE ctid = place.ctid AND tableoid = place.tableoid;
        COMMIT;
        compared := compared + 1;
        different := different + ((expected *= by_condition) IS NOT TRUE OR (expected *= by_tid) IS NOT TRUE)::int;
    END LOOP;
END
$$;
CALL compare_singly();
-- Each value again, out of the heap.
SELECT decompress_chunk(c) FROM show_chunks('kinds') c;
SELECT * FROM compared();

-- One kind of value at a time, since a column of a row group has one encoding: numbers of one scale, of
-- several, beyond 64 bits; a single value; few values; nothing but nulls.
TRUNCATE plain, kinds;
INSERT INTO plain (time, id, c_numeric, c_float4, c_float8, c_text, c_bool, c_interval)
SELECT '2024-01-02 00:00Z'::timestamptz, i, (i - 1000) * 0.125, i, i * 0.01, 'const', true, '1 day' FROM generate_series(1, 2500) i;
INSERT INTO plain (time, id, c_numeric, c_float4, c_float8, c_text, c_interval)
SELECT '2024-01-03 00:00Z'::timestamptz, i, nth(i, '1', '1.0', '1.00', '-0.5')::numeric, 'NaN', -i, 't' || i % 7, make_interval(secs => i) FROM generate_series(10001, 12500) i;
INSERT INTO plain (time, id, c_numeric, c_float4, c_float8, c_bytea)
SELECT '2024-01-04 00:00Z'::timestamptz, i, i * 1e40, 'inf', random() * 1e9, decode(md5(i::text), 'hex') FROM generate_series(20001, 22500) i;
INSERT INTO plain (time, id) SELECT '2024-01-05 00:00Z'::timestamptz, i FROM generate_series(30001, 30003) i;
INSERT INTO kinds TABLE plain;
SELECT count(compress_chunk(c)) FROM show_chunks('kinds') c;
SELECT * FROM compared();
CALL compare_singly();
SELECT count(decompress_chunk(c)) FROM show_chunks('kinds') c;
SELECT * FROM compared();

-- Columns that came and went: added with a default before the row group and after it, dropped, renamed.
CREATE TABLE grown (time timestamptz NOT NULL, id int, gone text, a int);
SELECT create_hypertable('grown', by_range('time', interval '1 day'));
INSERT INTO grown SELECT '2024-01-01 00:00Z', i, 'gone', i FROM generate_series(1, 1500) i;
ALTER TABLE grown SET (tsdb.enable_columnstore, tsdb.orderby = 'id', tsdb.segmentby = '');
ALTER TABLE grown ADD COLUMN before text DEFAULT 'before', ADD COLUMN before_null int;
ALTER TABLE grown DROP COLUMN gone;
SELECT compress_chunk(c) FROM show_chunks('grown') c;
ALTER TABLE grown ADD COLUMN after numeric DEFAULT 1.50, ADD COLUMN after_null int;
ALTER TABLE grown RENAME COLUMN a TO renamed;
SELECT count(*), count(DISTINCT (before, before_null, after, after_null)), min(before), min(after), count(before_null), count(after_null), sum(renamed) FROM grown;
SELECT decompress_chunk(c) FROM show_chunks('grown') c;
SELECT count(*), count(DISTINCT (before, before_null, after, after_null)), min(before), min(after), count(before_null), count(after_null), sum(renamed) FROM grown;
SELECT compress_chunk(c) FROM show_chunks('grown') c;
-- A type that has the same bytes, and one that has not.
ALTER TABLE grown ALTER COLUMN before TYPE varchar(20), ALTER COLUMN after TYPE text;
SELECT count(*), min(before), min(after) FROM grown;
-- ALTER TABLE that writes all rows anew reads them as they were: then they are rows of a heap.
SELECT decompress_chunk(c) FROM show_chunks('grown') c;
SELECT compress_chunk(c) FROM show_chunks('grown') c;
ALTER TABLE grown ADD COLUMN drawn float8 DEFAULT random(), ADD COLUMN more text DEFAULT 'm';
SELECT count(*), count(drawn), count(DISTINCT drawn) > 1000 AS differ, min(more), min(before), sum(renamed), sum(after::numeric) FROM grown;
-- VACUUM FULL takes row groups along, and with them the values of columns that they were written without.
SELECT compress_chunk(c) AS chunk FROM show_chunks('grown') c \gset
ALTER TABLE grown ADD COLUMN full_int int DEFAULT 9, ADD COLUMN full_text text DEFAULT repeat('x', 3000), ADD COLUMN full_null int;
DELETE FROM grown WHERE id = 100;
VACUUM FULL :chunk;
SELECT count(*), sum(full_int), sum(length(full_text)), count(full_null), sum(renamed), count(*) FILTER (WHERE id = 100) AS deleted FROM grown;
DELETE FROM grown WHERE id = 1500;
SELECT compress_chunk(c, recompress => true) FROM show_chunks('grown') c;
SELECT count(*), sum(full_int), sum(length(full_text)), count(full_null), sum(renamed) FROM grown;
