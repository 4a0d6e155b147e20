-- S06: what a forecast begins with.
SELECT time_bucket('1 day', time) AS day, AVG(revenue) AS avg_revenue, AVG(profit) AS avg_profit FROM revenue_metrics WHERE time > NOW() - INTERVAL '30 days' GROUP BY day ORDER BY day;
