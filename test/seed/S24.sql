-- S24: payment metrics become columns after a week; setup has said so already, hence first the other way.
SELECT remove_compression_policy('payment_metrics');
SELECT add_compression_policy('payment_metrics', INTERVAL '7 days');
