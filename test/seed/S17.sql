-- S17: unusual payment amounts.
SELECT
    customer_id,
    AVG(amount) AS avg_amount,
    STDDEV(amount) AS stddev_amount,
    COUNT(*) AS payment_count
FROM payment_metrics
WHERE time > NOW() - INTERVAL '7 days'
GROUP BY customer_id
HAVING COUNT(*) > 5
ORDER BY stddev_amount DESC
LIMIT 10;
