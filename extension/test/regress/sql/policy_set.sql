-- Policies of a continuous aggregate, all at once: added, shown, altered, removed.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
SET timezone = 'UTC';
SET datestyle = 'ISO';
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
CREATE TABLE readings (time timestamptz NOT NULL, value int);
SELECT create_hypertable('readings', 'time', chunk_time_interval => interval '1 day');
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
SELECT time_bucket('1 day', time) AS day, sum(value) AS total FROM readings GROUP BY 1 WITH NO DATA;
SET timescaledb.current_timestamp_mock = '2000-01-01 00:00+00';  -- nothing runs by itself
SELECT timescaledb_experimental.show_policies('daily');

-- What is refused changes nothing.
SELECT refusal('SELECT timescaledb_experimental.add_policies(''daily'')');
SELECT refusal('SELECT timescaledb_experimental.add_policies(NULL, drop_after => interval ''1 day'')');
SELECT refusal('SELECT timescaledb_experimental.add_policies(''readings'', drop_after => interval ''1 day'')');
SELECT refusal('SELECT timescaledb_experimental.add_policies(''daily'', compress_after => interval ''1 day'')');
SELECT refusal('SELECT timescaledb_experimental.add_policies(''daily'', drop_after => 7)');
SELECT refusal('SELECT timescaledb_experimental.add_policies(''daily'', refresh_start_offset => ''a while'')');
SELECT refusal('SELECT timescaledb_experimental.add_policies(''daily'', refresh_start_offset => interval ''1 day'', refresh_end_offset => interval ''1 hour'')');
SELECT refusal('SELECT timescaledb_experimental.add_policies(''daily'', refresh_start_offset => interval ''7 days'', refresh_end_offset => interval ''1 hour'', drop_after => interval ''6 days'')');
SELECT refusal('SELECT timescaledb_experimental.alter_policies(''daily'', drop_after => interval ''1 day'')');
SELECT refusal('SELECT timescaledb_experimental.alter_policies(''daily'')');
SELECT refusal('SELECT timescaledb_experimental.remove_policies(''daily'', false, ''policy_retention'')');
SELECT refusal('SELECT timescaledb_experimental.remove_policies(''daily'')');
SELECT refusal('SELECT timescaledb_experimental.remove_policies(''daily'', true, ''policy_of_mine'')');
SELECT refusal('SELECT timescaledb_experimental.remove_all_policies(''daily'')');
SELECT refusal('SELECT timescaledb_experimental.show_policies(''readings'')');
SELECT count(*) FROM timescaledb_information.jobs WHERE job_id >= 1000;

-- Added, and twice.
SELECT timescaledb_experimental.add_policies('daily', refresh_start_offset => interval '7 days', refresh_end_offset => '1 hour', drop_after => interval '1 year');
SELECT timescaledb_experimental.show_policies('daily');
SELECT refusal('SELECT timescaledb_experimental.add_policies(''daily'', drop_after => interval ''1 year'')');
SELECT timescaledb_experimental.add_policies('daily', if_not_exists => true, refresh_start_offset => interval '7 days', refresh_end_offset => '1 hour', drop_after => interval '2 years');
SELECT relation_name, schedule_interval, proc_name, config, hypertable_name FROM timescaledb_experimental.policies ORDER BY proc_name;

-- Altered: what is given.
SELECT timescaledb_experimental.alter_policies('daily', refresh_start_offset => interval '14 days');
SELECT timescaledb_experimental.alter_policies('daily', drop_after => interval '3 years');
SELECT refusal('SELECT timescaledb_experimental.alter_policies(''daily'', drop_after => interval ''3 days'')');
SELECT refusal('SELECT timescaledb_experimental.alter_policies(''daily'', compress_after => interval ''3 days'')');
SELECT timescaledb_experimental.show_policies('daily');
SELECT timescaledb_experimental.remove_policies('daily', false, 'policy_retention');
SELECT timescaledb_experimental.alter_policies('daily', if_exists => true, drop_after => interval '3 years');

-- Several refresh policies: they never overlap, and which is meant must be said.
SELECT add_continuous_aggregate_policy('daily', interval '1 year', interval '14 days', interval '1 day') AS older \gset
SELECT refusal('SELECT timescaledb_experimental.alter_policies(''daily'', refresh_start_offset => interval ''20 days'')');
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"end_offset": "10 days"}'')', :older));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"end_offset": null}'')', :older));
SELECT config FROM alter_job(:older, config_merge => '{"start_offset": null, "end_offset": "15 days"}');
SELECT timescaledb_experimental.show_policies('daily');
SELECT timescaledb_experimental.remove_policies('daily', true, 'policy_refresh_continuous_aggregate', 'policy_retention');
SELECT timescaledb_experimental.add_policies('daily', drop_after => interval '1 year');
SELECT timescaledb_experimental.remove_all_policies('daily');
SELECT timescaledb_experimental.remove_all_policies('daily', if_exists => true);
CREATE ROLE regress_set_stranger;
SET ROLE regress_set_stranger;
SELECT refusal('SELECT timescaledb_experimental.add_policies(''daily'', drop_after => interval ''1 year'')');
RESET ROLE;
DROP ROLE regress_set_stranger;

-- Integers.
CREATE TABLE counters (n bigint NOT NULL, v int);
SELECT create_hypertable('counters', 'n', chunk_time_interval => 10);
CREATE FUNCTION present() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 50::bigint';
SELECT set_integer_now_func('counters', 'present');
CREATE MATERIALIZED VIEW tens WITH (timescaledb.continuous) AS SELECT time_bucket(10, n) AS ten, sum(v) FROM counters GROUP BY 1 WITH NO DATA;
SELECT timescaledb_experimental.add_policies('tens', refresh_start_offset => 100, refresh_end_offset => 10, drop_after => 1000);
SELECT timescaledb_experimental.alter_policies('tens', refresh_end_offset => 20);
SELECT refusal('SELECT timescaledb_experimental.alter_policies(''tens'', drop_after => 20)');
SELECT timescaledb_experimental.show_policies('tens');

-- Columns between refresh and retention.
ALTER MATERIALIZED VIEW daily SET (timescaledb.enable_columnstore);
SELECT refusal('SELECT timescaledb_experimental.add_policies(''daily'', refresh_start_offset => interval ''7 days'', refresh_end_offset => interval ''1 hour'', compress_after => interval ''6 days'')');
SELECT refusal('SELECT timescaledb_experimental.add_policies(''daily'', compress_after => interval ''60 days'', drop_after => interval ''30 days'')');
SELECT count(*) FROM timescaledb_information.jobs WHERE job_id >= 1000;
SELECT timescaledb_experimental.add_policies('daily', refresh_start_offset => interval '7 days', refresh_end_offset => interval '1 hour', compress_after => interval '8 days', drop_after => interval '1 year');
SELECT timescaledb_experimental.show_policies('daily');
SELECT timescaledb_experimental.alter_policies('daily', compress_after => interval '30 days');
SELECT refusal('SELECT timescaledb_experimental.alter_policies(''daily'', compress_after => interval ''3 days'')');
SELECT refusal('SELECT timescaledb_experimental.alter_policies(''daily'', drop_after => interval ''20 days'')');
SELECT timescaledb_experimental.show_policies('daily');
SELECT timescaledb_experimental.remove_policies('daily', false, 'policy_compression', 'policy_retention');
SELECT timescaledb_experimental.remove_all_policies('daily');
