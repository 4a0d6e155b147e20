-- The example of docs/continuous-aggregates.md.
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE TABLE reading (time timestamptz NOT NULL, device int, celsius float8);
SELECT create_hypertable('reading', 'time');
INSERT INTO reading SELECT t, d, 20 + d FROM generate_series(timestamptz '2024-01-01', '2024-01-31', '1 hour') t, generate_series(1, 3) d;

CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('1 hour', time) AS hour, device, avg(celsius) AS mean, max(celsius) AS high, count(*) AS n
FROM reading GROUP BY 1, 2;

CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
SELECT time_bucket('1 day', hour) AS day, device, sum(mean * n) / sum(n) AS mean FROM hourly GROUP BY 1, 2 WITH NO DATA;

INSERT INTO reading VALUES ('2024-01-05 12:30', 1, 99), ('2024-02-01', 1, 20);   -- a late row and a new one
CALL refresh_continuous_aggregate('hourly', NULL, '2024-02-01');
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT * FROM hourly WHERE hour > '2024-01-31' AND device = 1;                   -- the new row, too
SELECT * FROM verify_continuous_aggregate('daily');                              -- nothing: all is the query's
SELECT view_name, watermark, lag > '0' AS lag, pending_ranges FROM timescaledb_information.continuous_aggregates ORDER BY 1;
SELECT * FROM daily WHERE day = '2024-01-05' ORDER BY device;

ALTER MATERIALIZED VIEW hourly ADD COLUMN low float8 GENERATED ALWAYS AS (min(celsius)) STORED;
SELECT replace_continuous_aggregate('daily', 'SELECT time_bucket(''1 day'', hour) AS day, device, sum(mean * n) / sum(n) AS mean, max(high) AS high FROM hourly GROUP BY 1, 2');
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT count(*), count(high) FROM daily;
SELECT min(low) FROM hourly;
