-- Every form of DDL: it works on the hypertable, the chunks there are and the chunks to come alike, or
-- fails with one error. The user owns the table and has no further rights. What `outcome` says: "alike",
-- or in what the chunks differ; the strongest locks on the hypertable and on a chunk.
\set VERBOSITY terse
CREATE ROLE regress_ddl_owner;
CREATE ROLE regress_ddl_heir;
GRANT regress_ddl_heir TO regress_ddl_owner;
GRANT CREATE ON SCHEMA public TO regress_ddl_owner, regress_ddl_heir;

CREATE VIEW fact AS
SELECT attrelid AS relation, 'column ' || attname AS what,
    concat_ws(', ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'not null' END, pg_get_expr(adbin, adrelid),
        nullif(attgenerated::text, ''), attstorage::text, nullif(attcompression::text, ''), 'target ' || nullif(attstattarget, -1),
        nullif(array_to_string(ARRAY(SELECT o FROM unnest(attoptions) o WHERE o !~ '^pg_'), ' '), ''),
        nullif(attcollation, 0)::regcollation::text, attacl::text) AS value
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attnum > 0 AND NOT attisdropped
UNION ALL
SELECT conrelid, 'constraint', concat_ws(', ', CASE WHEN contype IN ('c', 'f') THEN conname END, replace(pg_get_constraintdef(oid), ' NOT VALID', ''),
    conislocal, coninhcount, conparentid <> 0)
FROM pg_constraint
UNION ALL
SELECT indrelid, 'index', concat_ws(', ', regexp_replace(pg_get_indexdef(indexrelid), '^(CREATE .*INDEX) .* ON .* USING', '\1'),
    CASE WHEN NOT indisvalid THEN 'invalid' END, CASE WHEN indisreplident THEN 'identity' END,
    CASE WHEN indisclustered THEN 'clustered' END, relowner::regrole, relpersistence::text, nullif(reltablespace, 0))
FROM pg_index JOIN pg_class i ON i.oid = indexrelid
UNION ALL
SELECT tgrelid, 'trigger', concat_ws(', ', CASE WHEN tgisinternal THEN tgfoid::regproc::text ELSE replace(pg_get_triggerdef(oid), tgrelid::regclass::text, 't') END,
    tgenabled, tgparentid <> 0)
FROM pg_trigger
UNION ALL
SELECT oid, 'table', concat_ws(', ', relowner::regrole, relpersistence::text, 'tablespace ' || nullif(reltablespace, 0),
    reloptions::text, 'identity ' || relreplident::text, CASE WHEN relrowsecurity THEN 'row security' END,
    CASE WHEN relforcerowsecurity THEN 'forced' END, relacl::text)
FROM pg_class;

GRANT SELECT ON fact TO PUBLIC;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_ddl_owner', current_database()); END $$;

CREATE FUNCTION difference(hypertable regclass) RETURNS text LANGUAGE sql AS $$
    WITH chunk AS (SELECT c, row_number() OVER (ORDER BY c::oid) AS n, count(*) OVER () AS total FROM show_chunks(hypertable) c),
    old AS (SELECT what, value FROM fact, chunk WHERE relation = c AND n = 1),
    new AS (SELECT what, value FROM fact, chunk WHERE relation = c AND n = total),
    parent AS (SELECT what, value FROM fact WHERE relation = hypertable AND what NOT IN ('constraint', 'trigger'))
    SELECT coalesce(string_agg(where_ || ' ' || what || ': ' || value, '; ' ORDER BY where_, what, value), 'alike') FROM (
        SELECT 'old', * FROM (TABLE old EXCEPT TABLE new) x UNION ALL SELECT 'new', * FROM (TABLE new EXCEPT TABLE old) x UNION ALL
        SELECT 'hypertable', * FROM (TABLE parent EXCEPT TABLE new) x) d (where_, what, value) $$;

CREATE FUNCTION strongest(r regclass) RETURNS text LANGUAGE sql AS $$
    SELECT replace(mode, 'Lock', '') FROM pg_locks WHERE pid = pg_backend_pid() AND relation = r
    ORDER BY array_position('{AccessShareLock,RowShareLock,RowExclusiveLock,ShareUpdateExclusiveLock,ShareLock,ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}', mode) DESC
    LIMIT 1 $$;

-- Runs the statements, makes a chunk, compares, and takes all back.
CREATE FUNCTION outcome(VARIADIC statements text[], OUT result text, OUT hypertable text, OUT chunk text) LANGUAGE plpgsql AS $$
DECLARE
    statement text;
BEGIN
    FOREACH statement IN ARRAY statements LOOP
        EXECUTE statement;
    END LOOP;
    hypertable := strongest('ht');
    chunk := strongest('_timescaledb_internal._hyper_1_1_chunk');
    EXECUTE $i$ INSERT INTO ht (time, dev) VALUES ('2030-01-01', 1) $i$;
    RAISE EXCEPTION USING errcode = 'UNDO0', message = difference('ht');
EXCEPTION WHEN SQLSTATE 'UNDO0' THEN
    result := sqlerrm;
WHEN others THEN
    SELECT sqlstate || ' ' || sqlerrm, NULL, NULL INTO result, hypertable, chunk;
END $$;

CREATE FUNCTION trigger_function() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
SET SESSION AUTHORIZATION regress_ddl_owner;
CREATE TABLE device (id int PRIMARY KEY);
INSERT INTO device VALUES (1);
CREATE TABLE ht (gone int, time timestamptz NOT NULL, dev int NOT NULL, v float8 DEFAULT 1, note text CHECK (note <> ''),
    CONSTRAINT pk PRIMARY KEY (time, dev));
ALTER TABLE ht DROP COLUMN gone;
SELECT created FROM create_hypertable('ht', by_range('time', interval '1 day'));
CREATE INDEX by_v ON ht (v);
INSERT INTO ht VALUES ('2024-01-01', 1), ('2024-01-02', 1);

\pset format unaligned
\pset tuples_only on
\pset fieldsep ' | '
-- Columns.
SELECT s, o.* FROM (VALUES
    ('ALTER TABLE ht ADD COLUMN a int DEFAULT 5'),
    ('ALTER TABLE ht ADD COLUMN a float8 DEFAULT random()'),
    ('ALTER TABLE ht ADD COLUMN a text COLLATE "C" NOT NULL DEFAULT ''x'' CHECK (a <> '''')'),
    ('ALTER TABLE ht ADD COLUMN a int GENERATED ALWAYS AS (dev * 2) STORED'),
    ('ALTER TABLE ht ADD COLUMN a int GENERATED ALWAYS AS IDENTITY'),
    ('ALTER TABLE ht ADD COLUMN a bigserial'),
    ('ALTER TABLE ht ADD COLUMN a int REFERENCES device'),
    ('ALTER TABLE ht ADD COLUMN IF NOT EXISTS v int'),
    ('ALTER TABLE ht DROP COLUMN v'),
    ('ALTER TABLE ht DROP COLUMN time'),
    ('ALTER TABLE ht RENAME COLUMN v TO w'),
    ('ALTER TABLE ht ALTER COLUMN v TYPE numeric(10,2) USING v * 2'),
    ('ALTER TABLE ht ALTER COLUMN note TYPE varchar(9)'),
    ('ALTER TABLE ht ALTER COLUMN time TYPE timestamp'),
    ('ALTER TABLE ht ALTER COLUMN v SET DEFAULT 7'),
    ('ALTER TABLE ht ALTER COLUMN v DROP DEFAULT'),
    ('ALTER TABLE ht ALTER COLUMN v SET NOT NULL'),
    ('ALTER TABLE ht ALTER COLUMN dev DROP NOT NULL'),
    ('ALTER TABLE ht DROP CONSTRAINT pk, ALTER COLUMN dev DROP NOT NULL'),
    ('ALTER TABLE ht DROP CONSTRAINT pk, ALTER COLUMN time DROP NOT NULL'),
    ('ALTER TABLE ht ALTER COLUMN v SET STATISTICS 77'),
    ('ALTER TABLE ht ALTER COLUMN v SET (n_distinct = 5)'),
    ('ALTER TABLE ht ALTER COLUMN note SET STORAGE EXTERNAL'),
    ('ALTER TABLE ht ALTER COLUMN note SET COMPRESSION pglz'),
    ('ALTER TABLE ht ALTER COLUMN dev ADD GENERATED ALWAYS AS IDENTITY'),
    ('ALTER TABLE ht ADD COLUMN a int, DROP COLUMN v, ALTER COLUMN note SET DEFAULT ''n'', ADD CHECK (a > 0 OR dev > 0), ADD UNIQUE (time, a)')
) AS t (s), outcome(s) AS o;
SELECT 'RENAME COLUMN time', result FROM outcome('ALTER TABLE ht RENAME COLUMN time TO t', 'ALTER TABLE ht RENAME COLUMN t TO time');
SELECT 'RESET (n_distinct)', result FROM outcome('ALTER TABLE ht ALTER COLUMN v SET (n_distinct = 5)', 'ALTER TABLE ht ALTER COLUMN v RESET (n_distinct)');
SELECT 'DROP EXPRESSION', result FROM outcome('ALTER TABLE ht ADD COLUMN g int GENERATED ALWAYS AS (dev) STORED', 'ALTER TABLE ht ALTER COLUMN g DROP EXPRESSION');

-- Constraints. NOT VALID is said of the rows there are: in a chunk to come the constraint is valid.
SELECT s, o.* FROM (VALUES
    ('ALTER TABLE ht ADD CONSTRAINT ck CHECK (v > 0)'),
    ('ALTER TABLE ht ADD CONSTRAINT ck CHECK (v > 0) NO INHERIT'),
    ('ALTER TABLE ht ADD CONSTRAINT ck CHECK (v > 0) NOT VALID'),
    ('ALTER TABLE ht RENAME CONSTRAINT ht_note_check TO renamed'),
    ('ALTER TABLE ht RENAME CONSTRAINT pk TO renamed'),
    ('ALTER TABLE ht DROP CONSTRAINT ht_note_check'),
    ('ALTER TABLE ht DROP CONSTRAINT pk'),
    ('ALTER TABLE ht ADD UNIQUE (time, v)'),
    ('ALTER TABLE ht ADD UNIQUE (time, v) DEFERRABLE'),
    ('ALTER TABLE ht ADD UNIQUE (v)'),
    ('ALTER TABLE ht ADD COLUMN extra int UNIQUE'),
    ('ALTER TABLE ht ADD COLUMN extra int PRIMARY KEY, ADD COLUMN more int'),
    ('ALTER TABLE ht ADD COLUMN IF NOT EXISTS v int UNIQUE'),
    ('ALTER TABLE ht DROP CONSTRAINT pk, ADD PRIMARY KEY (dev, time)'),
    ('ALTER TABLE ht ADD EXCLUDE USING gist (v WITH =)'),
    ('ALTER TABLE ht ADD UNIQUE USING INDEX pk'),
    ('ALTER TABLE ht ADD CONSTRAINT fk FOREIGN KEY (dev) REFERENCES device ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE'),
    ('ALTER TABLE ht ADD CONSTRAINT fk FOREIGN KEY (dev) REFERENCES device NOT VALID'),
    ('CREATE TABLE r (t timestamptz, d int, FOREIGN KEY (t, d) REFERENCES ht ON DELETE CASCADE)')
) AS t (s), outcome(s) AS o;
ALTER TABLE ht ADD CONSTRAINT late CHECK (v > -1) NOT VALID;
SELECT 'VALIDATE CONSTRAINT', * FROM outcome('ALTER TABLE ht VALIDATE CONSTRAINT late');
ALTER TABLE ht VALIDATE CONSTRAINT late;
SELECT 'not valid', count(*) FROM pg_constraint WHERE NOT convalidated;
ALTER TABLE ht DROP CONSTRAINT late;
ALTER TABLE ht ADD CONSTRAINT fk FOREIGN KEY (dev) REFERENCES device;
SELECT s, o.* FROM (VALUES
    ('ALTER TABLE ht ALTER CONSTRAINT fk DEFERRABLE INITIALLY DEFERRED'),
    ('ALTER TABLE ht RENAME CONSTRAINT fk TO renamed'),
    ('ALTER TABLE ht DROP CONSTRAINT fk'),
    ('DROP TABLE device CASCADE')
) AS t (s), outcome(s) AS o;
ALTER TABLE ht DROP CONSTRAINT fk;

-- Triggers and rules.
SELECT s, o.* FROM (VALUES
    ('CREATE TRIGGER tr BEFORE INSERT OR UPDATE OF v ON ht FOR EACH ROW WHEN (new.v > 3) EXECUTE FUNCTION trigger_function(''a'')'),
    ('CREATE CONSTRAINT TRIGGER tr AFTER INSERT ON ht DEFERRABLE FOR EACH ROW EXECUTE FUNCTION trigger_function()'),
    ('CREATE TRIGGER tr AFTER INSERT ON ht REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION trigger_function()'),
    ('CREATE TRIGGER tr AFTER INSERT ON ht REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION trigger_function()'),
    ('CREATE TRIGGER tr INSTEAD OF INSERT ON ht FOR EACH ROW EXECUTE FUNCTION trigger_function()'),
    ('CREATE RULE r AS ON INSERT TO ht DO NOTHING')
) AS t (s), outcome(s) AS o;
CREATE TRIGGER tr AFTER INSERT ON ht FOR EACH ROW EXECUTE FUNCTION trigger_function();
SELECT s, o.* FROM (VALUES
    ('ALTER TABLE ht DISABLE TRIGGER tr'),
    ('ALTER TABLE ht ENABLE ALWAYS TRIGGER tr'),
    ('ALTER TABLE ht DISABLE TRIGGER USER'),
    ('ALTER TRIGGER tr ON ht RENAME TO renamed'),
    ('CREATE OR REPLACE TRIGGER tr BEFORE INSERT ON ht FOR EACH ROW EXECUTE FUNCTION trigger_function()'),
    ('DROP TRIGGER tr ON ht')
) AS t (s), outcome(s) AS o;
DROP TRIGGER tr ON ht;

-- The table. A grant is on the hypertable alone: nobody reaches rows past it.
SELECT s, o.* FROM (VALUES
    ('ALTER TABLE ht ENABLE ROW LEVEL SECURITY'),
    ('CREATE POLICY p ON ht USING (true)'),
    ('ALTER TABLE ht OWNER TO regress_ddl_heir'),
    ('ALTER TABLE ht OWNER TO postgres'),
    ('GRANT SELECT ON ht TO regress_ddl_heir'),
    ('GRANT SELECT (v) ON ht TO regress_ddl_heir'),
    ('ALTER TABLE ht SET UNLOGGED'),
    ('ALTER TABLE ht SET LOGGED'),
    ('ALTER TABLE ht SET TABLESPACE pg_default'),
    ('ALTER TABLE ht SET ACCESS METHOD heap'),
    ('ALTER TABLE ht CLUSTER ON pk'),
    ('ALTER TABLE ht SET WITHOUT CLUSTER'),
    ('ALTER TABLE ht SET (nosuch = 70)'),
    ('ALTER TABLE ht REPLICA IDENTITY FULL'),
    ('ALTER TABLE ht REPLICA IDENTITY USING INDEX pk'),
    ('ALTER TABLE ht REPLICA IDENTITY USING INDEX by_v'),
    ('COMMENT ON TABLE ht IS ''x'''),
    ('CREATE STATISTICS st ON dev, note FROM ht'),
    ('ALTER TABLE ht INHERIT device'),
    ('ALTER TABLE ht NO INHERIT device'),
    ('TRUNCATE ht'),
    ('TRUNCATE ONLY ht'),
    ('ANALYZE ht'),
    ('CREATE INDEX ON ht (note)'),
    ('DROP INDEX by_v'),
    ('ALTER INDEX by_v RENAME TO renamed'),
    ('ALTER INDEX by_v SET (fillfactor = 50)'),
    ('ALTER INDEX by_v SET TABLESPACE pg_default'),
    ('ALTER INDEX by_v ALTER COLUMN 1 SET STATISTICS 9'),
    ('REINDEX INDEX by_v'),
    ('REINDEX TABLE ht')
) AS t (s), outcome(s) AS o;
SELECT 'SET (fillfactor)', result LIKE 'hypertable table%', hypertable, chunk FROM outcome('ALTER TABLE ht SET (fillfactor = 70, toast.autovacuum_enabled = off)');
SELECT 'SET SCHEMA', result FROM outcome('CREATE SCHEMA regress_ddl', 'ALTER TABLE ht SET SCHEMA regress_ddl', 'SET search_path = regress_ddl, public');
SELECT 'DISABLE ROW LEVEL SECURITY', result FROM outcome('ALTER TABLE ht ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', 'ALTER TABLE ht DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY');
SELECT 'SET LOGGED', result FROM outcome('ALTER TABLE ht SET UNLOGGED', 'ALTER TABLE ht SET LOGGED');
SELECT 'REPLICA IDENTITY DEFAULT', result FROM outcome('ALTER TABLE ht REPLICA IDENTITY FULL', 'ALTER TABLE ht REPLICA IDENTITY DEFAULT');
SELECT 'OF', result FROM outcome('CREATE TYPE ty AS (time timestamptz, dev int, v float8, note text)', 'ALTER TABLE ht OF ty');
SELECT 'DROP TYPE CASCADE', result FROM outcome('CREATE TYPE en AS ENUM (''a'')', 'ALTER TABLE ht ADD COLUMN e en', 'DROP TYPE en CASCADE');
SELECT 'several', * FROM outcome('ALTER TABLE ht ALTER note SET COMPRESSION pglz, ALTER v SET (n_distinct = 3), ADD COLUMN b text, REPLICA IDENTITY FULL, OWNER TO regress_ddl_heir');

-- ONLY has no meaning where chunks to come would have what today's have not; an index ON ONLY is for
-- chunks to come.
SELECT s, o.* FROM (VALUES
    ('ALTER TABLE ONLY ht ADD COLUMN a int'),
    ('ALTER TABLE ONLY ht DROP COLUMN v'),
    ('ALTER TABLE ONLY ht ALTER COLUMN v SET DEFAULT 3'),
    ('ALTER TABLE ONLY ht ALTER COLUMN v SET NOT NULL'),
    ('ALTER TABLE ONLY ht ADD CONSTRAINT ck CHECK (v > 0)'),
    ('ALTER TABLE ONLY ht ADD FOREIGN KEY (dev) REFERENCES device'),
    ('ALTER TABLE ONLY ht DROP CONSTRAINT ht_note_check'),
    ('ALTER TABLE ONLY ht ALTER COLUMN v TYPE int'),
    ('ALTER TABLE ONLY ht ALTER COLUMN v SET STATISTICS 5'),
    ('ALTER TABLE ONLY ht ALTER COLUMN v SET (n_distinct = 9)'),
    ('ALTER TABLE ONLY ht ALTER COLUMN note SET STORAGE PLAIN'),
    ('ALTER TABLE ONLY ht RENAME COLUMN v TO w'),
    ('ALTER TABLE ONLY ht REPLICA IDENTITY FULL'),
    ('ALTER TABLE ONLY ht FORCE ROW LEVEL SECURITY'),
    ('CREATE INDEX ON ONLY ht (note)')
) AS t (s), outcome(s) AS o;

-- A chunk stays what the hypertable is.
SELECT s, o.* FROM (VALUES
    ('ADD COLUMN a int'), ('DROP COLUMN v'), ('RENAME COLUMN v TO w'), ('ALTER COLUMN v TYPE int'), ('ALTER COLUMN dev DROP NOT NULL'),
    ('DROP CONSTRAINT ht_note_check'), ('DROP CONSTRAINT _hyper_1_1_chunk_pkey'), ('NO INHERIT ht'), ('INHERIT device'),
    ('RENAME TO elsewhere'), ('OWNER TO regress_ddl_heir')
) AS t (s), outcome('ALTER TABLE _timescaledb_internal._hyper_1_1_chunk ' || s) AS o;
SELECT * FROM outcome('DROP INDEX _timescaledb_internal._hyper_1_1_chunk_v_idx');
\pset format aligned
\pset tuples_only off

-- As the superuser: triggers of foreign keys, ownership of everything at once.
RESET SESSION AUTHORIZATION;
SELECT result FROM outcome('ALTER TABLE ht ADD FOREIGN KEY (dev) REFERENCES device', 'ALTER TABLE ht DISABLE TRIGGER ALL');
SELECT result FROM outcome('REASSIGN OWNED BY regress_ddl_owner TO regress_ddl_heir');

-- VACUUM, CLUSTER and the like go to the chunks.
VACUUM (FULL, ANALYZE) ht;
CLUSTER ht USING pk;
CLUSTER ht;
SELECT relation::regclass, count(*) FROM fact WHERE what = 'index' AND value ~ 'clustered' GROUP BY relation ORDER BY relation;

-- Between two hypertables foreign keys work, if they are added when both are there.
CREATE TABLE other (time timestamptz NOT NULL, at timestamptz, dev int);
SELECT created FROM create_hypertable('other', by_range('time', interval '1 day'));
INSERT INTO other VALUES ('2024-01-01', '2024-01-01', 1);
ALTER TABLE other ADD FOREIGN KEY (at, dev) REFERENCES ht ON DELETE CASCADE;
INSERT INTO other VALUES ('2024-01-01', '2024-01-02', 1), ('2025-01-01', '2024-01-02', 1);
\set VERBOSITY sqlstate
INSERT INTO other VALUES ('2025-01-01', '2024-01-03', 1);
INSERT INTO ht VALUES ('2024-01-03', 1);
INSERT INTO other VALUES ('2025-01-01', '2024-01-03', 1);
SELECT drop_chunks('ht', older_than => timestamptz '2024-01-02');
DELETE FROM ht WHERE time = '2024-01-02';
SELECT * FROM other ORDER BY at;
SELECT count(*) FROM drop_chunks('other', older_than => timestamptz '2024-01-02');
SELECT drop_chunks('ht', older_than => timestamptz '2024-01-02');
\set VERBOSITY terse

-- A publication publishes the hypertable, not its chunks.
SET client_min_messages = notice;
CREATE PUBLICATION regress_ddl_own FOR TABLE ht WITH (publish_via_partition_root = false);
CREATE PUBLICATION regress_ddl_own FOR TABLE ht;
CREATE PUBLICATION regress_ddl_schema FOR TABLES IN SCHEMA public;
CREATE PUBLICATION regress_ddl_none FOR TABLE device;
ALTER PUBLICATION regress_ddl_none ADD TABLE ht;
ALTER PUBLICATION regress_ddl_own SET (publish_via_partition_root = false);
ALTER PUBLICATION regress_ddl_own SET TABLE device;
ALTER PUBLICATION regress_ddl_own SET (publish_via_partition_root = false);
SELECT pubname, pubviaroot, tablename FROM pg_publication JOIN pg_publication_tables USING (pubname) WHERE tablename IN ('ht', 'device') ORDER BY pubname, tablename;
DROP PUBLICATION regress_ddl_own, regress_ddl_schema, regress_ddl_none;

-- TRUNCATE keeps the chunks, empty; every way of dropping takes all with it.
TRUNCATE ht, other;
SELECT count(*) FROM show_chunks('ht');
SELECT count(*) FROM ht;
CREATE SCHEMA regress_ddl;
CREATE TABLE regress_ddl.third (time timestamptz NOT NULL);
SELECT created FROM create_hypertable('regress_ddl.third', 'time');
INSERT INTO regress_ddl.third VALUES ('2024-01-01');
CREATE VIEW dependent AS SELECT * FROM regress_ddl.third;
DROP TABLE regress_ddl.third;
DROP SCHEMA regress_ddl CASCADE;
DROP TABLE other;
DROP OWNED BY regress_ddl_owner, regress_ddl_heir;
SELECT count(*) FROM varve_catalog.hypertable;
SELECT count(*) FROM varve_catalog.chunk;
SELECT relname FROM pg_class WHERE relnamespace = '_timescaledb_internal'::regnamespace AND relkind IN ('r', 'p', 'i', 'I');
DROP ROLE regress_ddl_owner, regress_ddl_heir;
