-- Compaction policies: rows that have trickled into chunks in columns join these, of whatever age.
SET timezone = 'UTC';
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
CREATE TABLE readings (time timestamptz NOT NULL, device int, v float8);
SELECT created FROM create_hypertable('readings', by_range('time', interval '1 day'));
INSERT INTO readings SELECT t, d, d FROM generate_series(timestamptz '2024-01-01', '2024-01-05 23:00', '1 hour') t, generate_series(1, 4) d;
CREATE TABLE plain (time timestamptz NOT NULL);

-- What is refused.
SELECT refusal($$SELECT add_compaction_policy('readings')$$);
ALTER TABLE readings SET (tsdb.enable_columnstore, tsdb.segmentby = 'device', tsdb.orderby = 'time');
SELECT refusal($$SELECT add_compaction_policy(NULL)$$);
SELECT refusal($$SELECT add_compaction_policy('plain')$$);
SELECT refusal($$SELECT add_compaction_policy('readings', max_chunks => -1)$$);
SELECT refusal($$SELECT add_compaction_policy('readings', max_batches => -1)$$);
SELECT refusal($$SELECT add_compaction_policy('readings', schedule_interval => '0')$$);
SELECT refusal($$SELECT remove_compaction_policy('readings')$$);
SELECT remove_compaction_policy('readings', if_exists => true);

-- Chunks of rows are none of its business.
SELECT add_compaction_policy('readings', initial_start => '2100-01-01', max_chunks => 1, max_batches => 10, inactive_for => '1 minute') AS job \gset
SELECT application_name = format('Compaction Policy [%s]', job_id) AS named, schedule_interval, config - 'hypertable_id' AS config, check_name
FROM timescaledb_information.jobs WHERE job_id = :job;
SELECT count(*) FROM explain_policy(:job);
SELECT count(compress_chunk(c)) FROM show_chunks('readings', older_than => timestamptz '2024-01-05') c;
SELECT count(*) FROM explain_policy(:job);

-- One chunk a run, oldest first; all where there is no limit.
INSERT INTO readings VALUES ('2024-01-02 00:30', 1, 1), ('2024-01-03 00:30', 1, 1), ('2024-01-04 00:30', 1, 1), ('2024-01-05 00:30', 1, 1);
SELECT action, range_start FROM explain_policy(:job);
CALL run_job(:job);
SELECT action, range_start FROM explain_policy(:job);
SELECT config -> 'max_chunks' AS at_most FROM alter_job(:job, config_merge => '{"max_chunks": null}');
SELECT action, range_start FROM explain_policy(:job);
CALL run_job(:job);
SELECT count(*) FROM explain_policy(:job);
SELECT count(*), sum(v) FROM readings;
SELECT count(*) FILTER (WHERE is_compressed) AS columnar, count(*) FROM timescaledb_information.chunks WHERE hypertable_name = 'readings';

-- Once only; configurations that are none.
SELECT refusal($$SELECT add_compaction_policy('readings')$$);
SELECT add_compaction_policy('readings', if_not_exists => true);
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"hypertable_id": 4711}'')', :job));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"max_chunks": "some"}'')', :job));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"inactive_for": "a while"}'')', :job));
SELECT remove_compaction_policy('readings');
DROP TABLE readings, plain;
DROP FUNCTION refusal;
