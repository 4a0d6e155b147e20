-- S12: daily revenue of a month.
SELECT day, total_revenue, total_profit, total_orders
FROM revenue_daily
WHERE day > NOW() - INTERVAL '30 days'
ORDER BY day;
