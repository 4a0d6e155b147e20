-- S40: export as CSV, by the server into a file of its own.
COPY (
    SELECT * FROM revenue_daily
    WHERE day > NOW() - INTERVAL '30 days'
) TO '/tmp/revenue_export.csv' WITH (FORMAT csv, HEADER true);
