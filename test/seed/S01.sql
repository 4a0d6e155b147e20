-- S01: an application records what a customer did, with the clock of the database.
PREPARE s01 (uuid, varchar, float8, varchar) AS
INSERT INTO customer_metrics (time, customer_id, metric_name, metric_value, labels) VALUES (NOW(), $1, $2, $3, $4::jsonb);
EXECUTE s01 ('550e8400-e29b-41d4-a716-446655440000', 's01', 1.5, '{"source":"test"}');
SELECT metric_value, labels FROM customer_metrics WHERE metric_name = 's01' AND time > now() - interval '1 minute';
