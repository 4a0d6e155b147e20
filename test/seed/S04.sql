-- S04, corrected: within quotes a parameter is none.
PREPARE s04 (integer) AS
SELECT day, total_revenue, total_profit, total_orders, avg_order_value FROM revenue_daily WHERE day > NOW() - make_interval(days => $1) ORDER BY day DESC;
EXECUTE s04 (30);
