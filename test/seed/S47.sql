-- S47: the refresh policy of an aggregate.
SELECT * FROM timescaledb_information.continuous_aggregate_policies
WHERE view_name = 'revenue_daily';
