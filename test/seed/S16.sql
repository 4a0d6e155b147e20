-- S16: revenue by day and region.
SELECT
    time_bucket('1 day', time) AS day,
    region,
    SUM(revenue) AS daily_revenue,
    SUM(profit) AS daily_profit
FROM revenue_metrics
WHERE time > NOW() - INTERVAL '30 days'
GROUP BY day, region
ORDER BY day DESC, daily_revenue DESC;
