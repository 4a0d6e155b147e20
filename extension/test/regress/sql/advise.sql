-- advise(): a row for each rule; findings name the table, what is wrong, and a statement that repairs it.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET timescaledb.current_timestamp_mock = '2024-05-01 00:00+00';
CREATE VIEW findings AS SELECT rule, relation, severity, finding, repair FROM advise() WHERE severity <> 'ok' AND relation IS NOT NULL;

-- Nothing there: every rule is kept, or says why it cannot be told.
SELECT rule, title, severity, finding, repair FROM advise();

-- As it should be: no warning.
CREATE TABLE good (time timestamptz NOT NULL, device int, value float8);
SELECT create_hypertable('good', 'time', chunk_time_interval => interval '1 day');
SELECT add_retention_policy('good', interval '2 years', initial_start => '2100-01-01') > 0 AS added;
INSERT INTO good SELECT t, 1, 1 FROM generate_series('2024-04-20', '2024-04-30 23:00', interval '1 hour') t;
CREATE MATERIALIZED VIEW good_daily WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, avg(value) FROM good GROUP BY 1;
SELECT add_continuous_aggregate_policy('good_daily', NULL, interval '1 hour', interval '1 hour', initial_start => '2100-01-01') > 0 AS added;
SELECT * FROM findings;

-- Each rule that can be broken here.
CREATE TABLE bad (time timestamp NOT NULL, metric_name text, metric_value text, note text);
SET client_min_messages = error;
SELECT create_hypertable('bad', 'time', chunk_time_interval => interval '1 day', create_default_indexes => false);
RESET client_min_messages;
INSERT INTO bad SELECT t, 'x' || n % 2, '1', repeat('wide', 300) FROM generate_series('2024-04-20', '2024-04-21', interval '1 hour') t, generate_series(1, 3) n;
ANALYZE bad;
CREATE MATERIALIZED VIEW bad_seconds WITH (timescaledb.continuous) AS SELECT time_bucket('1 second', time) AS second, count(*) FROM bad GROUP BY 1 WITH NO DATA;
SELECT * FROM findings;
SELECT add_retention_policy('bad', interval '90 minutes', initial_start => '2100-01-01') AS job \gset
CREATE MATERIALIZED VIEW weekly WITH (timescaledb.continuous) AS SELECT time_bucket('7 days', time) AS week, count(*) FROM good GROUP BY 1 WITH NO DATA;
SELECT add_continuous_aggregate_policy('weekly', NULL, interval '1 hour', interval '1 minute', initial_start => '2100-01-01') > 0 AS added;
SELECT * FROM findings WHERE rule IN ('B15', 'B17') OR relation = 'weekly'::regclass;
-- Behind its policy.
INSERT INTO good VALUES ('2024-06-01', 1, 1);
SET timescaledb.current_timestamp_mock = '2024-06-01 12:00+00';
SELECT * FROM findings WHERE relation = 'good_daily'::regclass;
SET timescaledb.current_timestamp_mock = '2024-05-01 00:00+00';

-- What a finding says repairs it.
DROP MATERIALIZED VIEW bad_seconds, weekly;
SELECT repair FROM findings WHERE relation = 'bad'::regclass AND rule IN ('B02', 'B05', 'B08', 'B15') ORDER BY rule;
SELECT repair FROM findings WHERE relation = 'bad'::regclass AND rule IN ('B02', 'B05', 'B08', 'B15') ORDER BY rule \gexec
SELECT rule, finding FROM findings WHERE relation = 'bad'::regclass;

-- A policy that fails; whoever reads.
UPDATE varve_catalog.job_stat SET last_success = false, last_start = '2024-05-01', last_finish = '2024-05-01' WHERE job_id = :job;
SELECT rule, severity, finding FROM findings WHERE relation = 'bad'::regclass AND finding ~ 'work';
CREATE ROLE regress_advise_stranger;
SET ROLE regress_advise_stranger;
SELECT count(DISTINCT rule) FROM advise();
RESET ROLE;
DROP ROLE regress_advise_stranger;
DROP TABLE good, bad CASCADE;
