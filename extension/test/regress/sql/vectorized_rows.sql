-- Aggregates by vectors of chunks of rows, and of rows beside columns: what PostgreSQL's own aggregates give, whatever the
-- tuples look like; keys that are texts and uuids, sums of numerics, HAVING.
\getenv dir PG_ABS_SRCDIR
\set harness :dir '/sql/vectorized_aggregate.inc'
\set ECHO none
\i :harness
\set ECHO all

-- What is computed is the same in chunks of rows and, once they are converted, half and whole, of columns.
CREATE FUNCTION everywhere(queries text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    query text;
BEGIN
    FOREACH query IN ARRAY queries LOOP RETURN NEXT query || ': ' || coalesce(same(query), 'nothing'); END LOOP;
END $$;

-- Sums of floats are exact: in which order rows lie depends on whether a page was cleaned up meanwhile.
CREATE TABLE p (time timestamptz NOT NULL, gone text, small smallint, id uuid, "day" date, status text, method varchar(10), code char(3), raw bytea, ok boolean, amount numeric(12,2), any_n numeric, score float8, r real, k int, big bigint);
SELECT created FROM create_hypertable('p', by_range('time', interval '1 day'));
ALTER TABLE p DROP COLUMN gone;
INSERT INTO p SELECT '2024-01-01'::timestamptz + i * interval '1 min', i % 7, md5((i % 40)::text)::uuid, '2024-01-01'::date + i % 3, CASE WHEN i % 17 > 0 THEN (ARRAY['completed', 'failed', '', 'a rather long status of a payment'])[1 + i % 4] END,
    CASE WHEN i % 5 > 0 THEN 'm' || i % 5 END, 'c' || i % 3, decode(md5((i % 9)::text), 'hex'), CASE WHEN i % 3 > 0 THEN i % 2 = 0 END, CASE WHEN i % 19 > 0 THEN (i * 7919 % 1000000 - 300000) / 100.0 END,
    CASE WHEN i % 100 = 3 THEN (1 / 3.0)::numeric(40,30) WHEN i % 100 = 4 THEN 1e40 + i WHEN i % 100 = 5 THEN -99999999999999999999.5 ELSE i / 8.0 END, CASE WHEN i % 11 > 0 THEN (i * 37 % 5003) / 64.0 END, i / 4.0, i * 31 % 1000, i * 1000000007::bigint
    FROM generate_series(0, 5759) i;
ALTER TABLE p ADD COLUMN later int DEFAULT 5;
ALTER TABLE p ADD COLUMN later_text text DEFAULT 'new';
ALTER TABLE p ADD COLUMN never text;
INSERT INTO p (time, status, later, later_text, never) SELECT '2024-01-01'::timestamptz + i * interval '13 min', repeat('long ', 1000 + i % 3), i % 2, NULL, 'n' FROM generate_series(0, 300) i;
DELETE FROM p WHERE k % 50 = 7;
UPDATE p SET score = -1 WHERE k % 50 = 8;
VACUUM ANALYZE p;

CREATE FUNCTION questions() RETURNS text[] LANGUAGE sql AS $$ SELECT array_agg(q) FROM (VALUES
    ('SELECT time_bucket(''1 day'', time) AS day, status, count(*), sum(amount), avg(score) FROM p GROUP BY 1, 2'),
    ('SELECT time_bucket(''1 hour'', time) AS hour, id, count(*), avg(score) FROM p GROUP BY 1, 2'),
    ('SELECT time_bucket(''1 day'', time), sum(amount), sum(big), sum(amount) / nullif(sum(big), 0) FROM p GROUP BY 1'),
    ('SELECT status, method, ok, small, sum(k), count(status), count(ok) FROM p GROUP BY 1, 2, 3, 4'),
    ('SELECT raw, count(raw), min(k), max(r) FROM p GROUP BY raw'),
    ('SELECT id, id, avg(amount), sum(any_n) FROM p GROUP BY id'),
    ('SELECT avg(any_n), sum(any_n), count(any_n), avg(amount) FROM p'),
    ('SELECT later, later_text, never, count(never), count(*) FROM p GROUP BY 1, 2, 3'),
    ('SELECT day, sum(score), sum(r), avg(r), min(score), max(score) FROM p GROUP BY day'),
    ('SELECT method, count(*) FROM p WHERE time >= ''2024-01-02''::timestamptz AND k < 500 AND score > 10 AND ok GROUP BY method'),
    ('SELECT method, count(*) FROM p WHERE k % 3 = 1 AND status IS NOT NULL GROUP BY method'),
    ('SELECT small, count(*) FROM p WHERE status = ''failed'' AND k = ANY (ARRAY[1, 3, 5, 9, 31]) GROUP BY small'),
    ('SELECT small, count(*) FROM p WHERE k = NULL::int GROUP BY small'),
    ('SELECT count(*), sum(amount) FROM p WHERE amount < 0'),
    ('SELECT method, sum(amount) FROM p GROUP BY method HAVING sum(amount) > 0 AND count(*) > 10'),
    ('SELECT method FROM p GROUP BY method HAVING max(k) > (SELECT avg(k) FROM p)'),
    ('SELECT count(*) FROM p HAVING count(*) < 0'),
    ('SELECT method, sum(amount) + 1, sum(amount) FROM p GROUP BY method HAVING method IS NOT NULL ORDER BY 2 DESC LIMIT 2'),
    ('SELECT time_bucket(100, k), count(*), avg(k) FROM p GROUP BY 1'),
    ('SELECT date_trunc(''hour'', time), sum(k) FROM p GROUP BY 1'),
    ('SELECT method, count(*) FILTER (WHERE ok), sum(amount) FILTER (WHERE status = ''failed'' AND k < 500), avg(score) FILTER (WHERE method > ''m2''), count(*) FROM p GROUP BY method'),
    ('SELECT time_bucket(''1 day'', time), count(*) FILTER (WHERE NOT ok), sum(k) FILTER (WHERE extract(hour FROM time) < 3), min(k) FILTER (WHERE k > 10000) FROM p GROUP BY 1 HAVING count(*) FILTER (WHERE ok) > 0'),
    ('SELECT count(*) FILTER (WHERE amount > 0) * 100 / count(*) FROM p'),
    ('SELECT time_bucket(''1 day'', time), count(*) FILTER (WHERE time_bucket(''1 day'', time) > ''2024-01-02''::timestamptz) FROM p GROUP BY 1'),
    ('SELECT method, count(*) FILTER (WHERE k > (SELECT avg(k) FROM p)) FROM p GROUP BY method'),
    ('SELECT status, count(*) FROM p WHERE time = ''2024-01-02 03:00''::timestamptz GROUP BY status'),
    ('SELECT code, count(*) FROM p GROUP BY code')) v(q) $$;
\echo -- rows
SELECT * FROM everywhere(questions());
\echo -- rows and columns, and rows beside columns
ALTER TABLE p SET (tsdb.enable_columnstore, tsdb.segmentby = 'method', tsdb.orderby = 'time');
SELECT count(compress_chunk(c)) FROM show_chunks('p', older_than => '2024-01-03'::timestamptz) c;
INSERT INTO p (time, status, method, amount, any_n, id) SELECT '2024-01-01'::timestamptz + i * interval '7 min', 'late', 'm' || i % 6, i, 'NaN', md5('1')::uuid FROM generate_series(0, 100) i;
VACUUM ANALYZE p;
SELECT * FROM everywhere(questions());
\echo -- columns
SELECT count(compress_chunk(c)) FROM show_chunks('p') c;
VACUUM ANALYZE p;
SELECT * FROM everywhere(questions());

\echo -- buckets of rows in no order, at the ends of types
CREATE TABLE b (time timestamptz NOT NULL, ts timestamp, i int, s smallint, b bigint, day date);
SELECT created FROM create_hypertable('b', by_range('time', interval '1000 days'));
INSERT INTO b SELECT '2000-01-01'::timestamptz + (i * 7919 % 100003) * interval '1 min', CASE WHEN i % 13 > 0 THEN '1999-12-31'::timestamp + (i * 104729 % 100003) * interval '17 s' END, (i * 7919 % 100003) - 50000, (i * 31 % 60000) - 30000, (i * 7919::bigint % 100003 - 50000) * 1000003, '2000-01-01'::date + i % 700 - 350 FROM generate_series(1, 3000) i;
INSERT INTO b SELECT '2000-01-01', ts, i, s, b, day FROM (VALUES ('infinity'::timestamp, 2147483647, 32767::smallint, 9223372036854775807, 'infinity'::date), ('-infinity', -2147483600, -32700, -9223372036854775000, '-infinity'), ('4714-11-26 00:00 BC', 0, 0, 0, '4714-11-26 BC'), ('294276-12-31 23:59', 1, 1, 1, '5874897-12-31')) v(ts, i, s, b, day), generate_series(1, 2);
VACUUM ANALYZE b;
SELECT * FROM everywhere('{"SELECT time_bucket(''7 min'', time), count(*), sum(i) FROM b GROUP BY 1", "SELECT time_bucket(''1 day 2 hours'', time, timestamptz ''2000-01-01 03:00''), count(*), sum(i) FROM b GROUP BY 1", "SELECT time_bucket(''1 hour'', ts), count(*), sum(i) FROM b GROUP BY 1",
    "SELECT time_bucket(''1 hour'', ts, interval ''10 min''), count(*), sum(i) FROM b GROUP BY 1", "SELECT time_bucket(''1 month'', ts), count(*) FROM b GROUP BY 1", "SELECT time_bucket(1000, i), count(*), sum(s) FROM b GROUP BY 1", "SELECT time_bucket(7, i, 3), count(*), sum(s) FROM b WHERE i < 1000000 GROUP BY 1",
    "SELECT time_bucket(100::smallint, s), count(*) FROM b GROUP BY 1", "SELECT time_bucket(1000::smallint, s, 999::smallint), count(*) FROM b GROUP BY 1", "SELECT time_bucket(1000000007::bigint, b), count(*), sum(s) FROM b GROUP BY 1", "SELECT time_bucket(''3 days'', day), count(*) FROM b GROUP BY 1", "SELECT date_trunc(''hour'', ts), count(*) FROM b GROUP BY 1",
    "SELECT time_bucket(2000000000, i), count(*) FROM b GROUP BY 1", "SELECT time_bucket(interval ''100000000 days'', ts), count(*) FROM b GROUP BY 1"}');

\echo -- numerics
CREATE TABLE n (time timestamptz NOT NULL, g int, v numeric);
SELECT created FROM create_hypertable('n', by_range('time', interval '1 day'));
INSERT INTO n SELECT '2024-01-01', g, v::numeric FROM (VALUES (1, '1.10'), (1, '-1.1'), (2, 'NaN'), (2, '1'), (3, 'Infinity'), (3, '1'), (4, '-Infinity'), (4, '1'), (5, 'Infinity'), (5, '-Infinity'), (6, '1e130'), (6, '-1e130'), (6, '0.5'),
    (7, '1e-40'), (7, '2.5'), (8, '0.00000000000000001'), (8, '0.0000000000000001'), (9, NULL), (10, NULL), (10, '3.000'), (11, '0'), (12, '99999999999999999999.9999999999999999'), (13, '-0.0001'), (13, '0.00010')) u(g, v);
-- More than 128 bits of 10^-16.
INSERT INTO n SELECT '2024-01-01 01:00'::timestamptz, 14 + i % 2, (CASE WHEN i % 2 = 0 THEN 1 ELSE -1 END) * 99999999999999999999.0625 FROM generate_series(1, 5000) i;
ANALYZE n;
SELECT g, sum(v), avg(v), count(v) FROM n GROUP BY g ORDER BY g;
SELECT * FROM everywhere('{"SELECT g, sum(v), avg(v) FROM n GROUP BY g", "SELECT sum(v), avg(v) FROM n WHERE g > 10", "SELECT sum(v) FROM n", "SELECT sum(v) FROM n WHERE g = 9"}');
INSERT INTO n SELECT '2024-01-01 02:00'::timestamptz, 20, ('9' || repeat('9', 131000))::numeric FROM generate_series(1, 2);
INSERT INTO n SELECT '2024-01-01 02:00'::timestamptz, 21, 1e200::numeric ^ 600 * 1e11000 * 9 FROM generate_series(1, 2);
SELECT same('SELECT sum(v) FROM n WHERE g = 20'), same('SELECT sum(v) FROM n WHERE g = 21');

\echo -- a filter that fails
SELECT * FROM everywhere('{"SELECT small, count(*) FILTER (WHERE 1 / (k - 100) = 0) FROM p GROUP BY small", "SELECT h, (SELECT count(*) FILTER (WHERE k > h) FROM p) FROM generate_series(1, 1000, 300) h"}');
\echo -- overflow
CREATE TABLE o (time timestamptz NOT NULL, g int, d float8, r real);
SELECT created FROM create_hypertable('o', by_range('time', interval '1 day'));
INSERT INTO o SELECT '2024-01-01'::timestamptz + i * interval '1 s', i % 2, CASE WHEN i > 996 THEN 1.7e308 ELSE 0 END, CASE WHEN i > 996 THEN 3e38 ELSE 0 END FROM generate_series(1, 1000) i;
ANALYZE o;
SELECT * FROM everywhere('{"SELECT g, sum(d) FROM o GROUP BY g", "SELECT g, sum(r) FROM o GROUP BY g", "SELECT g, avg(d) FROM o GROUP BY g", "SELECT g, avg(r) FROM o GROUP BY g", "SELECT sum(d) FROM o"}');

\echo -- in little memory
SET work_mem = '64kB';
SET hash_mem_multiplier = 1;
SET enable_hashagg = off;
SET enable_sort = off;
SELECT decompress_chunk(c) IS NOT NULL FROM show_chunks('p') c;
VACUUM ANALYZE p;
SELECT * FROM everywhere('{"SELECT k, status, count(*), sum(amount) FROM p GROUP BY 1, 2", "SELECT time_bucket(''1 min'', time), id, method, sum(k) FROM p GROUP BY 1, 2, 3"}');
RESET work_mem; RESET hash_mem_multiplier; RESET enable_hashagg; RESET enable_sort;

\echo -- scans of other kinds give their rows one by one, a collation of its own its own equality
SET enable_seqscan = off;
SELECT * FROM everywhere('{"SELECT status, sum(amount) FROM p WHERE time BETWEEN ''2024-01-02''::timestamptz AND ''2024-01-02 06:00'' GROUP BY status"}');
RESET enable_seqscan;
CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE w (time timestamptz NOT NULL, word text COLLATE any_case);
SELECT created FROM create_hypertable('w', by_range('time', interval '1 day'));
INSERT INTO w SELECT '2024-01-01'::timestamptz + i * interval '1 s', CASE WHEN i % 2 = 0 THEN 'word' ELSE 'WORD' END FROM generate_series(1, 1000) i;
ANALYZE w;
SELECT same('SELECT lower(word), count(*) FROM w GROUP BY word');

\echo -- rows that a snapshot sees, or does not
BEGIN;
DECLARE before CURSOR FOR SELECT count(*), sum(k) FROM p;
DELETE FROM p WHERE k < 500;
SAVEPOINT s;
INSERT INTO p (time, k) VALUES ('2024-01-01', 1000000);
SELECT same('SELECT count(*), sum(k) FROM p');
ROLLBACK TO s;
SELECT same('SELECT count(*), sum(k) FROM p');
FETCH before;
ROLLBACK;
SELECT same('SELECT count(*), sum(k) FROM p');
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT same('SELECT status, count(*) FROM p GROUP BY status');
COMMIT;

\echo -- what it tells
EXPLAIN (costs off) SELECT time_bucket('1 day', time) AS day, status, count(*), sum(amount), avg(score) FROM p WHERE k < 900 GROUP BY 1, 2 HAVING count(*) > 5;
EXPLAIN (costs off, analyze, timing off, summary off) SELECT method, count(*), sum(amount) FROM p WHERE k < 900 GROUP BY 1 HAVING count(*) > 5;
EXPLAIN (costs off, verbose) SELECT method, count(*) FILTER (WHERE ok AND k > 5), sum(amount) FROM p WHERE time < '2024-01-02'::timestamptz GROUP BY 1;
\echo -- a plain table is left to PostgreSQL
CREATE TABLE plain AS SELECT * FROM p;
ANALYZE plain;
SELECT same('SELECT status, count(*) FROM plain GROUP BY status');
