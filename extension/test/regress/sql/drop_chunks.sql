-- drop_chunks: drops whole chunks inside the bounds and nothing else, locks nobody but them, and
-- leaves no trace.
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE TABLE metric (time timestamptz NOT NULL PRIMARY KEY, value text);
SELECT create_hypertable('metric', 'time', chunk_time_interval => interval '1 day', create_default_indexes => false);
CREATE FUNCTION log_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER before BEFORE INSERT ON metric FOR EACH ROW EXECUTE FUNCTION log_row();
INSERT INTO metric SELECT t, t FROM generate_series(timestamptz '2024-01-01', '2024-01-10', '1 day') t;

-- A bound inside a chunk keeps it.
SELECT drop_chunks('metric', older_than => timestamptz '2024-01-02 12:00');
SELECT drop_chunks('metric', older_than => timestamptz '2024-01-02 12:00');
SELECT * FROM drop_chunks('metric', newer_than => date '2024-01-09', older_than => date '2024-01-11');
SELECT min(time), max(time), count(*) FROM metric;

-- The family of arguments that the last argument belongs to.
SELECT drop_chunks('metric', DATE '2024-01-03', verbose => true);
SELECT drop_chunks('metric', DATE '2024-01-04', NULL, true);
SELECT drop_chunks('metric', created_before => now() - interval '1 hour');
SELECT drop_chunks('metric', created_after => now());
UPDATE varve_catalog.chunk SET created = '2024-01-01' WHERE range_begin = extract(epoch FROM timestamptz '2024-01-08' - timestamptz '2000-01-01') * 1000000;
SELECT drop_chunks('metric', created_before => date '2024-01-02');
SELECT show_chunks('metric');

-- Its locks: the hypertable's readers and writers are not among those who wait.
BEGIN;
SELECT drop_chunks('metric', older_than => timestamptz '2024-01-05');
SELECT relation::regclass, mode FROM pg_locks
WHERE pid = pg_backend_pid() AND relation IN (SELECT oid FROM pg_class WHERE relname ~ '^metric' OR relname ~ '_hyper_') ORDER BY 1, 2;
ROLLBACK;

-- Rolled back, it is as it was.
SELECT time FROM metric WHERE time < '2024-01-05';
INSERT INTO metric VALUES ('2024-01-04');
INSERT INTO metric VALUES ('2024-01-04 01:00');
BEGIN;
SAVEPOINT before;
SELECT drop_chunks('metric', older_than => timestamptz '2024-01-05');
INSERT INTO metric VALUES ('2024-01-04', 'again');
SELECT tableoid::regclass, time, value FROM metric WHERE time < '2024-01-05';
ROLLBACK TO before;
SELECT tableoid::regclass, time, value FROM metric WHERE time < '2024-01-05' ORDER BY time;
COMMIT;

-- What depends on a chunk keeps it, and everything else of the same call.
CREATE VIEW on_chunk AS SELECT * FROM _timescaledb_internal._hyper_1_6_chunk;
SELECT drop_chunks('metric', older_than => timestamptz '2024-01-08');
SELECT count(*) FROM show_chunks('metric');
DROP VIEW on_chunk;
CREATE VIEW on_hypertable AS SELECT * FROM metric;
SELECT drop_chunks('metric', older_than => timestamptz '2024-01-05');
SELECT count(*) FROM on_hypertable;

-- A key to the hypertable: a referenced chunk stays, an unreferenced one goes; the key remains, and
-- the referencing table is open to all but DDL.
CREATE TABLE alarm (time timestamptz REFERENCES metric ON DELETE CASCADE, note text);
INSERT INTO alarm VALUES ('2024-01-06'), (NULL);
SELECT drop_chunks('metric', older_than => timestamptz '2024-01-07');
BEGIN;
SELECT drop_chunks('metric', older_than => timestamptz '2024-01-06');
SELECT relation::regclass, mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation IN ('alarm'::regclass, 'metric'::regclass);
COMMIT;
SELECT conname, confrelid::regclass, convalidated FROM pg_constraint WHERE conrelid = 'alarm'::regclass ORDER BY oid;
INSERT INTO alarm VALUES ('2024-01-05');
INSERT INTO metric VALUES ('2024-01-05', 'new chunk');
INSERT INTO alarm VALUES ('2024-01-05');
DELETE FROM metric WHERE time = '2024-01-05';
SELECT * FROM alarm;
DELETE FROM alarm;
SELECT drop_chunks('metric', older_than => timestamptz '2024-01-07');
SELECT count(*) FROM pg_constraint WHERE conrelid = 'alarm'::regclass AND conparentid <> 0;
DROP TABLE alarm;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'metric'::regclass AND tgisinternal;

-- A key of the hypertable does not hold its chunks back, and still works below them.
CREATE TABLE kind (id int PRIMARY KEY);
INSERT INTO kind VALUES (1), (2);
CREATE TABLE tens (time int NOT NULL PRIMARY KEY, kind int REFERENCES kind ON DELETE CASCADE);
SELECT created FROM create_hypertable('tens', 'time', chunk_time_interval => 10);
INSERT INTO tens VALUES (5, 1), (15, 2), (25, 1), (35, 2);
SELECT drop_chunks('tens', older_than => 10);
DELETE FROM kind WHERE id = 1;
SELECT * FROM tens ORDER BY time;

-- A running statement of this session has the chunk open.
CREATE FUNCTION drop_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM drop_chunks('tens', older_than => 1000);
    RETURN NEW;
END $$;
CREATE TRIGGER drop_all AFTER INSERT ON tens FOR EACH ROW EXECUTE FUNCTION drop_all();
INSERT INTO tens VALUES (36, 2);
DROP TRIGGER drop_all ON tens;
BEGIN;
DECLARE reading CURSOR FOR SELECT time FROM tens ORDER BY time;
FETCH reading;
SELECT drop_chunks('tens', older_than => 20);
COMMIT;

-- Who may, what is missing, what contradicts itself.
CREATE ROLE dropper;
GRANT ALL ON tens TO dropper;
\set VERBOSITY sqlstate
SET ROLE dropper;
SELECT drop_chunks('tens', older_than => 20);
RESET ROLE;
\set VERBOSITY default
SELECT drop_chunks('tens');
SELECT drop_chunks(NULL, older_than => 20);
SELECT drop_chunks('pg_class', older_than => 20);
SELECT drop_chunks('tens', older_than => 20, created_before => now());
SELECT drop_chunks('tens', older_than => 10, newer_than => 20);
SELECT drop_chunks('tens', older_than => interval '1 day');
BEGIN READ ONLY;
SELECT drop_chunks('tens', older_than => 20);
COMMIT;
SELECT count(*) FROM show_chunks('tens');
ALTER TABLE tens OWNER TO dropper;
SET ROLE dropper;
SELECT drop_chunks('tens', older_than => 10000);
RESET ROLE;

-- The check of references is a query by the user, who must see all that may refer.
INSERT INTO tens VALUES (5, 2);
CREATE TABLE mention (time int REFERENCES tens, secret boolean);
INSERT INTO mention VALUES (5, true);
SET ROLE dropper;
SELECT drop_chunks('tens', older_than => 10000);
RESET ROLE;
GRANT SELECT ON mention TO dropper;
ALTER TABLE mention ENABLE ROW LEVEL SECURITY;
CREATE POLICY hide ON mention USING (NOT secret);
SET ROLE dropper;
SELECT drop_chunks('tens', older_than => 10000);
RESET ROLE;
SELECT drop_chunks('tens', older_than => 10000);
DROP TABLE mention;
SELECT drop_chunks('tens', older_than => 10000);

-- Nothing is left behind, in our catalog or in PostgreSQL's.
SELECT drop_chunks('metric', older_than => now());
SELECT count(*) FROM varve_catalog.chunk;
SELECT relname FROM pg_class WHERE relname ~ '_hyper_';
SELECT count(*) FROM pg_inherits WHERE inhrelid NOT IN (SELECT oid FROM pg_class);
SELECT classid::regclass, deptype FROM pg_depend
WHERE (classid = 'pg_class'::regclass AND objid NOT IN (SELECT oid FROM pg_class))
    OR (refclassid = 'pg_class'::regclass AND refobjid NOT IN (SELECT oid FROM pg_class))
    OR (classid = 'pg_trigger'::regclass AND objid NOT IN (SELECT oid FROM pg_trigger))
    OR (classid = 'pg_constraint'::regclass AND objid NOT IN (SELECT oid FROM pg_constraint))
    OR (refclassid = 'pg_constraint'::regclass AND refobjid NOT IN (SELECT oid FROM pg_constraint));
SELECT count(*) FROM pg_trigger WHERE tgrelid NOT IN (SELECT oid FROM pg_class);
SELECT count(*) FROM pg_constraint WHERE conrelid <> 0 AND conrelid NOT IN (SELECT oid FROM pg_class);
DROP OWNED BY dropper;
DROP ROLE dropper;
