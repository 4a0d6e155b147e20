-- Revenue of each day (UTC) and region: newest day first, within it the largest first.
-- $1 from  $2 to
SELECT coalesce(json_agg(json_build_object(
           'day', to_char(day, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'region', region,
           'totalRevenue', revenue::text, 'totalProfit', profit::text, 'totalOrders', orders)
       ORDER BY day DESC, revenue DESC, region), '[]')
FROM (SELECT time_bucket('1 day', "time") AS day, region, sum(revenue) AS revenue, sum(profit) AS profit,
             sum(orders_count)::bigint AS orders
      FROM revenue_metrics
      WHERE "time" >= $1::timestamptz AND "time" < $2::timestamptz
      GROUP BY 1, 2) AS regions
