-- Indexes of a hypertable, made and dropped by an owner without further rights: at once, concurrently
-- and chunk by chunk. Whatever the way, existing and future chunks have the same ones.
CREATE ROLE regress_index_owner;
GRANT CREATE ON SCHEMA public TO regress_index_owner;
SET SESSION AUTHORIZATION regress_index_owner;
CREATE TABLE metric (gone int, time timestamptz NOT NULL, device int, note text, value int);
ALTER TABLE metric DROP COLUMN gone;
SELECT created FROM create_hypertable('metric', by_range('time', interval '1 day'));
INSERT INTO metric SELECT t, 1, 'x', extract(hour FROM t)
    FROM generate_series(timestamptz '2024-01-01', '2024-01-03 23:00', '1 hour') t;

-- Where something is not as it should be: an index that is not valid, or a chunk whose indexes are
-- not those of the hypertable.
CREATE VIEW indexes AS
SELECT indrelid, indisvalid, indislive, indisready,
    regexp_replace(regexp_replace(pg_get_indexdef(indexrelid), '^(CREATE .*INDEX) .* ON .* USING', '\1 ON t USING'), ' WITH .*fillfactor=''(..)''', ' WITH fillfactor \1') AS definition
FROM pg_index;
CREATE VIEW contradiction AS
SELECT 'not valid' AS what, indrelid::regclass AS which, definition FROM indexes WHERE NOT (indisvalid AND indislive AND indisready)
UNION ALL
SELECT 'missing', chunk, definition FROM show_chunks('metric') chunk, indexes
WHERE indrelid = 'metric'::regclass AND NOT EXISTS (SELECT FROM indexes i WHERE i.indrelid = chunk AND i.definition = indexes.definition)
UNION ALL
SELECT 'too many', chunk, definition FROM show_chunks('metric') chunk, indexes
WHERE indrelid = chunk AND NOT EXISTS (SELECT FROM indexes i WHERE i.indrelid = 'metric'::regclass AND i.definition = indexes.definition);

-- All kinds of definitions.
CREATE INDEX CONCURRENTLY ON metric (device, time DESC) INCLUDE (note) WHERE value > 3;
CREATE INDEX CONCURRENTLY by_expression ON metric (lower(note) COLLATE "C" text_pattern_ops, (device + value)) WITH (fillfactor = 70);
CREATE UNIQUE INDEX CONCURRENTLY one_value ON metric (time, device) NULLS NOT DISTINCT;
CREATE INDEX CONCURRENTLY ON metric USING brin (time) WITH (pages_per_range = 4);
CREATE INDEX CONCURRENTLY ON metric USING hash (note);
CREATE INDEX ON metric (value) WITH (timescaledb.transaction_per_chunk);
CREATE UNIQUE INDEX ON metric (time, value, device) WITH (tsdb.transaction_per_chunk = true, fillfactor = 80);
CREATE INDEX ON metric (value, device) WITH (timescaledb.transaction_per_chunk = false);
CREATE INDEX ON metric (device);
CREATE INDEX ON metric (value DESC NULLS LAST) TABLESPACE pg_default;
CREATE INDEX ON metric (value DESC NULLS LAST);
ALTER TABLE metric ADD PRIMARY KEY (time, device), ADD COLUMN extra int, ADD UNIQUE (time, extra) INCLUDE (value);
ALTER TABLE metric ADD CONSTRAINT late UNIQUE (time, note, device) DEFERRABLE INITIALLY DEFERRED;
SELECT definition FROM indexes WHERE indrelid = 'metric'::regclass ORDER BY definition COLLATE "C";
INSERT INTO metric VALUES ('2030-01-01', 1, 'x', 1);
SELECT * FROM contradiction;

-- An index that a chunk has already becomes its part, as with any partitioned table.
RESET SESSION AUTHORIZATION;
CREATE INDEX own ON _timescaledb_internal._hyper_1_2_chunk (extra);
SET SESSION AUTHORIZATION regress_index_owner;
CREATE INDEX CONCURRENTLY by_extra ON metric (extra);
SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'by_extra'::regclass ORDER BY 1;

-- An index that cannot be built stays, invalid; the same statement continues once it can. What was
-- built is kept: the chunk of 2024-01-03 comes first, that of 2024-01-01 has the duplicates.
CREATE TABLE duplicate (time timestamptz NOT NULL, v int);
SELECT created FROM create_hypertable('duplicate', by_range('time', interval '1 day'), create_default_indexes => false);
INSERT INTO duplicate VALUES ('2024-01-01', 1), ('2024-01-01', 1), ('2024-01-02', 1), ('2024-01-03', 1);
\set VERBOSITY terse
CREATE UNIQUE INDEX CONCURRENTLY never_twice ON duplicate (time, v);
\set VERBOSITY default
SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 'duplicate'::regclass OR indrelid IN (SELECT show_chunks('duplicate')) ORDER BY 1;
SELECT relfilenode AS built FROM pg_class WHERE oid = '_timescaledb_internal._hyper_2_7_chunk_time_v_idx'::regclass \gset
CREATE INDEX CONCURRENTLY never_twice ON duplicate (v);
DELETE FROM duplicate WHERE ctid = '(0,1)' AND time = '2024-01-01';
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS never_twice ON duplicate (time, v);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS never_twice ON duplicate (time, v);
CREATE UNIQUE INDEX CONCURRENTLY never_twice ON duplicate (time, v);
SELECT relfilenode = :built AS kept FROM pg_class WHERE oid = '_timescaledb_internal._hyper_2_7_chunk_time_v_idx'::regclass;
SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 'duplicate'::regclass OR indrelid IN (SELECT show_chunks('duplicate')) ORDER BY 1;
INSERT INTO duplicate VALUES ('2024-01-01', 1) ON CONFLICT (time, v) DO NOTHING;
INSERT INTO duplicate VALUES ('2024-01-02', 1);

-- The definition is there under another name; a hypertable without chunks.
CREATE UNIQUE INDEX CONCURRENTLY once_more ON duplicate (time, v);
TRUNCATE duplicate;
SELECT count(*) FROM drop_chunks('duplicate', older_than => timestamptz '2100-01-01');
CREATE INDEX CONCURRENTLY on_nothing ON duplicate (v);
SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 'duplicate'::regclass ORDER BY 1;

-- Dropping, with what stands against it.
DROP INDEX CONCURRENTLY by_expression;
DROP INDEX CONCURRENTLY IF EXISTS by_expression;
DROP INDEX CONCURRENTLY by_expression;
DROP INDEX CONCURRENTLY metric_pkey;
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE referrer (time timestamptz, device int, FOREIGN KEY (time, device) REFERENCES metric (time, device));
DROP INDEX CONCURRENTLY one_value, by_extra;
DROP INDEX CONCURRENTLY one_value CASCADE;
BEGIN;
DROP INDEX CONCURRENTLY one_value;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
DROP INDEX metric_value_idx;
DROP INDEX CONCURRENTLY _timescaledb_internal._hyper_1_1_chunk_value_idx1;
SELECT * FROM contradiction;

-- Bad input: one error, and nothing changed.
CREATE TEMP TABLE before AS SELECT count(*), sum(oid::bigint) FROM pg_class WHERE relkind IN ('i', 'I', 'r', 'p') AND relpersistence <> 't';
BEGIN;
CREATE INDEX CONCURRENTLY ON metric (value);
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
BEGIN;
CREATE INDEX ON metric (value) WITH (timescaledb.transaction_per_chunk);
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
DO $$ BEGIN CREATE INDEX CONCURRENTLY ON metric (value); END $$;
SET default_transaction_read_only = on;
CREATE INDEX CONCURRENTLY ON metric (value);
\echo :LAST_ERROR_SQLSTATE
CREATE INDEX ON metric (value);
DROP INDEX CONCURRENTLY one_value;
\echo :LAST_ERROR_SQLSTATE
ALTER TABLE metric SET (fillfactor = 60);
ALTER TABLE metric SET (tsdb.chunk_interval = '1 hour');
ALTER TABLE metric ALTER value SET STATISTICS 9;
CREATE TABLE never (time timestamptz) WITH (tsdb.hypertable);
RESET default_transaction_read_only;
CREATE INDEX CONCURRENTLY ON metric (nosuch);
CREATE INDEX CONCURRENTLY ON metric (random());
CREATE INDEX CONCURRENTLY ON metric (value) WHERE random() > 0;
CREATE INDEX CONCURRENTLY ON metric USING nosuch (value);
CREATE INDEX CONCURRENTLY ON metric (value) TABLESPACE nosuch;
CREATE INDEX CONCURRENTLY ON metric (value) WITH (nosuch = 1);
CREATE INDEX CONCURRENTLY by_extra ON metric (extra);
CREATE INDEX CONCURRENTLY metric ON metric (extra);
CREATE UNIQUE INDEX CONCURRENTLY ON metric (device);
\echo :LAST_ERROR_SQLSTATE
CREATE UNIQUE INDEX ON metric (device);
ALTER TABLE metric ADD UNIQUE (device);
\echo :LAST_ERROR_SQLSTATE
ALTER TABLE metric ADD PRIMARY KEY (time);
CREATE INDEX ON metric (value) WITH (timescaledb.nosuch);
CREATE INDEX ON duplicate (v) WITH (timescaledb.transaction_per_chunk = perhaps);
RESET SESSION AUTHORIZATION;
CREATE ROLE regress_index_stranger;
GRANT CREATE ON SCHEMA public TO regress_index_stranger;
SET SESSION AUTHORIZATION regress_index_stranger;
CREATE INDEX CONCURRENTLY ON metric (value);
\echo :LAST_ERROR_SQLSTATE
CREATE INDEX ON metric (value);
DROP INDEX CONCURRENTLY one_value;
\echo :LAST_ERROR_SQLSTATE
RESET SESSION AUTHORIZATION;
SELECT (SELECT before FROM before) = (SELECT ROW(count(*), sum(oid::bigint)) FROM pg_class WHERE relkind IN ('i', 'I', 'r', 'p') AND relpersistence <> 't') AS unchanged;

-- PostgreSQL's own REINDEX CONCURRENTLY goes chunk by chunk.
REINDEX TABLE CONCURRENTLY metric;
REINDEX INDEX CONCURRENTLY one_value;
SELECT * FROM contradiction;

-- An index on the hypertable alone: for chunks to come, and to be completed later.
CREATE INDEX CONCURRENTLY alone ON ONLY metric (note, device);
SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indexrelid = 'alone'::regclass;
SELECT count(*) FROM pg_inherits WHERE inhparent = 'alone'::regclass;
CREATE INDEX CONCURRENTLY IF NOT EXISTS alone ON metric (note, device);
SELECT * FROM contradiction;

-- With a second dimension the parts lie two levels down.
CREATE TABLE space (gone int, time timestamptz NOT NULL, device int NOT NULL, value int);
ALTER TABLE space DROP COLUMN gone;
SELECT created FROM create_hypertable('space', by_range('time', interval '1 day'));
SELECT created FROM add_dimension('space', by_hash('device', 2));
INSERT INTO space SELECT t, d, 1 FROM generate_series(timestamptz '2024-01-01 12:00', '2024-01-03 12:00', '1 day') t, generate_series(1, 9) d;
CREATE INDEX CONCURRENTLY ON space (value, time);
CREATE UNIQUE INDEX CONCURRENTLY one_of_space ON space (device, time);
CREATE UNIQUE INDEX CONCURRENTLY ON space (time, value);
CREATE INDEX ON space ((value + device)) WITH (timescaledb.transaction_per_chunk);
CREATE INDEX ON space (value);
ALTER TABLE space ADD UNIQUE (device, time, value);
INSERT INTO space SELECT '2030-01-01', d, 1 FROM generate_series(1, 9) d;
CREATE VIEW tree AS SELECT relid FROM pg_partition_tree('space');
SELECT relkind, count(DISTINCT relid) AS relations, count(*) AS indexes FROM tree JOIN pg_class ON oid = relid JOIN pg_index ON indrelid = relid
WHERE indisvalid AND indislive AND indisready GROUP BY relkind ORDER BY relkind;
DROP INDEX CONCURRENTLY one_of_space;
DROP INDEX CONCURRENTLY space_expr_idx;
SELECT relkind, count(*) AS indexes FROM tree JOIN pg_class ON oid = relid JOIN pg_index ON indrelid = relid GROUP BY relkind ORDER BY relkind;
DROP VIEW tree;
DROP TABLE space;

DROP VIEW contradiction, indexes;
DROP TABLE referrer, metric, duplicate, before;
REVOKE CREATE ON SCHEMA public FROM regress_index_owner, regress_index_stranger;
DROP ROLE regress_index_owner, regress_index_stranger;
