-- Bloom filters of row groups: the option that asks for them and its errors, what is left out by them, and that
-- nothing is lost: what is found is what a plain table has.
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS citext;
CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN code AS varchar(8);
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers

\echo -- the option
CREATE TABLE o (id int NOT NULL, a text, "B c" int, u uuid, j json, l text COLLATE loose, p pair, ps pair[], r int4range, b jsonb, ar int[], ts text[] COLLATE loose, d code, m mood, g point);
SELECT created FROM create_hypertable('o', by_range('id', 100), create_default_indexes => false);
SELECT refusal($$ALTER TABLE o SET (tsdb.sparse_index = 'bloom(a)')$$);
ALTER TABLE o SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id', tsdb.index = 'bloom(a)');
SELECT option, refusal(format('ALTER TABLE o SET (%s)', option)) FROM unnest(ARRAY[
    $$tsdb.sparse_index = 'bloom(a), bloom(a, "B c"), minmax(u), firstlast(id), minmax(a)'$$, $$timescaledb.compress_sparse_index = 'BLOOM(A)'$$, $$timescaledb.compress_index = ''$$,
    $$tsdb.sparse_index = 'bloom(b), bloom(ar), bloom(d), bloom(m), bloom(id), bloom("B c"), bloom(u)'$$,
    $$tsdb.sparse_index = 'bloom'$$, $$tsdb.sparse_index = 'bloom(a),'$$, $$tsdb.sparse_index = 'bloom(lower(a))'$$, $$tsdb.sparse_index = 'bloom(o.a)'$$,
    $$tsdb.sparse_index = 'bloom(a), bloom(a)'$$, $$tsdb.sparse_index = 'bloom(a, a)'$$, $$tsdb.sparse_index = 'minmax(a, u)'$$, $$tsdb.sparse_index = 'gin(a)'$$,
    $$tsdb.sparse_index = 'bloom(nosuch)'$$, $$tsdb.sparse_index = 'bloom("A")'$$, $$tsdb.sparse_index = 'minmax(ctid)'$$, $$tsdb.sparse_index = 'bloom(a)', tsdb.index = 'bloom(a)'$$,
    $$tsdb.sparse_index = 'bloom(j)'$$, $$tsdb.sparse_index = 'bloom(l)'$$, $$tsdb.sparse_index = 'bloom(p)'$$, $$tsdb.sparse_index = 'bloom(ps)'$$, $$tsdb.sparse_index = 'bloom(ts)'$$,
    $$tsdb.sparse_index = 'bloom(r)'$$, $$tsdb.sparse_index = 'bloom(g)'$$, $$tsdb.sparse_index = 'minmax(b)'$$, $$tsdb.sparse_index = 'firstlast(ar)'$$, $$tsdb.sparse_index = 'minmax(l)'$$]) option;

ALTER TABLE o SET (tsdb.sparse_index = 'bloom(a, "B c"), minmax("B c"), bloom(u)');
ALTER TABLE o RENAME "B c" TO "C""d";
SELECT index FROM timescaledb_information.hypertable_columnstore_settings WHERE hypertable = 'o'::regclass;
SELECT sparse_index FROM varve_catalog.columnstore;
INSERT INTO o (id, a, "C""d", u) SELECT g, g, g, md5(g::text)::uuid FROM generate_series(1, 150) g;
SELECT count(compress_chunk(c)) FROM show_chunks('o') c;
ALTER TABLE o RENAME u TO v;
SELECT chunk, index FROM timescaledb_information.chunk_compression_settings WHERE hypertable = 'o'::regclass ORDER BY 1;
ALTER TABLE o DROP COLUMN "C""d";
SELECT index FROM timescaledb_information.hypertable_compression_settings WHERE hypertable = 'o'::regclass;
SELECT DISTINCT index FROM timescaledb_information.chunk_columnstore_settings WHERE hypertable = 'o'::regclass;
SELECT id FROM o WHERE a = '7' AND v = md5('7')::uuid;
ALTER TABLE o RESET (tsdb.sparse_index);
SELECT index FROM timescaledb_information.hypertable_columnstore_settings WHERE hypertable = 'o'::regclass;
DROP TABLE o;

\echo -- values of all kinds: ten row groups, each of a chunk
CREATE TABLE t (id int NOT NULL, u uuid, t text, v varchar(20), c char(12), k citext, n numeric, f8 float8, f4 float4, i2 int2, i8 int8, o oid, b bytea,
    j jsonb, ar int[], m mood, d code, iv interval, tz timetz, dt date, nm name, flag bool);
SELECT created FROM create_hypertable('t', by_range('id', 1000), create_default_indexes => false);
ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id',
    tsdb.sparse_index = 'bloom(u), bloom(t), bloom(v), bloom(c), bloom(k), bloom(n), bloom(f8), bloom(f4), bloom(i2), bloom(i8), bloom(o), bloom(b), bloom(j), bloom(ar), bloom(m), bloom(d), bloom(iv), bloom(tz), bloom(dt), bloom(nm), bloom(flag), bloom(t, i8), bloom(id, u, n)');
-- Values are in no order, so that ranges leave out nothing; of some there are few.
CREATE TABLE plain AS SELECT g AS id, md5(g::text)::uuid AS u, 't' || h AS t, ('v' || h)::varchar(20) AS v, ('c' || h)::char(12) AS c, ('Key' || h)::citext AS k,
    CASE WHEN g % 3 = 0 THEN h::numeric ELSE round(h / 100.0, 2 + g % 5) END AS n, CASE g % 1000 WHEN 1 THEN -0.0 WHEN 2 THEN 'NaN' WHEN 3 THEN 'inf' ELSE h / 8.0 END::float8 AS f8,
    CASE g % 1000 WHEN 1 THEN '-0' WHEN 2 THEN 'NaN' ELSE (h % 100000) / 8.0 END::float4 AS f4, (h % 30000)::int2 AS i2, h::int8 * 1000003 - 7 AS i8, h::oid AS o, decode(md5(h::text), 'hex') AS b,
    jsonb_build_object('a', h, 'b', array[h, 1.50]) AS j, array[h, 0] AS ar, CASE WHEN g < 3000 THEN 'sad' ELSE 'happy' END::mood AS m, ('d' || h % 100000)::code AS d,
    make_interval(mins => h) AS iv, ('00:00Z'::timetz + make_interval(secs => h % 80000)) AS tz, '2000-01-01'::date + h % 100000 AS dt, ('n' || h)::name AS nm, g >= 5000 AS flag
FROM generate_series(0, 9999) g, LATERAL (SELECT ((g::bigint * 7919) % 1000003)::int) AS hashed (h);
UPDATE plain SET t = NULL, u = NULL, n = NULL, i8 = NULL WHERE id % 97 = 0;
INSERT INTO t TABLE plain;
SELECT count(compress_chunk(c)) FROM show_chunks('t') c;
SELECT count(DISTINCT index::text), max(jsonb_array_length(index)) FROM timescaledb_information.chunk_columnstore_settings WHERE hypertable = 't'::regclass;

-- Rows that satisfy a condition; by vectors, by rows, by scans and without filters the same as in plain. Row groups that filters leave out, of ten.
CREATE FUNCTION left_out(statement text) RETURNS bigint LANGUAGE plpgsql SET enable_indexscan = off AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, FORMAT json) ' || statement INTO plan;
    RETURN (SELECT sum(m[1]::int) FROM regexp_matches(plan::text, '"Row Groups Skipped by Bloom Filter": (\d+)', 'g') m);
END $$;
CREATE FUNCTION asked(condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    setting text;
    found text;
    wanted text;
    counted CONSTANT text := $q$SELECT format('%s rows', count(*)) || coalesce(' ' || sum(id), '') FROM $q$;
BEGIN
    EXECUTE counted || 'plain WHERE ' || condition INTO wanted;
    FOREACH setting IN ARRAY ARRAY['timescaledb.enable_sparse_index_bloom', 'varve.enable_vectorized', 'timescaledb.enable_composite_bloom_indexes', 'enable_seqscan', 'none'] LOOP
        IF setting <> 'none' THEN PERFORM set_config(setting, 'off', false); END IF;
        EXECUTE counted || 't WHERE ' || condition INTO found;
        IF setting <> 'none' THEN PERFORM set_config(setting, 'on', false); END IF;
        IF found <> wanted THEN RETURN format('%s: %s, not %s, %s off', condition, found, wanted, setting); END IF;
    END LOOP;
    RETURN format('%s: %s, %s left out', condition, found, left_out('SELECT * FROM t WHERE ' || condition));
END $$;
SET max_parallel_workers_per_gather = 0;
SELECT asked(c) FROM unnest(ARRAY[
    $$u = md5('4711')::uuid$$, $$u = md5('none')::uuid$$, $$u IN (md5('1')::uuid, md5('9999')::uuid, NULL)$$, $$u = ANY (ARRAY[]::uuid[])$$, $$u = NULL$$, $$u <> md5('1')::uuid AND t = 't7919'$$,
    $$t = 't7919'$$, $$t = 't7919 '$$, $$t = 'none'$$, $$t = 't7919'::name$$, $$t = 't7919'::varchar$$, $$'t15838' = t$$, $$t IN ('t7919', 't15838', 'x', NULL)$$, $$t = 't7919' COLLATE "C"$$, $$t = 't7919' OR t = 't15838'$$, $$t LIKE 't7919%'$$,
    $$v = 'v7919'$$, $$v = 'v7919'::text$$, $$v = 'none'$$, $$c = 'c7919'$$, $$c = 'c7919      '$$, $$c = 'c7919'::char(30)$$, $$c = 'none'$$, $$c::text = 'c7919'$$,
    $$k = 'kEY7919'$$, $$k = 'KEY7919'::citext$$, $$k = 'none'$$, $$k::text = 'Key7919'$$,
    $$n = 237.57$$, $$n = 237.570000$$, $$n = 23757$$, $$n = 23757.00$$, $$n = 23757::int$$, $$n = 1e300$$, $$n = 'NaN'$$, $$n IN (79.19, 79.190)$$,
    $$f8 = 0$$, $$f8 = -0.0$$, $$f8 = 'NaN'$$, $$f8 = 'inf'$$, $$f8 = '-inf'$$, $$f8 = 3959.5$$, $$f8 = 3959.5::float4$$, $$f8 = 3959.5000001$$, $$f8 IN (0, 'NaN')$$,
    $$f4 = 0$$, $$f4 = -0.0::float8$$, $$f4 = 'NaN'::float8$$, $$f4 = 3959.5::float8$$, $$f4 = 3959.1::float8$$,
    $$i2 = 7919$$, $$i2 = 7919::int8$$, $$i2 = 7919::int2$$, $$i2 = 70000$$, $$i2 = 3::numeric$$, $$i2 IN (7919, 15838)$$,
    $$i8 = 7919023750::int8$$, $$i8 = 7919023757 - 7$$, $$i8 = 5$$, $$i8 = 5::int2$$, $$i8 = ANY ('{7919023750,1}'::int8[])$$, $$i8 = ANY ('{5,6}'::int[])$$, $$o = 7919$$, $$o = '7919'::oid$$, $$o = '7919'::regclass$$,
    $$b = decode(md5('7919'), 'hex')$$, $$b = ''$$, $$j = '{"b": [7919, 1.5], "a": 7919.0}'$$, $$j = '{}'$$, $$ar = '{7919,0}'$$, $$ar = '{}'$$, $$ar = '{7919,0}'::int8[]::int[]$$,
    $$m = 'sad'$$, $$m = 'ok'$$, $$m IN ('ok', 'sad')$$, $$d = 'd7919'$$, $$d = 'none'::code$$, $$iv = interval '7919 minutes'$$, $$iv = interval '5 days 11:59'$$, $$iv = interval '1 second'$$,
    $$tz = '02:11:59+00'$$, $$tz = '03:11:59+01'$$, $$tz = '23:59:59.5+00'$$, $$dt = '2021-09-06'$$, $$dt = timestamp '2021-09-06 00:00'$$, $$dt = '1999-01-01'$$, $$nm = 'n7919'$$, $$nm = 'n7919'::text$$, $$nm = 'none'$$, $$flag$$, $$flag = false$$, $$flag = NULL$$,
    $$t = 't7919' AND i8 = 7919023750$$, $$t = 't7919' AND i8 = 7919023751$$, $$t IN ('t7919', 't15838') AND i8 IN (7919023750, 5)$$, $$t IS NULL AND i8 = 5$$, $$t = 't7919' AND t = 't15838'$$,
    $$u = (SELECT md5('4711')::uuid)$$, $$u IN (SELECT md5(g::text)::uuid FROM generate_series(4711, 4712) g)$$, $$t = 't' || 7919$$, $$t = 't' || (1 / (id + 1))$$]) c;
-- Long lists are not asked of filters; lists of a few are.
SELECT asked(format('t = ANY (%L)', array_agg('x' || g))) ~ ': 0 rows, \d+ left out' AS nothing FROM generate_series(1, 20) g;
SELECT asked(format('t = ANY (%L)', array_agg('x' || g))) ~ ': 0 rows,  left out' AS nothing FROM generate_series(1, 300) g;
-- A filter of several columns knows of combinations; with the setting off, its columns are asked alone.
SELECT asked($$t = 't7919' AND i8 = 47514142523$$);
SET timescaledb.enable_composite_bloom_indexes = off;
SELECT left_out($$SELECT * FROM t WHERE t = 't7919' AND i8 = 47514142523$$);
RESET timescaledb.enable_composite_bloom_indexes;
SET timescaledb.enable_sparse_index_bloom = off;
SELECT left_out($$SELECT * FROM t WHERE t = 't7919'$$);
RESET timescaledb.enable_sparse_index_bloom;

\echo -- parameters
PREPARE by_u(uuid) AS SELECT id FROM t WHERE u = $1;
SET plan_cache_mode = force_generic_plan;
EXECUTE by_u(md5('4711')::uuid);
SELECT left_out('EXECUTE by_u(md5(''4711'')::uuid)');
EXECUTE by_u(NULL);
RESET plan_cache_mode;
SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off;
SELECT p.id, t.id FROM (VALUES (1, md5('4711')), (2, md5('x')), (3, md5('15'))) p (id, u) JOIN t ON t.u = p.u::uuid ORDER BY 1;
RESET enable_hashjoin; RESET enable_mergejoin; RESET enable_material;

\echo -- changes by a condition, and rows that have changed
SELECT left_out($$UPDATE t SET u = md5('new')::uuid, t = 'new' WHERE u = md5('4711')::uuid$$), left_out($$DELETE FROM t WHERE t = 't15838'$$);
UPDATE plain SET u = md5('new')::uuid, t = 'new' WHERE u = md5('4711')::uuid;
DELETE FROM plain WHERE t = 't15838';
INSERT INTO t (id, u, t, n) VALUES (1, md5('late')::uuid, 'late', 1.0), (5500, NULL, 'late', 1.00);
INSERT INTO plain (id, u, t, n) VALUES (1, md5('late')::uuid, 'late', 1.0), (5500, NULL, 'late', 1.00);
SELECT asked(c) FROM unnest(ARRAY[$$u = md5('4711')::uuid$$, $$u = md5('new')::uuid$$, $$t = 't15838'$$, $$t = 'late'$$, $$n = 1.000$$, $$u = md5('late')::uuid$$]) c;
BEGIN;
DELETE FROM t WHERE u = md5('8000')::uuid;
SELECT count(*) FROM t WHERE u = md5('8000')::uuid;
ROLLBACK;
SELECT count(*) FROM t WHERE u = md5('8000')::uuid;

\echo -- columns that are added, dropped, renamed, of another type or collation
ALTER TABLE t ADD extra text DEFAULT 'fast', ADD more int;
ALTER TABLE plain ADD extra text DEFAULT 'fast', ADD more int;
ALTER TABLE t SET (tsdb.sparse_index = 'bloom(u), bloom(t), bloom(v), bloom(n), bloom(extra), bloom(i2, extra), bloom(k), bloom(o)');
UPDATE t SET extra = 'changed' WHERE id = 17; UPDATE plain SET extra = 'changed' WHERE id = 17;
SELECT asked(c) FROM unnest(ARRAY[$$extra = 'fast' AND id < 30$$, $$extra = 'changed'$$, $$extra = 'none'$$, $$i2 = 7919 AND extra = 'fast'$$]) c;
SELECT count(compress_chunk(c)) FROM show_chunks('t') c;
SELECT asked(c) FROM unnest(ARRAY[$$extra = 'fast' AND id < 30$$, $$extra = 'changed'$$, $$extra = 'none'$$, $$i2 = 7919 AND extra = 'fast'$$, $$u = md5('8000')::uuid$$, $$t = 'late'$$]) c;
SELECT count(compress_chunk(c, recompress => true)) FROM show_chunks('t') c;
SELECT asked(c) FROM unnest(ARRAY[$$extra = 'changed'$$, $$extra = 'none'$$, $$i2 = 7919 AND extra = 'fast'$$, $$f8 = 3959.5000001$$, $$u = md5('8000')::uuid$$, $$t = 'late'$$]) c;
ALTER TABLE t RENAME t TO tt; ALTER TABLE plain RENAME t TO tt;
-- varchar becomes text without a rewrite, with the same hashes; another collation, too, whose equality is another.
ALTER TABLE t ALTER v TYPE text; ALTER TABLE plain ALTER v TYPE text;
SELECT asked(c) FROM unnest(ARRAY[$$tt = 'late'$$, $$v = 'v7919'$$]) c;
SELECT count(*) AS columnar FROM show_chunks('t') c JOIN pg_class r ON r.oid = c JOIN pg_am a ON a.oid = r.relam WHERE amname = 'varve_columnar';
ALTER TABLE t ALTER v TYPE text COLLATE loose; ALTER TABLE plain ALTER v TYPE text COLLATE loose;
SELECT asked($$v = 'V7919'$$);
ALTER TABLE t ALTER v TYPE citext; ALTER TABLE plain ALTER v TYPE citext;
SELECT asked($$v = 'V7919'$$);
ALTER TABLE t ALTER k TYPE text; ALTER TABLE plain ALTER k TYPE text;
SELECT asked(c) FROM unnest(ARRAY[$$k = 'Key7919'$$, $$k = 'key7919'$$]) c;
ALTER TABLE t ALTER o TYPE int; ALTER TABLE plain ALTER o TYPE int;
SELECT asked(c) FROM unnest(ARRAY[$$o = 7919$$, $$o = 7919::int8$$, $$o = 5$$]) c;
-- A rewrite makes rows of them.
ALTER TABLE t ALTER n TYPE float8; ALTER TABLE plain ALTER n TYPE float8;
SELECT asked($$n = 237.57$$);
SELECT count(compress_chunk(c)) FROM show_chunks('t') c;
SELECT asked(c) FROM unnest(ARRAY[$$n = 237.57$$, $$v = 'V7919'$$, $$u = md5('8000')::uuid$$]) c;
ALTER TABLE t DROP COLUMN i2; ALTER TABLE plain DROP COLUMN i2;
SELECT index FROM timescaledb_information.hypertable_columnstore_settings WHERE hypertable = 't'::regclass;
SELECT asked(c) FROM unnest(ARRAY[$$extra = 'changed'$$, $$u = md5('8000')::uuid$$]) c;

\echo -- chunks that are merged, split, moved, rewritten
SELECT c AS one FROM show_chunks('t') c LIMIT 1 \gset
SELECT c AS two FROM show_chunks('t') c OFFSET 1 LIMIT 1 \gset
CALL merge_chunks(:'one', :'two');
SELECT asked(c) FROM unnest(ARRAY[$$u = md5('1500')::uuid$$, $$u = md5('none')::uuid$$, $$tt = 'late'$$]) c;
CALL split_chunk(:'one', 1500);
SELECT asked(c) FROM unnest(ARRAY[$$u = md5('1500')::uuid$$, $$u = md5('none')::uuid$$, $$tt = 'late'$$]) c;
SELECT format('VACUUM (FULL) %s', c) FROM show_chunks('t') c LIMIT 2 \gexec
SELECT asked(c) FROM unnest(ARRAY[$$u = md5('1500')::uuid$$, $$u = md5('none')::uuid$$, $$tt = 'late'$$]) c;
SELECT count(decompress_chunk(c)) FROM show_chunks('t') c;
SELECT asked(c) FROM unnest(ARRAY[$$u = md5('1500')::uuid$$, $$u = md5('none')::uuid$$, $$tt = 'late'$$]) c;
DROP TABLE t, plain;

\echo -- keys and indexes: filters answer for lookups and checks of keys, and are chosen by indexes where the option does not say
CREATE TABLE k (id int NOT NULL, u uuid NOT NULL, label text, few text, n int, UNIQUE (u, id));
SELECT created FROM create_hypertable('k', by_range('id', 1000), create_default_indexes => false);
CREATE INDEX ON k (label); CREATE INDEX ON k (few); CREATE INDEX ON k (n); CREATE INDEX ON k USING hash (u); CREATE INDEX ON k (lower(label));
ALTER TABLE k SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id');
CREATE TABLE plain AS SELECT g AS id, md5(g::text)::uuid AS u, 'l' || g * 7919 % 10007 AS label, 'f' || g % 5 AS few, g * 7919 % 10007 AS n FROM generate_series(0, 4999) g;
INSERT INTO k TABLE plain;
SELECT count(compress_chunk(c)) FROM show_chunks('k') c;
SELECT DISTINCT index FROM timescaledb_information.chunk_columnstore_settings WHERE hypertable = 'k'::regclass;
SELECT index FROM timescaledb_information.hypertable_columnstore_settings WHERE hypertable = 'k'::regclass;
ALTER TABLE k RENAME TO t;
SET varve.enable_columnar_index_scan = off;
SELECT asked(c) FROM unnest(ARRAY[$$u = md5('300')::uuid$$, $$label = 'l7919'$$, $$few = 'f1'$$, $$few = 'none'$$, $$n = 7919$$]) c;
RESET varve.enable_columnar_index_scan;
SELECT asked(c) FROM unnest(ARRAY[$$u = md5('300')::uuid$$, $$label = 'l7919'$$, $$few = 'f1'$$, $$few = 'none'$$, $$n = 7919$$, $$u = ANY (ARRAY[md5('300'), md5('none')]::uuid[])$$]) c;
SELECT refusal($$INSERT INTO t VALUES (300, md5('300')::uuid)$$);
INSERT INTO t VALUES (300, md5('300')::uuid, 'again') ON CONFLICT DO NOTHING RETURNING *;
INSERT INTO t VALUES (300, md5('300')::uuid, 'again'), (300, md5('new')::uuid, 'new') ON CONFLICT (u, id) DO UPDATE SET label = excluded.label RETURNING label;
SET timescaledb.auto_sparse_indexes = off;
SELECT count(compress_chunk(c, recompress => true)) FROM show_chunks('t') c;
SELECT DISTINCT index FROM timescaledb_information.chunk_columnstore_settings WHERE hypertable = 't'::regclass;
RESET timescaledb.auto_sparse_indexes;
-- A full index finds rows itself.
ALTER TABLE t SET (tsdb.full_indexes = 'k_u_id_key');
DROP INDEX k_u_idx;
SELECT count(compress_chunk(c, recompress => true)) FROM show_chunks('t') c;
SELECT DISTINCT index FROM timescaledb_information.chunk_columnstore_settings WHERE hypertable = 't'::regclass;
DROP TABLE t, plain;

\echo -- what filters take of a row group of 65,536 rows
CREATE TABLE s (id int NOT NULL, u uuid, few int);
SELECT created FROM create_hypertable('s', by_range('id', 1000000), create_default_indexes => false);
ALTER TABLE s SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id', tsdb.sparse_index = '');
INSERT INTO s SELECT g, md5(g::text)::uuid, g % 100 FROM generate_series(1, 65536) g;
SELECT compress_chunk(c) AS chunk FROM show_chunks('s') c \gset
SELECT pg_relation_size(reltoastrelid) AS without FROM pg_class WHERE oid = :'chunk'::regclass \gset
ALTER TABLE s SET (tsdb.sparse_index = 'bloom(u), bloom(few)');
SELECT compress_chunk(:'chunk', recompress => true) AS chunk \gset
SELECT round((pg_relation_size(reltoastrelid) - :without) / 65536.0, 1) AS bytes_a_row FROM pg_class WHERE oid = :'chunk'::regclass;
SELECT count(*) FROM s WHERE u = md5('77')::uuid;
SELECT count(*) FROM generate_series(1, 65536, 1000) g WHERE NOT EXISTS (SELECT FROM s WHERE u = md5(g::text)::uuid);
DROP TABLE s;
