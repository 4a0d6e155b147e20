-- What the database does by itself: old rows go, a chunk at a time. A policy that has been altered stays as
-- it is. Compression waits for the columnstore.

SELECT add_retention_policy('customer_metrics', INTERVAL '2 years', if_not_exists => true);
SELECT add_retention_policy('order_metrics', INTERVAL '2 years', if_not_exists => true);
SELECT add_retention_policy('payment_metrics', INTERVAL '2 years', if_not_exists => true);
SELECT add_retention_policy('revenue_metrics', INTERVAL '2 years', if_not_exists => true);
SELECT add_retention_policy('system_metrics', INTERVAL '90 days', if_not_exists => true);
