-- timescaledb_information and _timescaledb_catalog show what create_hypertable and INSERT have made,
-- in the shape that scripts know, to everyone.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';

-- The documented columns, in order, and ours after them.
SELECT table_schema, table_name, string_agg(format('%s %s', column_name, coalesce(nullif(data_type, 'ARRAY'), udt_name)), ', ' ORDER BY ordinal_position) AS columns
FROM information_schema.columns WHERE table_schema IN ('timescaledb_information', '_timescaledb_catalog')
    AND table_name IN ('hypertables', 'dimensions', 'chunks', 'hypertable', 'dimension', 'dimension_slice', 'chunk', 'chunk_constraint')
GROUP BY 1, 2 ORDER BY 1 DESC, 2
\x
\g
\x
SELECT * FROM timescaledb_information.hypertables;

CREATE ROLE information_owner;
GRANT CREATE ON SCHEMA public TO information_owner;
CREATE SCHEMA "Shop";
CREATE TABLE customer_metrics (time timestamptz NOT NULL, customer_id uuid NOT NULL, metric_name text NOT NULL, metric_value float8 NOT NULL);
CREATE TABLE "Shop"."Orders" (sold timestamp NOT NULL, amount numeric);
CREATE TABLE holiday (day date NOT NULL);
CREATE TABLE counter (tick bigint NOT NULL, v int);
CREATE TABLE small (tick smallint NOT NULL);
SELECT hypertable_id, table_name FROM create_hypertable('customer_metrics', 'time', chunk_time_interval => interval '2 days');
SELECT hypertable_id, table_name FROM create_hypertable('"Shop"."Orders"', 'sold', chunk_time_interval => interval '36 hours');
SELECT hypertable_id, table_name FROM create_hypertable('holiday', 'day');
SELECT hypertable_id, table_name FROM create_hypertable('counter', 'tick', chunk_time_interval => 1000);
SELECT hypertable_id, table_name FROM create_hypertable('small', 'tick');
ALTER TABLE counter OWNER TO information_owner;
INSERT INTO customer_metrics SELECT timestamptz '2024-01-01' + i * interval '1 hour', gen_random_uuid(), 'orders', i FROM generate_series(0, 99) i;
INSERT INTO "Shop"."Orders" VALUES ('2024-01-01', 1), ('1960-02-29', 2);
INSERT INTO holiday VALUES ('2024-12-25'), ('0044-03-15 BC');
INSERT INTO counter VALUES (-1), (999), (1000);
INSERT INTO small VALUES (32767), (-32768);

SELECT hypertable_schema, hypertable_name, owner, num_dimensions, num_chunks, compression_enabled, tablespaces, primary_dimension, primary_dimension_type
FROM timescaledb_information.hypertables ORDER BY hypertable_name COLLATE "C";
SELECT * FROM timescaledb_information.dimensions ORDER BY hypertable_name COLLATE "C";
SELECT hypertable_name, chunk_schema, chunk_name, primary_dimension, range_start, range_end, range_start_integer, range_end_integer,
    is_compressed, chunk_tablespace, chunk_creation_time = now() AS just_now
FROM timescaledb_information.chunks ORDER BY hypertable_name COLLATE "C", range_start, range_start_integer;

-- Each row lies in the range that its chunk shows.
SELECT count(*) AS rows, count(*) FILTER (WHERE m.time >= c.range_start AND m.time < c.range_end) AS inside
FROM customer_metrics m JOIN timescaledb_information.chunks c ON format('%I.%I', c.chunk_schema, c.chunk_name)::regclass = m.tableoid;

-- The statements of the monitoring guide, as written there; then their values.
CREATE TEMPORARY TABLE health AS
SELECT
    hypertable_name,
    chunk_count,
    total_chunks,
    compression_ratio,
    total_data_size,
    total_index_size
FROM timescaledb_information.hypertables
WHERE hypertable_schema = 'public';
SELECT * FROM health ORDER BY hypertable_name;
SELECT
    hypertable_name,
    chunk_name,
    range_start,
    range_end,
    chunk_size
FROM timescaledb_information.chunks
WHERE hypertable_schema = 'public'
ORDER BY chunk_name;
SELECT
    chunk_name,
    chunk_size
FROM timescaledb_information.chunks
WHERE hypertable_name = 'customer_metrics'
ORDER BY chunk_name DESC;
SELECT h.hypertable_name, h.total_data_size + h.total_index_size = hypertable_size(format('%I.%I', h.hypertable_schema, h.hypertable_name)::regclass) AS sizes,
    h.chunk_count = count(c.*) AS chunk_count, h.total_data_size + h.total_index_size = sum(c.chunk_size) AS chunk_sizes
FROM timescaledb_information.hypertables h JOIN timescaledb_information.chunks c USING (hypertable_schema, hypertable_name)
GROUP BY h.hypertable_schema, 1, 2, h.chunk_count, h.total_data_size, h.total_index_size ORDER BY hypertable_name COLLATE "C";

-- As in docs/information-views.md.
SELECT hypertable_name, chunk_count, total_data_size, total_index_size
FROM timescaledb_information.hypertables ORDER BY hypertable_name;

-- Sizes are not computed unless they are selected.
CREATE FUNCTION mentions_size(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (VERBOSE) ' || query LOOP
        IF line ~ '_size' THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
END $$;
SELECT mentions_size('SELECT chunk_name, range_start FROM timescaledb_information.chunks') AS chunks,
    mentions_size('SELECT hypertable_name, chunk_count FROM timescaledb_information.hypertables') AS hypertables,
    mentions_size('SELECT chunk_size FROM timescaledb_information.chunks') AS chunk_size;

-- The catalog as scripts know it: slices in microseconds from 1970.
SELECT * FROM _timescaledb_catalog.hypertable ORDER BY id;
SELECT id, hypertable_id, column_name, column_type, aligned, num_slices, interval_length FROM _timescaledb_catalog.dimension ORDER BY id;
SELECT h.table_name, c.table_name AS chunk, d.column_name, s.range_start, s.range_end, to_timestamp(s.range_start / 1e6) AS start_if_time
FROM _timescaledb_catalog.hypertable h
    JOIN _timescaledb_catalog.chunk c ON c.hypertable_id = h.id AND NOT c.dropped
    JOIN _timescaledb_catalog.chunk_constraint cc ON cc.chunk_id = c.id
    JOIN _timescaledb_catalog.dimension_slice s ON s.id = cc.dimension_slice_id
    JOIN _timescaledb_catalog.dimension d ON d.id = s.dimension_id
WHERE h.table_name IN ('customer_metrics', 'counter', 'small') ORDER BY h.id, s.range_start;

-- The ends of the calendar.
INSERT INTO "Shop"."Orders" VALUES ('4714-11-24 00:00 BC', 0), ('294276-12-31 23:59:59.999999', 0);
SELECT range_start, range_end FROM timescaledb_information.chunks WHERE hypertable_name = 'Orders' ORDER BY range_start;
SELECT s.range_start, s.range_end FROM _timescaledb_catalog.dimension_slice s WHERE s.dimension_id = 2 ORDER BY range_start;

-- Everyone may read all of it, and nobody may write.
SET ROLE information_owner;
SELECT count(*) AS hypertables, sum(chunk_count) AS chunks, sum(total_data_size) > 0 AS sizes FROM timescaledb_information.hypertables;
SELECT count(*) AS chunks, sum(chunk_size) > 0 AS sizes FROM timescaledb_information.chunks;
SELECT count(*) AS dimensions FROM timescaledb_information.dimensions;
SELECT count(*) AS slices FROM _timescaledb_catalog.chunk JOIN _timescaledb_catalog.dimension_slice USING (id);
RESET ROLE;
SELECT table_schema, table_name, privilege_type FROM information_schema.role_table_grants
WHERE table_schema IN ('timescaledb_information', '_timescaledb_catalog') AND grantee = 'PUBLIC' AND privilege_type <> 'SELECT';

-- What is dropped is gone from the views.
DROP TABLE counter;
DROP TABLE "Shop"."Orders";
SELECT count(*) FROM drop_chunks('customer_metrics', older_than => timestamptz '2024-01-04');
SELECT hypertable_name, num_chunks FROM timescaledb_information.hypertables ORDER BY 1;
SELECT hypertable_name, count(*) FROM timescaledb_information.chunks GROUP BY 1 ORDER BY 1;
SELECT (SELECT count(*) FROM _timescaledb_catalog.dimension) AS dimensions, (SELECT count(*) FROM _timescaledb_catalog.dimension_slice) AS slices;
REVOKE CREATE ON SCHEMA public FROM information_owner;
DROP ROLE information_owner;
