-- detach_chunk and attach_chunk: a chunk becomes a table of its own and a table a chunk, with rows,
-- indexes, constraints and foreign keys; what comes out is what goes back in.
SET timezone = 'UTC';
SET datestyle = 'SQL, DMY';
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
CREATE FUNCTION nth_of(regclass, n int) RETURNS regclass STABLE LANGUAGE sql AS 'SELECT c FROM show_chunks($1) c OFFSET n - 1 LIMIT 1';
CREATE TABLE kind (id int PRIMARY KEY);
INSERT INTO kind SELECT generate_series(0, 2);
CREATE TABLE metric (gone int, time timestamptz NOT NULL, device int, kind int REFERENCES kind ON DELETE CASCADE ON UPDATE CASCADE, doc text DEFAULT 'none',
    twice int GENERATED ALWAYS AS (device * 2) STORED, PRIMARY KEY (device, time), CONSTRAINT positive CHECK (device >= 0));
SELECT created FROM create_hypertable('metric', 'time', chunk_time_interval => interval '1 day', create_default_indexes => false);
CREATE INDEX by_doc ON metric (lower(doc)) WHERE device < 5;
ALTER TABLE metric DROP COLUMN gone;
CREATE TABLE alarm (device int, time timestamptz, FOREIGN KEY (device, time) REFERENCES metric);
CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.doc := ''marked''; RETURN NEW; END';
CREATE TRIGGER mark BEFORE INSERT ON metric FOR EACH ROW EXECUTE FUNCTION mark();
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON metric DEFERRABLE FOR EACH ROW EXECUTE FUNCTION mark();
INSERT INTO metric SELECT timestamptz '2024-01-01' + i * interval '1 hour', i, i % 3 FROM generate_series(0, 71) i;
INSERT INTO alarm VALUES (30, '2024-01-02 06:00');
CREATE VIEW shape AS
SELECT c.relname,
    (SELECT string_agg(attname || CASE WHEN attislocal THEN ' local' ELSE '' END || ' ' || attinhcount, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
    (SELECT string_agg(conname || CASE WHEN conislocal THEN ' local' ELSE '' END || ' ' || coninhcount || CASE WHEN conparentid <> 0 THEN ' below' ELSE '' END, ', ' ORDER BY conname) FROM pg_constraint WHERE conrelid = c.oid) AS constraints,
    (SELECT string_agg(i.relname || CASE WHEN i.relispartition THEN ' below' ELSE '' END, ', ' ORDER BY i.relname) FROM pg_index JOIN pg_class i ON i.oid = indexrelid WHERE indrelid = c.oid) AS indexes,
    (SELECT string_agg(CASE WHEN tgisinternal THEN 'internal' ELSE tgname END || CASE WHEN tgparentid <> 0 THEN ' below' ELSE '' END, ', ' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = c.oid) AS triggers
FROM pg_class c WHERE c.relkind = 'r' AND c.relname ~ '^_hyper_1_|^archive|^loaded' ORDER BY c.relname;
CREATE FUNCTION leftovers() RETURNS TABLE (what text) LANGUAGE sql AS $$
    SELECT classid::regclass || ' ' || deptype::text FROM pg_depend
    WHERE (classid = 'pg_class'::regclass AND objid NOT IN (SELECT oid FROM pg_class))
        OR (refclassid = 'pg_class'::regclass AND refobjid NOT IN (SELECT oid FROM pg_class))
        OR (classid = 'pg_trigger'::regclass AND objid NOT IN (SELECT oid FROM pg_trigger))
        OR (refclassid = 'pg_trigger'::regclass AND refobjid NOT IN (SELECT oid FROM pg_trigger))
        OR (classid = 'pg_constraint'::regclass AND objid NOT IN (SELECT oid FROM pg_constraint))
        OR (refclassid = 'pg_constraint'::regclass AND refobjid NOT IN (SELECT oid FROM pg_constraint))
    UNION ALL SELECT 'inherits ' || inhrelid FROM pg_inherits WHERE inhrelid NOT IN (SELECT oid FROM pg_class)
    UNION ALL SELECT 'catalog ' || id FROM varve_catalog.chunk WHERE relation NOT IN (SELECT inhrelid FROM pg_inherits)
    UNION ALL SELECT 'trigger without parent ' || tgname FROM pg_trigger WHERE tgparentid <> 0 AND tgparentid NOT IN (SELECT oid FROM pg_trigger)
    UNION ALL SELECT 'constraint without parent ' || conname FROM pg_constraint WHERE conparentid <> 0 AND conparentid NOT IN (SELECT oid FROM pg_constraint)
$$;
SELECT * FROM shape;

-- A chunk that is referenced stays; another one goes, with all that is its own. The hypertable makes
-- a new one where it was.
SELECT refusal($$CALL detach_chunk('_timescaledb_internal._hyper_1_2_chunk')$$);
CALL detach_chunk('_timescaledb_internal._hyper_1_1_chunk');
ALTER TABLE _timescaledb_internal._hyper_1_1_chunk SET SCHEMA public;
ALTER TABLE _hyper_1_1_chunk RENAME TO archive;
SELECT * FROM shape WHERE relname ~ 'archive';
SELECT * FROM leftovers();
SELECT show_chunks('metric');
SELECT count(*), min(time) FROM metric;
SELECT count(*), min(time), min(doc), sum(twice) FROM archive;
INSERT INTO archive (time, device) VALUES ('2023-01-01', 1) RETURNING doc, twice;
DELETE FROM archive WHERE time < '2024-01-01';
SELECT refusal($$INSERT INTO archive (time, device) VALUES ('2024-01-01 01:00', 1)$$);
SELECT refusal($$INSERT INTO archive (time, device) VALUES ('2024-01-01 01:30', -1)$$);
SELECT refusal($$INSERT INTO archive (time, device, kind) VALUES ('2024-01-01 01:30', 1, 7)$$);
-- Its foreign key acts on its rows, besides that of the hypertable on the others.
UPDATE kind SET id = 10 WHERE id = 1;
SELECT (SELECT count(*) FROM archive WHERE kind = 10), (SELECT count(*) FROM metric WHERE kind = 10);
BEGIN;
DELETE FROM kind WHERE id = 10;
SELECT (SELECT count(*) FROM archive), (SELECT count(*) FROM metric);
ROLLBACK;
INSERT INTO metric (time, device) VALUES ('2024-01-01 01:00', 1);
SELECT tableoid::regclass, time FROM metric WHERE time < '2024-01-02';

-- Back again: not while another chunk holds its range.
SELECT refusal($$CALL attach_chunk('metric', 'archive', '{"time": ["2024-01-01", "2024-01-02"]}')$$);
SELECT drop_chunks('metric', older_than => timestamptz '2024-01-02');
BEGIN;
CALL attach_chunk('metric', 'archive', '{"time": ["2024-01-01", "2024-01-02"]}');
SELECT relation::regclass, mode FROM pg_locks
WHERE pid = pg_backend_pid() AND relation IN ('metric'::regclass, 'archive'::regclass, 'alarm'::regclass, 'kind'::regclass, '_timescaledb_internal._hyper_1_2_chunk'::regclass) AND mode NOT IN ('AccessShareLock', 'RowShareLock') ORDER BY 1, 2;
COMMIT;
SELECT * FROM shape;
SELECT * FROM leftovers();
SELECT show_chunks('metric');
SELECT count(*), min(time) FROM metric;
SELECT range_start, range_end FROM timescaledb_information.chunks ORDER BY 1;
INSERT INTO alarm VALUES (3, '2024-01-01 03:00');
SELECT refusal($$INSERT INTO alarm VALUES (3, '2024-01-01 04:00')$$);
SELECT refusal($$DELETE FROM metric WHERE time = '2024-01-01 03:00'$$);
INSERT INTO metric (time, device) VALUES ('2024-01-01 00:30', 1) RETURNING tableoid::regclass, doc;
SELECT refusal($$CALL detach_chunk('archive')$$);
DELETE FROM alarm;
CALL detach_chunk('archive');
SELECT * FROM shape WHERE relname ~ 'archive';
SELECT count(*) FROM archive;
-- Taken back, it is as it was.
CALL attach_chunk('metric', 'archive', '{"time": [1704067200000000, 1704153600000000]}');
BEGIN;
CALL detach_chunk('archive');
ROLLBACK;
SELECT count(*) FROM metric;
SELECT range_start, range_end FROM timescaledb_information.chunks ORDER BY 1;
SELECT drop_chunks('metric', older_than => timestamptz '2024-01-02');

-- A table that was loaded beforehand: by name, whatever the order of its columns, with rows in range;
-- missing indexes are built, those that fit taken over. Open ends.
CREATE TABLE loaded (doc text DEFAULT 'none', kind int, device int NOT NULL, time timestamptz NOT NULL, twice int GENERATED ALWAYS AS (device * 2) STORED,
    CONSTRAINT positive CHECK (device >= 0));
CREATE UNIQUE INDEX loaded_key ON loaded (device, time);
CREATE INDEX loaded_doc ON loaded (lower(doc)) WHERE device < 5;
INSERT INTO loaded (doc, kind, device, time) SELECT 'Loaded', 0, i, timestamptz '2024-02-01' + i * interval '1 day' FROM generate_series(1, 20) i;
SELECT refusal($$CALL attach_chunk('metric', 'loaded', '{"time": ["2024-02-03", null]}')$$);
INSERT INTO loaded (doc, kind, device, time) VALUES ('wrong', 7, 1, '2024-03-01');
SELECT refusal($$CALL attach_chunk('metric', 'loaded', '{"time": ["2024-02-01", null]}')$$);
DELETE FROM loaded WHERE kind = 7;
CALL attach_chunk('metric', 'loaded', '{"time": ["2024-02-01", null]}');
SELECT * FROM shape WHERE relname = 'loaded';
SELECT range_start, range_end FROM timescaledb_information.chunks ORDER BY 1;
SELECT count(*), sum(twice) FROM metric WHERE doc = 'Loaded';
INSERT INTO metric (time, device) VALUES ('2024-02-01 07:00', 100), ('294276-01-01', 101) RETURNING tableoid::regclass;
CALL detach_chunk('loaded');
SELECT refusal($$CALL attach_chunk('metric', 'loaded', '{"time": ["-infinity", "infinity"]}')$$);
SELECT refusal($$CALL attach_chunk('metric', 'loaded', '{"time": ["2024-02-01", "2400-01-01"]}')$$);

-- What cannot be attached.
CREATE TABLE other (time int NOT NULL, doc text);
SELECT created FROM create_hypertable('other', 'time', chunk_time_interval => 10);
INSERT INTO other VALUES (5);
CREATE TABLE fits (time int NOT NULL, doc text);
INSERT INTO fits VALUES (15), (25);
SELECT refusal($$CALL attach_chunk(NULL, 'fits', '{"time": [10, 30]}')$$);
SELECT refusal($$CALL attach_chunk('other', NULL, '{"time": [10, 30]}')$$);
SELECT refusal($$CALL attach_chunk('other', 'fits', NULL)$$);
SELECT refusal($$CALL attach_chunk(1, 'fits', '{"time": [10, 30]}')$$);
SELECT refusal($$CALL attach_chunk('other', 1, '{"time": [10, 30]}')$$);
SELECT refusal($$CALL attach_chunk('kind', 'fits', '{"time": [10, 30]}')$$);
SELECT refusal($$CALL attach_chunk('other', 'other', '{"time": [10, 30]}')$$);
SELECT refusal($$CALL attach_chunk('other', 'shape', '{"time": [10, 30]}')$$);
SELECT refusal($$CALL attach_chunk('other', '_timescaledb_internal._hyper_1_3_chunk', '{"time": [10, 30]}')$$);
SELECT refusal($$CALL attach_chunk('other', 'fits', '[10, 30]')$$);
SELECT refusal($$CALL attach_chunk('other', 'fits', '{}')$$);
SELECT refusal($$CALL attach_chunk('other', 'fits', '{"time": 10}')$$);
SELECT refusal($$CALL attach_chunk('other', 'fits', '{"time": [10]}')$$);
SELECT refusal($$CALL attach_chunk('other', 'fits', '{"time": [10, true]}')$$);
SELECT refusal($$CALL attach_chunk('other', 'fits', '{"time": [10, "ten"]}')$$);
SELECT refusal($$CALL attach_chunk('other', 'fits', '{"time": [10, 1e30]}')$$);
SELECT refusal($$CALL attach_chunk('other', 'fits', '{"time": [10, 30.5]}')$$);
SELECT refusal($$CALL attach_chunk('other', 'fits', '{"time": [30, 10]}')$$);
SELECT refusal($$CALL attach_chunk('other', 'fits', '{"time": [10, 10]}')$$);
SELECT refusal($$CALL attach_chunk('other', 'fits', '{"space": [10, 30]}')$$);
SELECT refusal($$CALL attach_chunk('other', 'fits', '{"time": [10, 30], "space": [0, 1]}')$$);
SELECT refusal($$CALL attach_chunk('other', 'fits', '{"time": [9, 30]}')$$);
SELECT refusal($$CALL attach_chunk('other', 'fits', '{"time": [10, 20]}')$$);
CREATE TABLE misfit (time bigint NOT NULL, doc text);
SELECT refusal($$CALL attach_chunk('other', 'misfit', '{"time": [10, 30]}')$$);
CREATE TABLE lacks (time int NOT NULL);
SELECT refusal($$CALL attach_chunk('other', 'lacks', '{"time": [10, 30]}')$$);
CREATE TABLE nullable (time int, doc text);
SELECT refusal($$CALL attach_chunk('other', 'nullable', '{"time": [10, 30]}')$$);
CREATE UNLOGGED TABLE unlogged (time int NOT NULL, doc text);
SELECT refusal($$CALL attach_chunk('other', 'unlogged', '{"time": [10, 30]}')$$);
CREATE TEMP TABLE temporary (time int NOT NULL, doc text);
SELECT refusal($$CALL attach_chunk('other', 'temporary', '{"time": [10, 30]}')$$);
BEGIN READ ONLY;
SELECT refusal($$CALL attach_chunk('other', 'fits', '{"time": [10, 30]}')$$);
SELECT refusal($$CALL detach_chunk('_timescaledb_internal._hyper_1_2_chunk')$$);
ROLLBACK;
BEGIN;
DECLARE reading CURSOR FOR SELECT * FROM other;
SELECT refusal($$CALL attach_chunk('other', 'fits', '{"time": [10, 30]}')$$);
SELECT refusal($$CALL detach_chunk(nth_of('other', 1))$$);
ROLLBACK;
CREATE ROLE attacher;
GRANT ALL ON other, fits TO attacher;
SET ROLE attacher;
SELECT refusal($$CALL attach_chunk('other', 'fits', '{"time": [10, 30]}')$$);
SELECT refusal($$CALL detach_chunk('_timescaledb_internal._hyper_1_2_chunk')$$);
RESET ROLE;
ALTER TABLE other OWNER TO attacher;
SET ROLE attacher;
SELECT refusal($$CALL attach_chunk('other', 'fits', '{"time": [10, 30]}')$$);
RESET ROLE;
SELECT count(*) FROM varve_catalog.chunk WHERE hypertable_id = 2;
-- A superuser may bring the two together; the chunk then belongs to the owner of the hypertable.
CALL attach_chunk('other', 'fits', '{"time": ["10", 30]}');
SELECT relowner::regrole FROM pg_class WHERE relname = 'fits';
SELECT * FROM other;
SELECT refusal($$CALL detach_chunk(NULL)$$);
SELECT refusal($$CALL detach_chunk(1)$$);
SELECT refusal($$CALL detach_chunk('kind')$$);
SELECT refusal($$CALL detach_chunk('other')$$);
SET ROLE attacher;
CALL detach_chunk('fits');
DROP TABLE fits;
RESET ROLE;
-- A key to a partitioned table, which PostgreSQL itself detaches wrongly in some versions.
CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE parts_all PARTITION OF parts DEFAULT;
ALTER TABLE metric ADD part int REFERENCES parts;
SELECT refusal($$CALL detach_chunk('_timescaledb_internal._hyper_1_2_chunk')$$);
DROP TABLE alarm, metric, other, kind, loaded;
SELECT * FROM leftovers();
DROP ROLE attacher;
