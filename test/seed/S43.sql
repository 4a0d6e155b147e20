-- S43: which chunks a recent query reads.
EXPLAIN ANALYZE
SELECT * FROM customer_metrics
WHERE time > NOW() - INTERVAL '7 days'
ORDER BY time DESC;
