-- S25: revenue metrics become columns after a week; setup has said so already, hence first the other way.
SELECT remove_compression_policy('revenue_metrics');
SELECT add_compression_policy('revenue_metrics', INTERVAL '7 days');
