-- S08: payments by method and status.
PREPARE s08 (unknown, unknown) AS
SELECT payment_method, status, COUNT(*) as count, AVG(fraud_score) as avg_fraud_score, SUM(amount) as total_amount FROM payment_metrics WHERE time BETWEEN $1 AND $2 GROUP BY payment_method, status ORDER BY avg_fraud_score DESC;
EXECUTE s08 (now() - interval '1 day', now());
