-- Earlier versions had plain views where continuous aggregates are now.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['revenue_daily', 'customer_activity_hourly', 'payment_status_daily'] LOOP
        IF EXISTS (SELECT FROM pg_class WHERE oid = to_regclass(name) AND relkind = 'v')
            AND NOT EXISTS (SELECT FROM varve_catalog.continuous_aggregate WHERE relation = to_regclass(name))
        THEN
            EXECUTE format('DROP VIEW %I', name);
        END IF;
    END LOOP;
END $$;
