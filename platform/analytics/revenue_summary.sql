-- Revenue of a range, of an equally long one before it, and of each day (UTC), newest first. The
-- growth is in percent; null where there was no revenue before. Whole days come from revenue_daily,
-- unless some of it has yet to be computed again after late rows; parts of days from rows.
-- $1 from  $2 to  $3, $4 the whole days in it (one time twice where there is none)
-- $5 from  $6 to  $7, $8 the same of the range before
WITH source AS MATERIALIZED (
    SELECT continuous_aggregate_is_fresh('revenue_daily') AS is_cagg
), days AS (
    SELECT day, total_revenue AS revenue, total_profit AS profit, total_orders::bigint AS orders
    FROM revenue_daily
    WHERE (SELECT is_cagg FROM source) AND day >= $3::timestamptz AND day < $4::timestamptz
    UNION ALL
    SELECT time_bucket('1 day', "time"), sum(revenue), sum(profit), sum(orders_count)::bigint
    FROM revenue_metrics
    WHERE NOT (SELECT is_cagg FROM source) AND "time" >= $3::timestamptz AND "time" < $4::timestamptz
    GROUP BY 1
    UNION ALL
    SELECT time_bucket('1 day', "time"), sum(revenue), sum(profit), sum(orders_count)::bigint
    FROM revenue_metrics
    WHERE "time" >= $1::timestamptz AND "time" < $3::timestamptz
    GROUP BY 1
    UNION ALL
    SELECT time_bucket('1 day', "time"), sum(revenue), sum(profit), sum(orders_count)::bigint
    FROM revenue_metrics
    WHERE "time" >= $4::timestamptz AND "time" < $2::timestamptz
    GROUP BY 1
), total AS (
    SELECT coalesce(sum(revenue), 0) AS revenue, coalesce(sum(profit), 0) AS profit,
           coalesce(sum(orders), 0)::bigint AS orders
    FROM days
), before AS (
    SELECT total_revenue AS revenue, total_profit AS profit, total_orders AS orders
    FROM revenue_daily
    WHERE (SELECT is_cagg FROM source) AND day >= $7::timestamptz AND day < $8::timestamptz
    UNION ALL
    SELECT revenue, profit, orders_count
    FROM revenue_metrics
    WHERE NOT (SELECT is_cagg FROM source) AND "time" >= $7::timestamptz AND "time" < $8::timestamptz
    UNION ALL
    SELECT revenue, profit, orders_count
    FROM revenue_metrics
    WHERE "time" >= $5::timestamptz AND "time" < $7::timestamptz
    UNION ALL
    SELECT revenue, profit, orders_count
    FROM revenue_metrics
    WHERE "time" >= $8::timestamptz AND "time" < $6::timestamptz
), previous AS (
    SELECT coalesce(sum(revenue), 0) AS revenue, coalesce(sum(profit), 0) AS profit,
           coalesce(sum(orders), 0)::bigint AS orders
    FROM before
)
SELECT json_build_object(
    'totalRevenue', total.revenue::text, 'totalProfit', total.profit::text, 'totalOrders', total.orders,
    'growthRate', round((total.revenue - previous.revenue) / nullif(previous.revenue, 0) * 100, 4),
    'previous', json_build_object(
        'from', to_char($5::timestamptz, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'to', to_char($6::timestamptz, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'totalRevenue', previous.revenue::text, 'totalProfit', previous.profit::text,
        'totalOrders', previous.orders),
    'dailyData', (
        SELECT coalesce(json_agg(json_build_object(
                   'day', to_char(day, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                   'totalRevenue', days.revenue::text, 'totalProfit', days.profit::text,
                   'totalOrders', days.orders,
                   'avgOrderValue', round(days.revenue / nullif(days.orders, 0), 2)::text)
               ORDER BY day DESC), '[]')
        FROM days)),
    CASE WHEN source.is_cagg AND $3::timestamptz < $4::timestamptz THEN 'cagg' ELSE 'raw' END
FROM total, previous, source
