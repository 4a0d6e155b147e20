-- Reorder policies, and what explain_policy says of a policy's next run.
\set ON_ERROR_STOP 0
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET timescaledb.current_timestamp_mock = '2024-05-10 12:00+00';
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
CREATE TABLE readings (time timestamptz NOT NULL, device int);
SELECT create_hypertable('readings', 'time', chunk_time_interval => interval '1 day');
CREATE INDEX readings_device_idx ON readings (device, time);
INSERT INTO readings SELECT t, extract(hour FROM t)::int * 7 % 5 FROM generate_series('2024-05-01', '2024-05-06 23:00', interval '1 hour') AS t;
CREATE TABLE plain (a int PRIMARY KEY);

SELECT add_reorder_policy('readings', 'readings_device_idx', initial_start => '2100-01-01') AS job \gset
SELECT application_name, schedule_interval, proc_name, config, check_name FROM timescaledb_information.jobs WHERE job_id = :job;
SELECT add_reorder_policy('readings', 'readings_device_idx', if_not_exists => true);
SELECT refusal('SELECT add_reorder_policy(''readings'', ''readings_device_idx'')');
SELECT refusal('SELECT add_reorder_policy(''readings'', NULL)');
SELECT refusal('SELECT add_reorder_policy(''readings'', ''plain_pkey'')');
SELECT refusal('SELECT add_reorder_policy(''readings'', ''nothing'')');
SELECT refusal('SELECT add_reorder_policy(''plain'', ''plain_pkey'')');
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"index_name": "plain_pkey"}'')', :job));

-- All but the three newest, once. ctid tells the order on disk.
SELECT action, range_start, range_end, bytes > 0 AS bytes, locks, note FROM explain_policy(:job);
CREATE VIEW order_on_disk AS
    SELECT tableoid::regclass AS chunk, bool_and(device >= previous) AS by_device
    FROM (SELECT tableoid, device, lag(device, 1, 0) OVER (PARTITION BY tableoid ORDER BY ctid) AS previous FROM readings) r GROUP BY 1 ORDER BY 1;
TABLE order_on_disk;
CALL run_job(:job);
TABLE order_on_disk;
SELECT count(*) FROM explain_policy(:job);
INSERT INTO readings VALUES ('2024-05-07', 1);
SELECT range_start FROM explain_policy(:job);
CALL run_job(:job);
SELECT count(*) FROM explain_policy(:job);
\set SHOW_CONTEXT never
-- Columns have an order of their own; and one chunk that cannot be reordered does not hold up those behind it.
INSERT INTO readings VALUES ('2024-04-01', 1), ('2024-04-02', 2), ('2024-04-03', 3);
ALTER TABLE readings SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'time');
SELECT count(compress_chunk(c)) FROM show_chunks('readings', older_than => timestamptz '2024-04-02') c;
CREATE FUNCTION checked(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN n; END $$;
CREATE INDEX ON readings (checked(device));
CREATE OR REPLACE FUNCTION checked(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN IF n = 2 THEN RAISE 'not %', n; END IF; RETURN n; END $$;
SELECT range_start FROM explain_policy(:job);
CALL run_job(:job);
SELECT range_start FROM explain_policy(:job);
DROP INDEX readings_checked_idx;
CALL run_job(:job);
SELECT count(*) FROM explain_policy(:job);
SELECT drop_chunks('readings', older_than => timestamptz '2024-04-04');
SELECT remove_reorder_policy('readings');
SELECT refusal('SELECT remove_reorder_policy(''readings'')');
SELECT remove_reorder_policy('readings', if_exists => true);

-- explain_policy of retention; and of what it does not know.
SELECT add_retention_policy('readings', interval '7 days', initial_start => '2100-01-01') AS job \gset
SELECT action, relation, range_start, range_end, bytes > 0 AS bytes, locks, note FROM explain_policy(:job);
CALL run_job(:job);
SELECT count(*) FROM explain_policy(:job);
SELECT refusal('SELECT explain_policy(4711)');
SELECT refusal('SELECT explain_policy(3)');
