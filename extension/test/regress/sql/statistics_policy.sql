-- The extension's own job 4 keeps the statistics of hypertables, which autovacuum does not.
SET timezone = 'UTC';
CREATE TABLE readings (time timestamptz NOT NULL, device int);
SELECT create_hypertable('readings', 'time', chunk_time_interval => interval '1 day');
CREATE TABLE empty (time timestamptz NOT NULL);
SELECT create_hypertable('empty', 'time');
INSERT INTO readings SELECT t, extract(epoch FROM t)::bigint / 60 % 500 FROM generate_series('2024-05-01', '2024-05-03 23:59', interval '1 minute') AS t;
CREATE FUNCTION estimated_groups() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (format json) SELECT device FROM readings GROUP BY device' INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END $$;

-- What autovacuum would do.
SELECT format('ANALYZE %s', c) FROM show_chunks('readings') AS c \gexec
SELECT varve_catalog.stale_hypertables();
SELECT estimated_groups();
CALL run_job(4);
SELECT estimated_groups();
SELECT varve_catalog.stale_hypertables();
CREATE TEMPORARY TABLE before AS SELECT reltuples FROM pg_class WHERE relname = 'readings';
SELECT reltuples FROM before;

-- A few more rows change nothing; many do.
INSERT INTO readings SELECT t, 1 FROM generate_series('2024-05-04', '2024-05-04 05:00', interval '1 minute') AS t;
SELECT format('ANALYZE %s', c) FROM show_chunks('readings') AS c \gexec
SELECT varve_catalog.stale_hypertables();
INSERT INTO readings SELECT t, 1 FROM generate_series('2024-05-05', '2024-05-06', interval '1 minute') AS t;
SELECT format('ANALYZE %s', c) FROM show_chunks('readings') AS c \gexec
SELECT varve_catalog.stale_hypertables();
CALL run_job(4);
SELECT r.reltuples > b.reltuples AS more FROM pg_class r, before b WHERE relname = 'readings';

-- Who may.
CREATE ROLE regress_statistics_other;
SET ROLE regress_statistics_other;
SELECT varve_catalog.analyze_parent('readings');
RESET ROLE;
DROP ROLE regress_statistics_other;
SELECT varve_catalog.analyze_parent('pg_class');
