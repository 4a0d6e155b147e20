-- S14: activity by hour and weekday.
SELECT
    EXTRACT(hour FROM time) AS hour_of_day,
    EXTRACT(dow FROM time) AS day_of_week,
    COUNT(*) AS activity_count
FROM customer_metrics
WHERE time > NOW() - INTERVAL '30 days'
GROUP BY hour_of_day, day_of_week
ORDER BY activity_count DESC;
