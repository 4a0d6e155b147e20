-- S19: revenue summary from the aggregate.
SELECT day, total_revenue, total_profit, total_orders, avg_order_value
FROM revenue_daily
WHERE day > NOW() - INTERVAL '30 days'
ORDER BY day;
