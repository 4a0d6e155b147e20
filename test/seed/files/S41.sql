-- S41: import of CSV, by the server from a file of its own.
COPY customer_metrics (time, customer_id, metric_name, metric_value, labels)
FROM '/tmp/customer_metrics.csv' WITH (FORMAT csv, HEADER true);
