-- Statements of PostgreSQL that would bypass the making of chunks are refused, and change nothing.
CREATE TABLE m (time timestamptz NOT NULL, v int);
SELECT * FROM create_hypertable('m', by_range('time', interval '1 day'));
INSERT INTO m VALUES ('2024-01-01', 1);
CREATE TABLE other (time timestamptz NOT NULL, v int);
CREATE TABLE partitioned (time timestamptz NOT NULL, v int) PARTITION BY RANGE (time);

-- Partitions by hand.
ALTER TABLE m ATTACH PARTITION other FOR VALUES FROM ('2030-01-01') TO ('2030-01-02');
\echo :LAST_ERROR_SQLSTATE
ALTER TABLE m ATTACH PARTITION other DEFAULT;
CREATE TABLE p PARTITION OF m FOR VALUES FROM ('2030-01-01') TO ('2030-01-02');
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE p PARTITION OF m DEFAULT;
ALTER TABLE m DETACH PARTITION _timescaledb_internal._hyper_1_1_chunk;
\echo :LAST_ERROR_SQLSTATE
ALTER TABLE m DETACH PARTITION _timescaledb_internal._hyper_1_1_chunk CONCURRENTLY;
ALTER TABLE m DETACH PARTITION _timescaledb_internal._hyper_1_1_chunk FINALIZE;
ALTER TABLE partitioned ATTACH PARTITION m FOR VALUES FROM ('2030-01-01') TO ('2030-01-02');
\echo :LAST_ERROR_SQLSTATE
DO $$ BEGIN EXECUTE 'ALTER TABLE m ATTACH PARTITION other DEFAULT'; END $$;

-- Nor those of a slice that is divided by a second dimension: its chunks would be lost to the catalog.
CREATE TABLE divided (time int NOT NULL, device int);
SELECT created FROM create_hypertable('divided', 'time', 'device', 2, chunk_time_interval => 10);
INSERT INTO divided VALUES (1, 1);
SELECT (show_chunks('divided'))::text AS share LIMIT 1 \gset
SELECT inhparent::regclass AS slice FROM pg_inherits WHERE inhrelid = :'share'::regclass \gset
ALTER TABLE :slice DETACH PARTITION :share;
\echo :LAST_ERROR_SQLSTATE
ALTER TABLE :slice DETACH PARTITION :share CONCURRENTLY;
ALTER TABLE :slice ATTACH PARTITION other FOR VALUES WITH (MODULUS 2, REMAINDER 0);
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE p PARTITION OF :slice FOR VALUES WITH (MODULUS 2, REMAINDER 0);
\echo :LAST_ERROR_SQLSTATE
ALTER TABLE divided DETACH PARTITION :slice;
SELECT count(*) FROM show_chunks('divided');

-- A chunk, or a slice, belongs to the owner of the hypertable.
CREATE ROLE regress_refused_other;
ALTER TABLE :share OWNER TO regress_refused_other;
\echo :LAST_ERROR_SQLSTATE
ALTER TABLE :slice OWNER TO regress_refused_other;
ALTER TABLE _timescaledb_internal._hyper_1_1_chunk OWNER TO regress_refused_other;
ALTER TABLE _timescaledb_internal._hyper_1_1_chunk OWNER TO nobody_at_all;
ALTER TABLE :share OWNER TO CURRENT_USER;
ALTER TABLE divided OWNER TO regress_refused_other;
SELECT DISTINCT relowner::regrole FROM pg_class WHERE oid IN ('divided'::regclass, :'slice'::regclass, :'share'::regclass);
DROP TABLE divided;
DROP ROLE regress_refused_other;

-- Inheritance.
CREATE TABLE child () INHERITS (m);
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE child () INHERITS (other, m);
ALTER TABLE other INHERIT m;
\echo :LAST_ERROR_SQLSTATE
ALTER TABLE m INHERIT other;
ALTER TABLE _timescaledb_internal._hyper_1_1_chunk NO INHERIT m;

-- Rules.
CREATE RULE elsewhere AS ON INSERT TO m DO INSTEAD INSERT INTO other VALUES (new.*);
\echo :LAST_ERROR_SQLSTATE

-- The same on other tables is none of our business.
ALTER TABLE partitioned ATTACH PARTITION other FOR VALUES FROM ('2030-01-01') TO ('2030-01-02');
ALTER TABLE partitioned DETACH PARTITION other;
CREATE TABLE p PARTITION OF partitioned DEFAULT;
CREATE TABLE child () INHERITS (other);
CREATE RULE elsewhere AS ON INSERT TO child DO INSTEAD INSERT INTO other VALUES (new.*);
ALTER TABLE nosuch ATTACH PARTITION other DEFAULT;
ALTER TABLE other ATTACH PARTITION m DEFAULT;
DROP TABLE child, p;

-- Nothing has changed, and the hypertable works.
INSERT INTO m VALUES ('2024-01-01', 2), ('2030-01-01', 3);
SELECT tableoid::regclass, * FROM m ORDER BY v;
SELECT show_chunks('m');

-- Storage parameters are kept for new chunks and set on those there are.
ALTER TABLE m SET (fillfactor = 70, autovacuum_enabled = off, toast.autovacuum_enabled = off);
INSERT INTO m VALUES ('2031-01-01', 4);
SELECT c.relname, c.reloptions, t.reloptions AS toast FROM show_chunks('m') s JOIN pg_class c ON c.oid = s
    LEFT JOIN pg_class t ON t.oid = c.reltoastrelid ORDER BY c.oid;
ALTER TABLE m RESET (autovacuum_enabled), SET (fillfactor = 80), ADD COLUMN note text;
INSERT INTO m VALUES ('2032-01-01', 5, 'new');
SELECT c.relname, c.reloptions, t.reloptions AS toast FROM show_chunks('m') s JOIN pg_class c ON c.oid = s
    LEFT JOIN pg_class t ON t.oid = c.reltoastrelid ORDER BY c.oid;
SELECT storage_options FROM varve_catalog.hypertable;
ALTER TABLE m SET (fillfactor = 7);
ALTER TABLE m SET (nosuch = 7);
ALTER TABLE m SET (nosuch.fillfactor = 70);
ALTER TABLE m RESET (fillfactor, toast.autovacuum_enabled);
SELECT storage_options FROM varve_catalog.hypertable;
CREATE ROLE ddl_refused_user;
SET ROLE ddl_refused_user;
ALTER TABLE m SET (fillfactor = 70);
RESET ROLE;
DROP ROLE ddl_refused_user;

-- A chunk is dropped like any table, and comes back with the next row.
DROP TABLE _timescaledb_internal._hyper_1_1_chunk;
INSERT INTO m VALUES ('2024-01-01', 1);
SELECT tableoid::regclass FROM m WHERE time < '2024-01-02';
DROP TABLE m;
SELECT count(*) FROM varve_catalog.chunk;
