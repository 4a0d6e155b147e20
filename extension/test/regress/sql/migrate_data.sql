-- migrate_data moves every row into a chunk and changes none: each table is compared with a copy.
SET timezone = 'UTC';

-- Rows that differ between two tables, both ways, counting duplicates.
CREATE FUNCTION differences(a regclass, b regclass) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM ((TABLE %1$s EXCEPT ALL TABLE %2$s) UNION ALL (TABLE %2$s EXCEPT ALL TABLE %1$s)) AS d', a, b) INTO n;
    RETURN n;
END $$;
-- Chunks whose rows do not all lie in the bounds that the catalog and the partition state.
CREATE FUNCTION misplaced(relation regclass, col name) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
    total bigint := 0;
    chunk regclass;
BEGIN
    FOR chunk IN SELECT inhrelid FROM pg_inherits WHERE inhparent = relation LOOP
        EXECUTE format('SELECT count(*) FROM %s AS r WHERE NOT (%s)', chunk, pg_get_partition_constraintdef(chunk)) INTO n;
        total := total + n;
    END LOOP;
    RETURN total;
END $$;

-- Every type, with values at both ends of what chunks hold and on the borders between them.
CREATE TABLE of_smallint (x smallint, v text);
INSERT INTO of_smallint SELECT x, md5(x::text) FROM generate_series(-32768, 32767, 101) AS x UNION ALL VALUES (32767, 'last');
CREATE TABLE of_integer (v text, x integer);
INSERT INTO of_integer SELECT md5(x::text), x FROM generate_series(-250000, 250000, 997) AS x
    UNION ALL VALUES ('first', -2147483648), ('last', 2147483647), ('border', 100000), ('before', 99999);
CREATE TABLE of_bigint (x bigint);
INSERT INTO of_bigint VALUES (-9223372036854775808), (9223372036854775806), (0), (-1), (1000000), (1000000), (999999);
CREATE TABLE of_date (x date, v int);
INSERT INTO of_date SELECT '2024-01-01'::date + d, d FROM generate_series(-400, 400) AS d UNION ALL VALUES ('4713-01-01 BC'::date, 0);
CREATE TABLE of_timestamp (x timestamp, v int);
INSERT INTO of_timestamp SELECT '2024-01-01'::timestamp + d * interval '5 hours', d FROM generate_series(-300, 300) AS d
    UNION ALL VALUES ('4713-01-01 BC'::timestamp, 0), ('294276-12-31 23:59:59.999999', 1), ('1970-01-01', 2), ('1969-12-31 23:59:59.999999', 3);
CREATE TABLE of_timestamptz (v int, x timestamptz);
INSERT INTO of_timestamptz SELECT d, x FROM of_timestamp AS s(x, d);
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['smallint', 'integer', 'bigint', 'date', 'timestamp', 'timestamptz'] LOOP
        EXECUTE format('CREATE TABLE copy_of_%1$s AS TABLE of_%1$s', t);
    END LOOP;
END $$;
SET client_min_messages = error;
SELECT t, created, differences('of_' || t, 'copy_of_' || t), misplaced('of_' || t, 'x')
FROM unnest('{smallint,integer,bigint,date,timestamp,timestamptz}'::text[]) AS t,
    LATERAL create_hypertable(('of_' || t)::regclass, 'x', migrate_data => true);
RESET client_min_messages;
SELECT h.relation, count(*), min(range_begin), max(range_end)
FROM varve_catalog.hypertable h JOIN varve_catalog.chunk c ON c.hypertable_id = h.id GROUP BY h.id ORDER BY h.id;

-- More chunks than are open for writing at once, visited in random order; then rows go on as before.
CREATE TABLE scattered (time timestamptz NOT NULL, v int);
INSERT INTO scattered SELECT '2024-01-01'::timestamptz + (i * 7919 % 5000) * interval '1 hour', i FROM generate_series(1, 5000) AS i;
CREATE TABLE copy_of_scattered AS TABLE scattered;
SELECT created FROM create_hypertable('scattered', by_range('time', interval '1 day'), migrate_data => true);
SELECT differences('scattered', 'copy_of_scattered'), misplaced('scattered', 'time'), count(DISTINCT tableoid) FROM scattered;
INSERT INTO scattered VALUES ('2024-01-01', 0), ('2020-01-01', 0);
SELECT count(DISTINCT tableoid) FROM scattered;

-- Values out of line and compressed, columns added with a default that no stored row has, dropped
-- columns, generated ones; an uncommitted, a deleted and an updated row.
CREATE TABLE wide (gone int, time timestamptz, doc text, raw text, gone_too text, n int, twice int GENERATED ALWAYS AS (n * 2) STORED);
ALTER TABLE wide ALTER raw SET STORAGE external;
INSERT INTO wide (gone, time, doc, raw, gone_too, n)
SELECT i, '2024-01-01'::timestamptz + i * interval '1 day', repeat(md5(i::text), 1000),
    (SELECT string_agg(md5((i * 1000 + j)::text), '') FROM generate_series(1, 200) AS j), repeat('x', 5000), i
FROM generate_series(1, 40) AS i;
ALTER TABLE wide DROP gone, DROP gone_too;
ALTER TABLE wide ADD late int NOT NULL DEFAULT 42, ADD later text DEFAULT 'none';
DELETE FROM wide WHERE n = 3;
UPDATE wide SET doc = 'short' WHERE n = 4;
CREATE TABLE copy_of_wide AS TABLE wide;
BEGIN;
INSERT INTO wide (time, doc, n) VALUES ('2025-01-01', 'same transaction', 100);
SAVEPOINT s;
INSERT INTO wide (time, doc, n) VALUES ('2025-01-01', 'rolled back', 101);
ROLLBACK TO s;
SELECT created FROM create_hypertable('wide', by_range('time'), migrate_data => true);
COMMIT;
INSERT INTO copy_of_wide VALUES ('2025-01-01', 'same transaction', NULL, 100, 200, 42, 'none');
SELECT differences('wide', 'copy_of_wide'), count(*), count(DISTINCT tableoid), sum(late), min(later), sum(twice) = 2 * sum(n) AS generated FROM wide;
SELECT bool_and(pg_relation_size(reltoastrelid) > 0) FROM pg_class WHERE oid IN (SELECT tableoid FROM wide WHERE n < 40 AND length(raw) > 0);
UPDATE wide SET n = n + 1 WHERE n = 5;
SELECT n, twice, length(doc), length(raw), late FROM wide WHERE n = 6 ORDER BY length(doc);

-- Indexes are built and keys hold.
CREATE TABLE keyed (time timestamptz, id int, v int, PRIMARY KEY (time, id));
CREATE INDEX ON keyed (v DESC);
INSERT INTO keyed SELECT '2024-01-01'::timestamptz + i * interval '1 hour', i, i % 10 FROM generate_series(1, 1000) AS i;
SELECT created FROM create_hypertable('keyed', by_range('time'), migrate_data => true);
INSERT INTO keyed VALUES ('2024-01-01 01:00', 1, 0);
INSERT INTO keyed VALUES ('2024-01-01 01:00', 1, 77) ON CONFLICT (time, id) DO UPDATE SET v = excluded.v RETURNING v;
SET enable_seqscan = off;
SELECT count(*) FROM keyed WHERE v = 3;
RESET enable_seqscan;

-- Triggers do not fire, and foreign keys both ways still hold.
CREATE TABLE devices (id int PRIMARY KEY);
INSERT INTO devices SELECT generate_series(1, 10);
CREATE TABLE linked (time timestamptz PRIMARY KEY, device int REFERENCES devices ON DELETE CASCADE);
CREATE TABLE notes (time timestamptz REFERENCES linked ON DELETE SET NULL, note text);
INSERT INTO linked SELECT '2024-01-01'::timestamptz + i * interval '1 day', 1 + i % 10 FROM generate_series(1, 50) AS i;
INSERT INTO notes SELECT time, 'note' FROM linked;
CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', TG_OP; RETURN NEW; END $$;
CREATE TRIGGER shout BEFORE INSERT ON linked FOR EACH ROW EXECUTE FUNCTION shout();
SELECT created FROM create_hypertable('linked', by_range('time'), migrate_data => true);
DELETE FROM devices WHERE id = 1;
SELECT count(*) FROM linked;
SELECT count(*), count(time) FROM notes;
INSERT INTO linked VALUES ('2024-01-01', 1);
INSERT INTO notes VALUES ('2020-01-01');

-- An empty table does not mind the flag.
CREATE TABLE empty (time timestamptz NOT NULL);
SELECT created FROM create_hypertable('empty', by_range('time'), migrate_data => true);
