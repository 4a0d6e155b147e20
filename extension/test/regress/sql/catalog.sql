-- The catalog follows what PostgreSQL's own statements do to hypertables and chunks.
SET timezone = 'UTC';
CREATE VIEW orphans AS
    SELECT 'hypertable' AS what, relation::oid FROM varve_catalog.hypertable h
    WHERE NOT EXISTS (SELECT FROM pg_class WHERE oid = h.relation AND relkind = 'p')
    UNION ALL
    SELECT 'chunk', relation::oid FROM varve_catalog.chunk c
    WHERE NOT EXISTS (SELECT FROM pg_class WHERE oid = c.relation)
        OR NOT EXISTS (SELECT FROM varve_catalog.hypertable WHERE id = c.hypertable_id);
CREATE VIEW known AS
    SELECT (SELECT count(*) FROM varve_catalog.hypertable) AS hypertables, (SELECT count(*) FROM varve_catalog.chunk) AS chunks;
CREATE PROCEDURE make(schema name) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE %I.t (a int, time timestamptz NOT NULL)', schema);
    PERFORM create_hypertable(format('%I.t', schema)::regclass, 'time');
    EXECUTE format('INSERT INTO %I.t SELECT 1, d FROM generate_series(''2024-01-01'', ''2024-02-01'', interval ''7 days'') AS d', schema);
END $$;
CREATE SCHEMA s;

-- DROP TABLE, of a hypertable and of a chunk; rolled back, and done.
CALL make('s');
TABLE known;
BEGIN;
DROP TABLE s.t;
TABLE known;
ROLLBACK;
TABLE known;
DROP TABLE _timescaledb_internal._hyper_1_2_chunk;
TABLE known;
DROP TABLE s.t;
TABLE known;

-- DROP SCHEMA, with the hypertable inside, or with its chunks alone.
CALL make('s');
DROP SCHEMA s CASCADE;
TABLE known;
CREATE SCHEMA pieces;
CREATE TABLE t (time timestamptz NOT NULL);
SELECT create_hypertable('t', 'time', associated_schema_name => 'pieces');
INSERT INTO t VALUES ('2024-01-01'), ('2025-01-01');
TABLE known;
ALTER SCHEMA pieces RENAME TO parts;
INSERT INTO t VALUES ('2026-01-01');
SELECT relation, chunk_schema FROM varve_catalog.hypertable;
DROP SCHEMA parts CASCADE;
TABLE known;
SELECT count(*) FROM t;
INSERT INTO t VALUES ('2027-01-01');
DROP TABLE t;

-- DROP OWNED.
CREATE ROLE regress_owner;
CREATE SCHEMA s AUTHORIZATION regress_owner;
SET ROLE regress_owner;
CREATE TABLE s.t (a int, time timestamptz NOT NULL);
SELECT create_hypertable('s.t', 'time');
INSERT INTO s.t VALUES (1, '2024-01-01');
RESET ROLE;
TABLE known;
DROP OWNED BY regress_owner;
TABLE known;
DROP ROLE regress_owner;

-- TRUNCATE keeps the chunks.
CREATE SCHEMA s;
CALL make('s');
TRUNCATE s.t;
TABLE known;

-- Renaming: the time column, another one, the table; a new schema.
ALTER TABLE s.t RENAME COLUMN time TO at;
ALTER TABLE s.t RENAME COLUMN a TO b;
ALTER TABLE s.t RENAME TO u;
ALTER TABLE s.u SET SCHEMA public;
SELECT relation, column_name FROM varve_catalog.hypertable;
INSERT INTO u VALUES (1, '2030-01-01');
SELECT count(*) FROM varve_catalog.chunk;
SELECT set_chunk_time_interval('u', interval '1 day', 'at');

-- Rows that pg_restore copies into the catalog count in sessions that met the table before.
CREATE TABLE restored (time timestamptz NOT NULL) PARTITION BY RANGE (time);
INSERT INTO restored VALUES ('2024-01-01');
COPY varve_catalog.hypertable FROM stdin;
100	restored	_timescaledb_internal	_hyper_100	time	timestamptz	86400000000	\N	\N	\N	\N
\.
INSERT INTO restored VALUES ('2024-01-01');
SELECT count(*) FROM varve_catalog.chunk WHERE hypertable_id = 100;

TABLE orphans;
DROP VIEW orphans, known;

-- Chunks in the extension's schema go with it, as tables do with any schema, and only with CASCADE.
-- What remains is an ordinary partitioned table.
DROP EXTENSION varve;
DROP EXTENSION varve CASCADE;
SELECT count(*) FROM restored;
INSERT INTO restored VALUES ('2024-01-01');
DROP TABLE restored;
CREATE EXTENSION varve;
SELECT count(*) FROM varve_catalog.hypertable;
CREATE TABLE again (time timestamptz NOT NULL);
SELECT create_hypertable('again', 'time');
INSERT INTO again VALUES ('2024-01-01');
