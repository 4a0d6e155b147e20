-- Sizes are the sums over chunks of what PostgreSQL measures, by part; estimates agree once analyzed.
SET timezone = 'UTC';
CREATE TABLE metric (time timestamptz NOT NULL, device int, note text);
SELECT * FROM create_hypertable('metric', 'time', chunk_time_interval => interval '1 day');
-- Without a chunk there is nothing to measure; other relations have no hypertable's size.
SELECT hypertable_size('metric') AS none, hypertable_size('pg_class') AS other, hypertable_size(NULL) AS no_table,
    hypertable_approximate_size('metric') AS approximate, hypertable_approximate_size('pg_class') AS other_approximate;
SELECT * FROM hypertable_detailed_size('metric');
SELECT * FROM hypertable_detailed_size('pg_class');
SELECT * FROM chunks_detailed_size('metric');
SELECT approximate_row_count('metric') AS empty, approximate_row_count(NULL) AS no_table;

CREATE INDEX metric_device_idx ON metric (device);
ALTER TABLE metric ALTER note SET STORAGE EXTERNAL;
INSERT INTO metric SELECT timestamptz '2024-01-01' + i * interval '1 min', i % 10, CASE WHEN i % 1000 = 0 THEN repeat('x', 50000) END
FROM generate_series(0, 6999) i;
-- Rows are estimated before anything was analyzed.
SELECT pg_stat_force_next_flush();
SELECT approximate_row_count('metric') AS never_analyzed;

-- Against PostgreSQL's own functions, over what it knows as partitions.
CREATE VIEW expected AS
SELECT sum(pg_table_size(p.relid) - pg_total_relation_size(r.reltoastrelid))::bigint AS table_bytes, sum(pg_indexes_size(p.relid))::bigint AS index_bytes,
    sum(pg_total_relation_size(r.reltoastrelid))::bigint AS toast_bytes, sum(pg_total_relation_size(p.relid))::bigint AS total_bytes
FROM pg_partition_tree('metric') p JOIN pg_class r ON r.oid = p.relid WHERE p.isleaf;
SELECT s.table_bytes = e.table_bytes AS table, s.index_bytes = e.index_bytes AS index, s.toast_bytes = e.toast_bytes AS toast,
    s.total_bytes = e.total_bytes AS total, s.toast_bytes > 7 * 50000 AS toasted, node_name
FROM hypertable_detailed_size('metric') s, expected e;
SELECT hypertable_size('metric') = total_bytes AS size FROM expected;
SELECT chunk_schema, chunk_name, total_bytes = pg_total_relation_size(format('%I.%I', chunk_schema, chunk_name)::regclass) AS total,
    table_bytes + index_bytes + toast_bytes = total_bytes AS adds_up, node_name
FROM chunks_detailed_size('metric');
SELECT hypertable_index_size('metric_device_idx') + hypertable_index_size('metric_time_idx') = index_bytes AS indexes FROM expected;
SELECT hypertable_index_size('pg_class_oid_index') AS other, hypertable_index_size('metric') AS no_index;

-- Estimates: exact where a chunk has not been seen yet, as of the last VACUUM or ANALYZE after.
SELECT hypertable_approximate_size('metric') = hypertable_size('metric') AS never_analyzed;
VACUUM ANALYZE metric;
SELECT abs(hypertable_approximate_size('metric') / hypertable_size('metric')::float8 - 1) < 0.3 AS analyzed,
    (SELECT total_bytes = table_bytes + index_bytes + toast_bytes FROM hypertable_approximate_detailed_size('metric')) AS adds_up;
SELECT approximate_row_count('metric') AS analyzed;
-- A chunk that grows is estimated by its pages, as the planner does.
INSERT INTO metric SELECT timestamptz '2024-01-02' + i * interval '100 ms', 1 FROM generate_series(1, 20000) i;
SELECT abs(approximate_row_count('metric') / 27000.0 - 1) < 0.1 AS grown;
-- Plain and partitioned tables.
CREATE TABLE plain AS SELECT i FROM generate_series(1, 1234) i;
ANALYZE plain;
SELECT approximate_row_count('plain') AS plain;

-- Whoever may see the table's name may ask.
CREATE ROLE size_reader;
SET ROLE size_reader;
SELECT hypertable_size('metric') > 0 AS size, hypertable_index_size('metric_time_idx') > 0 AS index, approximate_row_count('metric') > 0 AS rows;
RESET ROLE;
DROP ROLE size_reader;

-- Dropped chunks count no more.
SELECT count(*) FROM drop_chunks('metric', older_than => timestamptz '2024-01-04');
SELECT hypertable_size('metric') = total_bytes AS size, (SELECT count(*) FROM chunks_detailed_size('metric')) AS chunks FROM expected;
