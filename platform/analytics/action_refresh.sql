-- Refreshes a continuous aggregate over a range of time: schema, name, from, to, whether to compute what is not stale.
CALL refresh_continuous_aggregate(format('%I.%I', $1::text, $2::text)::regclass, $3::timestamptz, $4::timestamptz, force => $5::boolean)
