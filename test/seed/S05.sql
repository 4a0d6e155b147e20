-- S05, corrected: within quotes a parameter is none.
PREPARE s05 (integer) AS
SELECT time_bucket('1 day', time) AS day, region, SUM(revenue) AS total_revenue, SUM(profit) AS total_profit, SUM(orders_count) AS total_orders FROM revenue_metrics WHERE time > NOW() - make_interval(days => $1) GROUP BY day, region ORDER BY day DESC, total_revenue DESC;
EXECUTE s05 (30);
