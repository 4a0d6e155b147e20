-- S15: the most active customers.
SELECT customer_id, COUNT(*) AS activity_count
FROM customer_metrics
WHERE time > NOW() - INTERVAL '7 days'
GROUP BY customer_id
ORDER BY activity_count DESC
LIMIT 10;
