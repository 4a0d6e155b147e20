-- S29: revenue metrics go after two years; setup has said so already, hence first the other way.
SELECT remove_retention_policy('revenue_metrics');
SELECT add_retention_policy('revenue_metrics', INTERVAL '2 years');
