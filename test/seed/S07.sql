-- S07: payments above the threshold of the service.
PREPARE s07 (unknown, unknown) AS
SELECT payment_id, customer_id, amount, fraud_score, time, payment_method FROM payment_metrics WHERE time BETWEEN $1 AND $2 AND fraud_score > 80 ORDER BY fraud_score DESC, time DESC;
EXECUTE s07 (now() - interval '1 day', now());
