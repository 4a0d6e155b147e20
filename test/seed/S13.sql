-- S13: payments that look like fraud.
SELECT payment_id, customer_id, amount, fraud_score, time
FROM payment_metrics
WHERE fraud_score > 90
  AND time > NOW() - INTERVAL '24 hours'
ORDER BY fraud_score DESC;
