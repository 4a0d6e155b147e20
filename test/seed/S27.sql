-- S27: order metrics go after two years; setup has said so already, hence first the other way.
SELECT remove_retention_policy('order_metrics');
SELECT add_retention_policy('order_metrics', INTERVAL '2 years');
