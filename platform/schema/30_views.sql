-- The aggregates that dashboards read: continuous ones, which also show what came after their last
-- refresh. Days and hours are UTC's.

CREATE MATERIALIZED VIEW IF NOT EXISTS revenue_daily
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket(INTERVAL '1 day', "time") AS day,
       sum(revenue) AS total_revenue,
       sum(profit) AS total_profit,
       sum(orders_count) AS total_orders,
       sum(revenue) / nullif(sum(orders_count), 0) AS avg_order_value
FROM revenue_metrics
GROUP BY 1
WITH NO DATA;
COMMENT ON MATERIALIZED VIEW revenue_daily IS 'revenue, profit and paid orders of each day';

CREATE MATERIALIZED VIEW IF NOT EXISTS customer_activity_hourly
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket(INTERVAL '1 hour', "time") AS hour,
       customer_id,
       count(*) AS activity_count,
       avg(metric_value) AS avg_metric_value
FROM customer_metrics
GROUP BY 1, 2
WITH NO DATA;
COMMENT ON MATERIALIZED VIEW customer_activity_hourly IS 'events and their mean value for each hour and customer';

CREATE MATERIALIZED VIEW IF NOT EXISTS payment_status_daily
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket(INTERVAL '1 day', "time") AS day,
       status,
       count(*) AS payment_count,
       sum(amount) AS total_amount,
       avg(fraud_score) AS avg_fraud_score
FROM payment_metrics
GROUP BY 1, 2
WITH NO DATA;
COMMENT ON MATERIALIZED VIEW payment_status_daily IS 'payments, their amount and mean fraud score for each day and status';

CREATE MATERIALIZED VIEW IF NOT EXISTS revenue_region_daily
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket(INTERVAL '1 day', "time") AS day,
       region,
       sum(revenue) AS total_revenue,
       sum(profit) AS total_profit,
       sum(orders_count) AS total_orders
FROM revenue_metrics
GROUP BY 1, 2
WITH NO DATA;
COMMENT ON MATERIALIZED VIEW revenue_region_daily IS 'revenue, profit and paid orders of each day and region';

-- Quarters of an hour, of which the offset of every time zone is a multiple.
CREATE MATERIALIZED VIEW IF NOT EXISTS customer_activity_quarterly
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket(INTERVAL '15 minutes', "time") AS quarter,
       count(*) AS activity_count
FROM customer_metrics
GROUP BY 1
WITH NO DATA;
COMMENT ON MATERIALIZED VIEW customer_activity_quarterly IS 'events of each quarter of an hour';

-- In SQL, not PL/pgSQL, where the arguments' and results' names would be ambiguous with columns.
CREATE OR REPLACE FUNCTION calculate_growth_rate(metric_name text, days integer DEFAULT 30)
RETURNS TABLE (day timestamptz, value double precision, growth_rate double precision)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT d.day, d.value, (d.value - d.previous) / nullif(d.previous, 0) * 100
    FROM (SELECT b.day, b.value, lag(b.value) OVER (ORDER BY b.day) AS previous
          FROM (SELECT time_bucket(INTERVAL '1 day', m."time") AS day, avg(m.metric_value) AS value
                FROM customer_metrics m
                WHERE m.metric_name = calculate_growth_rate.metric_name
                  AND m."time" > now() - make_interval(days => calculate_growth_rate.days)
                GROUP BY 1) b) d
    ORDER BY d.day
$$;
COMMENT ON FUNCTION calculate_growth_rate(text, integer) IS
    'mean of a customer metric for each day, and its change from the day before in percent; null on the first day and after a zero';
