-- S02: what a customer did, newest first. JDBC sends times untyped.
PREPARE s02 (uuid, unknown, unknown) AS
SELECT time, customer_id, metric_name, metric_value, labels FROM customer_metrics WHERE customer_id = $1 AND time BETWEEN $2 AND $3 ORDER BY time DESC;
EXECUTE s02 ('550e8400-e29b-41d4-a716-446655440000', now() - interval '1 day', now());
