-- S48: refresh of an aggregate, up to now; the first column says how far that went.
CALL refresh_continuous_aggregate('revenue_daily', NULL, NOW());
SELECT watermark, pending_ranges FROM timescaledb_information.continuous_aggregates WHERE view_name = 'revenue_daily';
