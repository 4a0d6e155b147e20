-- Revenue of a range, of an equally long one before it, and of each day (UTC), newest first. The
-- growth is in percent; null where there was no revenue before.
-- $1 from  $2 to  $3 from and $4 to of the range before
WITH days AS (
    SELECT time_bucket('1 day', "time") AS day, sum(revenue) AS revenue, sum(profit) AS profit,
           sum(orders_count)::bigint AS orders
    FROM revenue_metrics
    WHERE "time" >= $1::timestamptz AND "time" < $2::timestamptz
    GROUP BY 1
), total AS (
    SELECT coalesce(sum(revenue), 0) AS revenue, coalesce(sum(profit), 0) AS profit,
           coalesce(sum(orders), 0)::bigint AS orders
    FROM days
), previous AS (
    SELECT coalesce(sum(revenue), 0) AS revenue, coalesce(sum(profit), 0) AS profit,
           coalesce(sum(orders_count), 0)::bigint AS orders
    FROM revenue_metrics
    WHERE "time" >= $3::timestamptz AND "time" < $4::timestamptz
)
SELECT json_build_object(
    'totalRevenue', total.revenue::text, 'totalProfit', total.profit::text, 'totalOrders', total.orders,
    'growthRate', round((total.revenue - previous.revenue) / nullif(previous.revenue, 0) * 100, 4),
    'previous', json_build_object(
        'from', to_char($3::timestamptz, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'to', to_char($4::timestamptz, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'totalRevenue', previous.revenue::text, 'totalProfit', previous.profit::text,
        'totalOrders', previous.orders),
    'dailyData', (
        SELECT coalesce(json_agg(json_build_object(
                   'day', to_char(day, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                   'totalRevenue', days.revenue::text, 'totalProfit', days.profit::text,
                   'totalOrders', days.orders,
                   'avgOrderValue', round(days.revenue / nullif(days.orders, 0), 2)::text)
               ORDER BY day DESC), '[]')
        FROM days))
FROM total, previous
