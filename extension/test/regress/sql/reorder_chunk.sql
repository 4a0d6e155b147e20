-- reorder_chunk and move_chunk: other files for the same chunk, with the same rows, indexes,
-- constraints, statistics and privileges; and everything that refers to it goes on working.
SET timezone = 'UTC';
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE reorder_cold LOCATION '';
CREATE TABLESPACE reorder_icy LOCATION '';
CREATE TABLE kind (id int PRIMARY KEY);
INSERT INTO kind VALUES (0), (1), (2);
CREATE TABLE metric (gone int, time timestamptz NOT NULL, device int, kind int REFERENCES kind, doc text, value float8,
    PRIMARY KEY (device, time), CHECK (device >= 0));
SELECT created FROM create_hypertable('metric', 'time', chunk_time_interval => interval '1 day', create_default_indexes => false);
CREATE INDEX by_time ON metric (time DESC) WITH (fillfactor = 70);
CREATE INDEX by_device ON metric (device, time);
CREATE INDEX by_half ON metric (lower(doc)) WHERE device < 5;
CREATE INDEX by_hash ON metric USING hash (kind);
CREATE TABLE alarm (device int, time timestamptz, FOREIGN KEY (device, time) REFERENCES metric ON DELETE CASCADE);

-- Rows in no order at all, some with TOAST, some dead, some with a column of a later default; the
-- first column is dropped in the first chunk and was never there in the second.
ALTER TABLE metric ALTER doc SET STORAGE EXTERNAL;
INSERT INTO metric SELECT 0, timestamptz '2024-01-01' + (i * 7919 % 1440) * interval '1 minute', i % 10, i % 3, repeat(i::text, 500), i
FROM generate_series(1, 1400) i;
ALTER TABLE metric DROP COLUMN gone;
INSERT INTO metric SELECT timestamptz '2024-01-02' + i * interval '1 minute', i % 10, i % 3, i, i FROM generate_series(1, 100) i;
ALTER TABLE metric ADD note text DEFAULT 'as it was';
DELETE FROM metric WHERE value::int % 5 = 0;
UPDATE metric SET note = 'changed' WHERE value::int % 7 = 0;
INSERT INTO alarm SELECT device, time FROM metric WHERE value < 20;
ANALYZE metric;
GRANT SELECT (value) ON _timescaledb_internal._hyper_1_1_chunk TO PUBLIC;
COMMENT ON TABLE _timescaledb_internal._hyper_1_1_chunk IS 'the first';
CREATE VIEW on_chunk AS SELECT count(*), sum(value) FROM _timescaledb_internal._hyper_1_1_chunk;

-- Everything that must be the same before and after: rows, indexes, constraints, statistics,
-- privileges, triggers, dependencies.
CREATE FUNCTION fingerprint() RETURNS TABLE (what text, hash text) LANGUAGE sql AS $$
    SELECT 'rows', md5(string_agg(m::text, ' ' ORDER BY device, time)) FROM metric m
    UNION ALL SELECT 'index', md5(string_agg(i::text, ' ' ORDER BY indexrelid)) FROM pg_index i WHERE indrelid = 'metric'::regclass OR indrelid IN (SELECT show_chunks('metric'))
    UNION ALL SELECT 'constraint', md5(string_agg(c::text, ' ' ORDER BY oid)) FROM pg_constraint c WHERE conrelid IN (SELECT show_chunks('metric')) OR conrelid = 'alarm'::regclass
    UNION ALL SELECT 'column', md5(string_agg(attname::text || attnum || attnotnull || attinhcount || coalesce(attacl::text, '-'), ' ' ORDER BY attrelid, attnum)) FROM pg_attribute WHERE attrelid IN (SELECT show_chunks('metric'))
    UNION ALL SELECT 'trigger', md5(string_agg(t::text, ' ' ORDER BY oid)) FROM pg_trigger t WHERE tgrelid IN (SELECT show_chunks('metric'))
    UNION ALL SELECT 'statistics', md5(string_agg(s.starelid::text || s.staattnum || s.stadistinct, ' ' ORDER BY starelid, staattnum)) FROM pg_statistic s WHERE starelid IN (SELECT show_chunks('metric'))
    UNION ALL SELECT 'table', md5(string_agg(relname::text || relkind::text || relpersistence::text || relispartition || coalesce(relpartbound::text, '-') || coalesce(relacl::text, '-') || coalesce(reloptions::text, '-') || (reltoastrelid <> 0), ' ' ORDER BY oid))
        FROM pg_class WHERE oid IN (SELECT show_chunks('metric')) OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT show_chunks('metric')))
    UNION ALL SELECT 'dependency', md5(string_agg(d::text, ' ' ORDER BY d::text)) FROM pg_depend d WHERE classid <> 'pg_class'::regclass AND refobjid IN (SELECT show_chunks('metric'))
    UNION ALL SELECT 'catalog', md5(string_agg(c::text, ' ' ORDER BY id)) FROM varve_catalog.chunk c
$$;
CREATE FUNCTION leftovers() RETURNS TABLE (what text) LANGUAGE sql AS $$
    SELECT relname::text FROM pg_class WHERE relname ~ '^pg_temp_\d' OR relrewrite <> 0
    UNION ALL SELECT 'toast of ' || c.oid::regclass::text FROM pg_class c JOIN pg_class t ON t.oid = c.reltoastrelid
    WHERE c.oid IN (SELECT show_chunks('metric')) AND t.relname <> 'pg_toast_' || c.oid::text
    UNION ALL SELECT 'depends ' || c.oid::regclass FROM pg_class c
    WHERE c.oid IN (SELECT show_chunks('metric')) AND c.reltoastrelid <> 0
        AND (SELECT count(*) FROM pg_depend WHERE objid = c.reltoastrelid AND refobjid = c.oid AND deptype = 'i') <> 1
    UNION ALL SELECT 'dangling ' || objid::text FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid NOT IN (SELECT oid FROM pg_class)
    UNION ALL SELECT 'not frozen ' || c.oid::regclass FROM pg_class c WHERE c.oid IN (SELECT show_chunks('metric')) AND age(relfrozenxid) < 0
$$;
-- Both ways of reading give the same rows.
CREATE FUNCTION index_agrees() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE by_index text; by_scan text;
BEGIN
    SET LOCAL enable_seqscan = off;
    SELECT md5(string_agg(value::text || note, ' ' ORDER BY device, time)) INTO by_index FROM metric WHERE device >= 0 AND kind IN (0, 1, 2);
    SET LOCAL enable_seqscan = on; SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_indexonlyscan = off;
    SELECT md5(string_agg(value::text || note, ' ' ORDER BY device, time)) INTO by_scan FROM metric;
    RETURN by_index = by_scan;
END $$;
CREATE VIEW places AS
SELECT CASE relkind WHEN 'i' THEN 'index' WHEN 't' THEN 'toast' ELSE relname::text END AS part, coalesce(spcname, 'the database''s') AS tablespace, count(*)
FROM pg_class r LEFT JOIN pg_tablespace t ON t.oid = reltablespace
WHERE r.oid = '_timescaledb_internal._hyper_1_1_chunk'::regclass
    OR r.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = '_timescaledb_internal._hyper_1_1_chunk'::regclass)
    OR r.oid IN (SELECT reltoastrelid FROM pg_class WHERE oid = '_timescaledb_internal._hyper_1_1_chunk'::regclass)
GROUP BY 1, 2 ORDER BY 1, 2;
CREATE TABLE before AS SELECT * FROM fingerprint();
CREATE VIEW differs AS SELECT what FROM before NATURAL FULL JOIN fingerprint() GROUP BY what HAVING count(*) > 1;

-- By an index of the hypertable; then by the one remembered; then by the chunk's own.
SELECT reorder_chunk('_timescaledb_internal._hyper_1_1_chunk', 'by_time', verbose => true);
UPDATE before SET hash = f.hash FROM fingerprint() f WHERE before.what = f.what AND f.what = 'index';  -- which one is clustered
SELECT bool_and(sorted) FROM (SELECT time <= lag(time) OVER (ORDER BY ctid) AS sorted FROM _timescaledb_internal._hyper_1_1_chunk) s;
SELECT * FROM differs;
SELECT * FROM leftovers();
SELECT index_agrees();
UPDATE metric SET value = value WHERE time < '2024-01-01 12:00';
SELECT bool_and(sorted) FROM (SELECT time <= lag(time) OVER (ORDER BY ctid) AS sorted FROM _timescaledb_internal._hyper_1_1_chunk) s;
SELECT reorder_chunk('_timescaledb_internal._hyper_1_1_chunk');
SELECT bool_and(sorted) FROM (SELECT time <= lag(time) OVER (ORDER BY ctid) AS sorted FROM _timescaledb_internal._hyper_1_1_chunk) s;
SELECT reorder_chunk(chunk => '_timescaledb_internal._hyper_1_1_chunk', index => '_timescaledb_internal._hyper_1_1_chunk_device_time_idx');
SELECT bool_and(sorted) FROM (SELECT (device, time) >= lag((device, time)) OVER (ORDER BY ctid) AS sorted FROM _timescaledb_internal._hyper_1_1_chunk) s;
UPDATE before SET hash = f.hash FROM fingerprint() f WHERE before.what = f.what AND f.what = 'index';
SELECT * FROM differs;
SELECT index_agrees();

-- It goes with its indexes where no place is given for these; TOAST goes with it.
SELECT move_chunk('_timescaledb_internal._hyper_1_1_chunk', 'reorder_cold', verbose => true);
SELECT * FROM places;
SELECT * FROM differs;
SELECT move_chunk(chunk => '_timescaledb_internal._hyper_1_1_chunk', destination_tablespace => 'pg_default',
    index_destination_tablespace => 'reorder_icy', reorder_index => 'by_time', verbose => true);
SELECT * FROM places;
SELECT bool_and(sorted) FROM (SELECT time <= lag(time) OVER (ORDER BY ctid) AS sorted FROM _timescaledb_internal._hyper_1_1_chunk) s;
UPDATE before SET hash = f.hash FROM fingerprint() f WHERE before.what = f.what AND f.what = 'index';
SELECT * FROM differs;
SELECT * FROM leftovers();
SELECT index_agrees();
-- An order leaves the place alone, and new chunks go where the hypertable says.
SELECT reorder_chunk('_timescaledb_internal._hyper_1_1_chunk');
SELECT * FROM places;
SELECT chunk_name, chunk_tablespace FROM timescaledb_information.chunks ORDER BY range_start;

-- Keys, triggers and unique indexes work on the new files.
INSERT INTO metric (time, device) VALUES ('2024-01-01 00:01', 9) ON CONFLICT (device, time) DO UPDATE SET note = 'met' RETURNING note;
INSERT INTO metric (time, device, kind) VALUES ('2024-01-01 00:01:30', 9, 7);
INSERT INTO metric (time, device) VALUES ('2024-01-01 00:01:30', -1);
DELETE FROM kind WHERE id = 1;
SELECT count(*) FROM alarm;
DELETE FROM metric WHERE value < 20;
SELECT count(*) FROM alarm;
SELECT * FROM on_chunk;

-- Its locks, in the end; and it can be taken back, together with what else the transaction did.
BEGIN;
INSERT INTO metric VALUES ('2024-01-01 23:59:59', 1, 0, 'mine', 1);
SELECT reorder_chunk('_timescaledb_internal._hyper_1_1_chunk', 'by_time');
SELECT relation::regclass, mode FROM pg_locks
WHERE pid = pg_backend_pid() AND relation IN ('metric'::regclass, '_timescaledb_internal._hyper_1_1_chunk'::regclass, '_timescaledb_internal._hyper_1_2_chunk'::regclass) ORDER BY 1, 2;
SELECT doc FROM metric WHERE time = '2024-01-01 23:59:59';
SAVEPOINT before_move;
SELECT move_chunk('_timescaledb_internal._hyper_1_1_chunk', 'reorder_cold');
ROLLBACK TO before_move;
SELECT doc FROM metric WHERE time = '2024-01-01 23:59:59';
ROLLBACK;
SELECT count(*) FROM metric WHERE time = '2024-01-01 23:59:59';
SELECT index_agrees();
SELECT * FROM places;

-- An index whose concurrent build met duplicates stands in nobody's way.
INSERT INTO metric VALUES ('2024-01-01 23:00:59', 1, 0, 'twin', 1), ('2024-01-01 23:01:59', 1, 0, 'twin', 1);
CREATE UNIQUE INDEX CONCURRENTLY failed ON _timescaledb_internal._hyper_1_1_chunk (doc) WHERE doc = 'twin';
SELECT reorder_chunk('_timescaledb_internal._hyper_1_1_chunk');
SELECT indisvalid, indisunique FROM pg_index WHERE indexrelid = '_timescaledb_internal.failed'::regclass;
DROP INDEX _timescaledb_internal.failed;

-- What is no chunk, no index of it, no tablespace.
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
SELECT refusal($$SELECT reorder_chunk(NULL)$$);
SELECT refusal($$SELECT reorder_chunk(0)$$);
SELECT refusal($$SELECT reorder_chunk('metric')$$);
SELECT refusal($$SELECT reorder_chunk('kind', 'kind_pkey')$$);
SELECT refusal($$SELECT reorder_chunk('on_chunk')$$);
SELECT refusal($$SELECT reorder_chunk('_timescaledb_internal._hyper_1_2_chunk')$$);
SELECT refusal($$SELECT reorder_chunk('_timescaledb_internal._hyper_1_2_chunk', 1)$$);
SELECT refusal($$SELECT reorder_chunk('_timescaledb_internal._hyper_1_2_chunk', 'kind')$$);
SELECT refusal($$SELECT reorder_chunk('_timescaledb_internal._hyper_1_2_chunk', 'kind_pkey')$$);
SELECT refusal($$SELECT reorder_chunk('_timescaledb_internal._hyper_1_2_chunk', 'by_half')$$);
SELECT refusal($$SELECT reorder_chunk('_timescaledb_internal._hyper_1_2_chunk', 'by_hash')$$);
SELECT refusal($$SELECT reorder_chunk('_timescaledb_internal._hyper_1_2_chunk', '_timescaledb_internal._hyper_1_1_chunk_device_time_idx')$$);
SELECT refusal($$SELECT move_chunk(NULL, 'reorder_cold')$$);
SELECT refusal($$SELECT move_chunk('_timescaledb_internal._hyper_1_2_chunk', NULL)$$);
SELECT refusal($$SELECT move_chunk('_timescaledb_internal._hyper_1_2_chunk', 'nowhere')$$);
SELECT refusal($$SELECT move_chunk('_timescaledb_internal._hyper_1_2_chunk', 'reorder_cold', 'nowhere')$$);
SELECT refusal($$SELECT move_chunk('_timescaledb_internal._hyper_1_2_chunk', 'pg_global')$$);
SELECT refusal($$SELECT move_chunk('metric', 'reorder_cold')$$);
BEGIN READ ONLY;
SELECT refusal($$SELECT reorder_chunk('_timescaledb_internal._hyper_1_2_chunk', 'by_time')$$);
ROLLBACK;
BEGIN READ ONLY;
SELECT refusal($$SELECT move_chunk('_timescaledb_internal._hyper_1_2_chunk', 'reorder_cold')$$);
ROLLBACK;
BEGIN;
DECLARE reading CURSOR FOR SELECT * FROM metric;
SELECT refusal($$SELECT reorder_chunk('_timescaledb_internal._hyper_1_2_chunk', 'by_time')$$);
ROLLBACK;
SELECT refusal($$SELECT move_chunk(NULL::regclass, 'reorder_cold', 'reorder_cold', 1, 'retry')$$);
SELECT refusal($$SELECT move_chunk('kind'::regclass, 'reorder_cold', 'reorder_cold', 1, 'retry')$$);
SELECT refusal($$SELECT move_chunk('metric'::regclass, NULL, 'reorder_cold', 1, 'retry')$$);
SELECT refusal($$SELECT move_chunk('metric'::regclass, 'reorder_cold', NULL, 1, 'retry')$$);
SELECT refusal($$SELECT move_chunk('metric'::regclass, 'reorder_cold', 'no/where', 1, 'retry')$$);
SELECT refusal($$SELECT move_chunk('metric'::regclass, 'reorder_cold', 'reorder_cold', 0, 'retry')$$);
SELECT refusal($$SELECT move_chunk('metric'::regclass, 'reorder_cold', 'reorder_cold', 1, 'again')$$);
SELECT refusal($$SELECT move_chunk('metric'::regclass, 'reorder_cold', 'reorder_cold', 1, NULL)$$);
BEGIN READ ONLY;
SELECT refusal($$SELECT move_chunk('metric'::regclass, 'reorder_cold', 'reorder_cold', 1, 'retry')$$);
ROLLBACK;

-- With a limit: a run moves old chunks of a hypertable, at least one, and says how much; a directory
-- will do for a tablespace. The next run goes on, until only the newest chunk is left.
INSERT INTO metric SELECT timestamptz '2024-01-03' + i * interval '1 day', 1, 0, i, i FROM generate_series(0, 2) i;
CREATE VIEW hypertable_places AS
SELECT chunk_name, coalesce(chunk_tablespace, 'the database''s') AS tablespace,
    (SELECT string_agg(DISTINCT coalesce(spcname, 'the database''s'), ', ') FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid LEFT JOIN pg_tablespace t ON t.oid = reltablespace
     WHERE indrelid = format('%I.%I', chunk_schema, chunk_name)::regclass) AS indexes
FROM timescaledb_information.chunks ORDER BY range_start;
SELECT * FROM hypertable_places;
SELECT move_chunk('metric'::regclass, 'reorder_cold', 'reorder_icy', 1, 'retry') > 0 AS moved;
SELECT * FROM hypertable_places;
SELECT move_chunk('metric'::regclass, 'reorder_cold', 'reorder_icy', 1024 * 1024 * 100, 'retry') > 0 AS moved;
SELECT * FROM hypertable_places;
SELECT move_chunk('metric'::regclass, 'reorder_cold', 'reorder_icy', 1024 * 1024 * 100, 'retry');
SELECT pg_tablespace_location(oid) AS icy FROM pg_tablespace WHERE spcname = 'reorder_icy' \gset
SELECT move_chunk('_timescaledb_internal._hyper_1_2_chunk'::regclass, 'pg_default', :'icy', 1024 * 1024 * 100, 'skip') > 0 AS moved;
SELECT move_chunk('_timescaledb_internal._hyper_1_2_chunk'::regclass, 'pg_default', :'icy', NULL, 'fail');
SELECT * FROM hypertable_places;
UPDATE before SET hash = f.hash FROM fingerprint() f WHERE before.what = f.what;
SELECT move_chunk('metric'::regclass, 'pg_default', 'pg_default', NULL, 'fail') > 0 AS moved;
SELECT * FROM differs;
SELECT * FROM leftovers();
SELECT index_agrees();
DROP VIEW hypertable_places;

-- Who may: the owner, and only into a tablespace that is open to him. Functions of indexes run in
-- the owner's name, whoever reorders.
CREATE ROLE reorderer;
GRANT ALL ON metric TO reorderer;
SET ROLE reorderer;
SELECT refusal($$SELECT reorder_chunk('_timescaledb_internal._hyper_1_2_chunk', 'by_time')$$);
SELECT refusal($$SELECT move_chunk('_timescaledb_internal._hyper_1_2_chunk', 'pg_default')$$);
RESET ROLE;
ALTER TABLE metric OWNER TO reorderer;
ALTER TABLE _timescaledb_internal._hyper_1_1_chunk OWNER TO reorderer;
ALTER TABLE _timescaledb_internal._hyper_1_2_chunk OWNER TO reorderer;
GRANT SELECT ON kind TO reorderer;
CREATE FUNCTION spying(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF $1 = 'spied' THEN RAISE NOTICE 'run as %', current_user; END IF;
    RETURN $1;
END $$;
INSERT INTO metric VALUES ('2024-01-02 23:00', 1, 0, 'doc', 1, 'spied');
CREATE INDEX by_spy ON metric (spying(note));
SELECT reorder_chunk('_timescaledb_internal._hyper_1_2_chunk', 'by_time');
SELECT reorder_chunk('_timescaledb_internal._hyper_1_2_chunk', 'by_spy');
DROP INDEX by_spy;
SET ROLE reorderer;
SELECT reorder_chunk('_timescaledb_internal._hyper_1_2_chunk', 'by_time');
SELECT move_chunk('_timescaledb_internal._hyper_1_2_chunk', 'reorder_cold');
RESET ROLE;
GRANT CREATE ON TABLESPACE reorder_cold TO reorderer;
SET ROLE reorderer;
SELECT move_chunk('_timescaledb_internal._hyper_1_2_chunk', 'reorder_cold');
SELECT move_chunk('_timescaledb_internal._hyper_1_2_chunk', 'pg_default');
RESET ROLE;
SELECT * FROM leftovers();

-- The document that started it, S33 as written: a chunk, destinations, a limit for a run, retries.
CREATE TABLESPACE "data/old_chunks" LOCATION '';
CREATE TABLESPACE "data/new_chunks" LOCATION '';
CREATE TABLE customer_metrics (time timestamptz NOT NULL, customer_id uuid, value float8);
SELECT created FROM create_hypertable('customer_metrics', 'time');
INSERT INTO customer_metrics VALUES ('2024-01-01', NULL, 1);
SELECT show_chunks('customer_metrics') AS only \gset
ALTER TABLE :only SET SCHEMA public;
SELECT show_chunks('customer_metrics') AS only \gset
ALTER TABLE :only RENAME TO customer_metrics_1;
SELECT move_chunk(
    'customer_metrics_1'::regclass,
    'data/old_chunks',
    'data/new_chunks',
    1024 * 1024 * 100,  -- 100MB per chunk
    'retry'
) > 0 AS moved;
SELECT chunk_name, chunk_tablespace FROM timescaledb_information.chunks WHERE hypertable_name = 'customer_metrics';
SELECT spcname FROM pg_index JOIN pg_class i ON i.oid = indexrelid JOIN pg_tablespace t ON t.oid = reltablespace WHERE indrelid = 'customer_metrics_1'::regclass;
DROP TABLE customer_metrics;
DROP TABLESPACE "data/old_chunks";
DROP TABLESPACE "data/new_chunks";

DROP VIEW on_chunk, places;
DROP TABLE alarm, metric;
DROP OWNED BY reorderer;
DROP ROLE reorderer;
DROP TABLESPACE reorder_cold;
DROP TABLESPACE reorder_icy;
