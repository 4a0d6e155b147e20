-- Revenue of each day (UTC) and region: newest day first, within it the largest first. Whole days come from
-- revenue_region_daily, unless some of it has yet to be computed again after late rows; parts of days from rows.
-- $1 from  $2 to  $3, $4 the whole days in it (one time twice where there is none)
WITH source AS MATERIALIZED (
    SELECT continuous_aggregate_is_fresh('revenue_region_daily') AS is_cagg
), regions AS (
    SELECT day, region, total_revenue AS revenue, total_profit AS profit, total_orders::bigint AS orders
    FROM revenue_region_daily
    WHERE (SELECT is_cagg FROM source) AND day >= $3::timestamptz AND day < $4::timestamptz
    UNION ALL
    SELECT time_bucket('1 day', "time"), region, sum(revenue), sum(profit), sum(orders_count)::bigint
    FROM revenue_metrics
    WHERE NOT (SELECT is_cagg FROM source) AND "time" >= $3::timestamptz AND "time" < $4::timestamptz
    GROUP BY 1, 2
    UNION ALL
    SELECT time_bucket('1 day', "time"), region, sum(revenue), sum(profit), sum(orders_count)::bigint
    FROM revenue_metrics
    WHERE "time" >= $1::timestamptz AND "time" < $3::timestamptz
    GROUP BY 1, 2
    UNION ALL
    SELECT time_bucket('1 day', "time"), region, sum(revenue), sum(profit), sum(orders_count)::bigint
    FROM revenue_metrics
    WHERE "time" >= $4::timestamptz AND "time" < $2::timestamptz
    GROUP BY 1, 2
)
SELECT (SELECT coalesce(json_agg(json_build_object(
                   'day', to_char(day, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'region', region,
                   'totalRevenue', revenue::text, 'totalProfit', profit::text, 'totalOrders', orders)
               ORDER BY day DESC, revenue DESC, region), '[]')
        FROM regions),
    CASE WHEN source.is_cagg AND $3::timestamptz < $4::timestamptz THEN 'cagg' ELSE 'raw' END
FROM source
