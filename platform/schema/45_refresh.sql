-- The aggregates follow their tables: whole days and hours are computed soon after they end, late rows
-- with the next run. What is newer, readers compute themselves.

SELECT add_continuous_aggregate_policy('revenue_daily', NULL, INTERVAL '1 hour', INTERVAL '30 minutes', if_not_exists => true);
SELECT add_continuous_aggregate_policy('customer_activity_hourly', NULL, INTERVAL '10 minutes', INTERVAL '10 minutes', if_not_exists => true);
SELECT add_continuous_aggregate_policy('payment_status_daily', NULL, INTERVAL '1 hour', INTERVAL '30 minutes', if_not_exists => true);
SELECT add_continuous_aggregate_policy('revenue_region_daily', NULL, INTERVAL '1 hour', INTERVAL '30 minutes', if_not_exists => true);
SELECT add_continuous_aggregate_policy('customer_activity_quarterly', NULL, INTERVAL '10 minutes', INTERVAL '10 minutes', if_not_exists => true);
