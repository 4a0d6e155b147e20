-- S21: payment status from the aggregate.
SELECT day, status, payment_count, total_amount, avg_fraud_score
FROM payment_status_daily
WHERE day > NOW() - INTERVAL '7 days'
ORDER BY day DESC, payment_count DESC;
