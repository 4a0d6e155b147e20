-- VACUUM, ANALYZE, REINDEX, CLUSTER, TRUNCATE and storage of a continuous aggregate are those of its results;
-- its view has no triggers, no rules and no other query.
SET timezone = 'UTC';
SET datestyle = 'ISO';
\set VERBOSITY default
CREATE TABLE raw (time timestamptz NOT NULL, device int, v float8);
SELECT create_hypertable('raw', 'time', chunk_time_interval => interval '1 day');
INSERT INTO raw SELECT '2024-01-01'::timestamptz + i * interval '1 hour', i % 3, i FROM generate_series(0, 239) i;
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('1 day', time) AS day, device, count(*) AS n FROM raw GROUP BY 1, 2;
CREATE MATERIALIZED VIEW weekly WITH (timescaledb.continuous) AS SELECT time_bucket('1 week', day) AS week, sum(n) AS n FROM daily GROUP BY 1;
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers

-- Statistics come with the name of the aggregate, of some columns, with others in the list; indexes, order.
SELECT reltuples FROM pg_class WHERE oid = '_timescaledb_internal._materialized_hypertable_2'::regclass;
ANALYZE daily (device), weekly, raw;
SELECT relname, reltuples FROM pg_class WHERE relname IN ('_materialized_hypertable_2', '_materialized_hypertable_3', 'raw') ORDER BY 1;
SELECT attname FROM pg_stats WHERE tablename = '_materialized_hypertable_2';
ANALYZE daily (nothing);
VACUUM daily;
VACUUM (FULL, ANALYZE) daily;
REINDEX TABLE daily;
REINDEX TABLE CONCURRENTLY weekly;
CLUSTER daily USING _materialized_hypertable_2_device_day_idx;
SELECT * FROM verify_continuous_aggregate('daily');

-- TRUNCATE: nothing is stored, so that all is computed, by readers of a real-time aggregate as well. An aggregate
-- over this one hears of it.
TRUNCATE daily;
SELECT count(*) FROM _timescaledb_internal._materialized_hypertable_2;
SELECT count(*), sum(n) FROM daily;
SELECT view_name, watermark, pending_ranges FROM timescaledb_information.continuous_aggregates ORDER BY 1;
CALL refresh_continuous_aggregate('daily', '2024-01-03', '2024-01-05');
SELECT count(*), sum(n) FROM _timescaledb_internal._materialized_hypertable_2;
CALL refresh_continuous_aggregate('daily', NULL, NULL);
CALL refresh_continuous_aggregate('weekly', NULL, NULL);
SELECT count(*), sum(n) FROM daily;
SELECT sum(n) FROM weekly;
SELECT * FROM verify_continuous_aggregate('daily');
SELECT * FROM verify_continuous_aggregate('weekly');
-- Undone; several at once; prepared statements; nothing else beside them; results by their own name.
PREPARE total AS SELECT count(*), sum(n) FROM daily;
EXECUTE total;
BEGIN;
TRUNCATE weekly, daily;
EXECUTE total;
ROLLBACK;
EXECUTE total;
SELECT count(*) FROM weekly;
TRUNCATE ONLY daily, weekly RESTART IDENTITY;
EXECUTE total;
SELECT count(*) FROM weekly;
SELECT refusal('TRUNCATE daily, raw');
SELECT refusal('TRUNCATE _timescaledb_internal._materialized_hypertable_2');
CALL refresh_continuous_aggregate('daily', NULL, NULL);
-- What came from dropped chunks is gone for good.
SELECT count(*) FROM drop_chunks('raw', older_than => timestamptz '2024-01-04');
SELECT min(day), count(*) FROM daily;
TRUNCATE daily;
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT min(day), count(*) FROM daily;
SELECT * FROM verify_continuous_aggregate('daily');
-- For owners only.
CREATE ROLE regress_maintain_stranger;
GRANT ALL ON daily, raw TO regress_maintain_stranger;
SET ROLE regress_maintain_stranger;
SELECT refusal('TRUNCATE daily');
SELECT refusal('REINDEX TABLE daily');
SELECT refusal('ALTER MATERIALIZED VIEW daily SET (fillfactor = 50)');
RESET ROLE;
DROP OWNED BY regress_maintain_stranger;
DROP ROLE regress_maintain_stranger;
BEGIN READ ONLY;
TRUNCATE daily;
ROLLBACK;

-- Storage of results, and of those to come; the width of their chunks.
ALTER MATERIALIZED VIEW daily SET (fillfactor = 50);
SELECT DISTINCT reloptions FROM pg_class WHERE relname ~ '^_hyper_2_.*_chunk$';
ALTER MATERIALIZED VIEW daily RESET (fillfactor);
SELECT DISTINCT reloptions FROM pg_class WHERE relname ~ '^_hyper_2_.*_chunk$';
ALTER MATERIALIZED VIEW daily SET TABLESPACE pg_default;
SELECT refusal('ALTER MATERIALIZED VIEW daily SET TABLESPACE nowhere');
SELECT refusal('ALTER MATERIALIZED VIEW daily SET (nonsense = 1)');
SELECT refusal('ALTER MATERIALIZED VIEW daily SET TABLESPACE pg_default, OWNER TO CURRENT_USER');
SELECT refusal('ALTER MATERIALIZED VIEW daily ALTER n SET STATISTICS 10');
SELECT set_chunk_time_interval('daily', interval '3 days');
SELECT varve_catalog.interval_of(chunk_interval) FROM varve_catalog.hypertable WHERE id = 2;
SELECT set_partitioning_interval('daily', interval '5 days', 'day');
SELECT varve_catalog.interval_of(chunk_interval) FROM varve_catalog.hypertable WHERE id = 2;
SELECT refusal($$SELECT set_chunk_time_interval('daily', interval '5 days', 'time')$$);

-- The view stays as it is. Its own changes are none of these.
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER refused INSTEAD OF INSERT ON daily FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE RULE refused AS ON INSERT TO daily DO INSTEAD NOTHING;
CREATE OR REPLACE VIEW daily AS SELECT now() AS day, 1 AS device, 2::bigint AS n;
CREATE OR REPLACE VIEW _timescaledb_internal._partial_view_2 AS SELECT now() AS day, 1 AS device, 2::bigint AS n;
CREATE OR REPLACE VIEW weekly AS SELECT now() AS week, 2::numeric AS n;
CREATE OR REPLACE VIEW ordinary AS SELECT 1 AS one;
CREATE OR REPLACE VIEW ordinary AS SELECT 2 AS one;
ALTER MATERIALIZED VIEW daily SET (timescaledb.materialized_only);
ALTER MATERIALIZED VIEW daily SET (timescaledb.materialized_only = false);
SELECT count(*) FROM daily;

-- Ordinary tables and views are as ever.
CREATE MATERIALIZED VIEW plain AS SELECT 1 AS one;
VACUUM plain;
ANALYZE plain, ordinary;
REINDEX TABLE plain;
TRUNCATE raw;
DROP MATERIALIZED VIEW plain;
DROP VIEW ordinary;
DROP TABLE raw CASCADE;
DROP FUNCTION refusal, nothing;
