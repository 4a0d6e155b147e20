-- Row-level security of a hypertable holds for whoever reads its continuous aggregates: stored results and rows behind
-- the watermark, aggregates of aggregates, prepared statements, functions. What cannot be honoured is refused.
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE ROLE regress_agg_owner;
CREATE ROLE regress_agg_a;
CREATE ROLE regress_agg_b;
GRANT CREATE ON SCHEMA public TO regress_agg_owner;
SET SESSION AUTHORIZATION regress_agg_owner;
CREATE TABLE may_see (who name, kind text);
INSERT INTO may_see VALUES ('regress_agg_a', 'public'), ('regress_agg_b', 'public'), ('regress_agg_b', 'secret'), ('regress_agg_owner', 'public');
CREATE TABLE metric (gone int, time timestamptz NOT NULL, value int, tenant name, kind text);
ALTER TABLE metric DROP COLUMN gone;
SELECT created FROM create_hypertable('metric', by_range('time', interval '1 day'));
INSERT INTO metric SELECT timestamptz '2024-01-01' + n * interval '1 hour', n, 'regress_agg_' || substr('ab', n % 2 + 1, 1), CASE WHEN n % 3 = 0 THEN 'secret' ELSE 'public' END
    FROM generate_series(0, 95) n;
ALTER TABLE metric ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON metric USING (tenant = current_user);

-- Grouped by what the policy asks about. A refresh sees all rows, although FORCE binds the owner.
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('1 day', time) AS day, kind, count(*) AS n, tenant, sum(value) AS total FROM metric GROUP BY 1, tenant, kind;
CREATE MATERIALIZED VIEW weekly WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT tenant AS whose, time_bucket('7 days', day) AS week, sum(n) AS n, kind FROM daily GROUP BY 1, 2, 4;
SELECT count(*) FROM verify_continuous_aggregate('daily');
SELECT count(*) FROM daily;
INSERT INTO metric VALUES ('2024-01-20', 1000, 'regress_agg_owner', 'public');
SELECT * FROM daily;
RESET SESSION AUTHORIZATION;
INSERT INTO metric VALUES ('2024-01-20', 1000, 'regress_agg_a', 'public'), ('2024-01-20', 2000, 'regress_agg_b', 'secret');
SELECT tenant, count(*), sum(n), sum(total) FROM daily GROUP BY 1 ORDER BY 1;
SELECT whose, count(*), sum(n) FROM weekly GROUP BY 1 ORDER BY 1;
GRANT SELECT ON daily, weekly, may_see TO PUBLIC;
SET SESSION AUTHORIZATION regress_agg_a;
SELECT tenant, count(*), sum(n), sum(total) FROM daily GROUP BY 1 ORDER BY 1;
SELECT whose, count(*), sum(n) FROM weekly GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM daily d JOIN weekly w ON whose = tenant WHERE day > '2024-01-03';
SELECT day, n FROM daily WHERE kind = 'public' ORDER BY day DESC LIMIT 3;
WITH d AS MATERIALIZED (SELECT * FROM daily) SELECT count(*), (SELECT count(*) FROM weekly) FROM d;
EXPLAIN (COSTS OFF) SELECT n FROM daily WHERE day = '2024-01-02';
COPY (SELECT sum(n) FROM daily) TO STDOUT;
-- A function that tells what it is given is given nothing of others.
CREATE FUNCTION pg_temp.tells(name, bigint) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
    IF $1 <> 'regress_agg_a' THEN RAISE 'there is % of %', $2, $1; END IF;
    RETURN true;
END $$;
SELECT count(*) FROM daily WHERE pg_temp.tells(tenant, n);
SELECT count(*) FROM weekly WHERE pg_temp.tells(whose, 0);
PREPARE seen AS SELECT tenant, sum(n) FROM daily GROUP BY 1;
EXECUTE seen;

-- Another role, another policy: plans follow.
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_agg_b;
SELECT tenant, sum(n), sum(total) FROM daily GROUP BY 1;
RESET SESSION AUTHORIZATION;
PREPARE seen_by AS SELECT tenant, sum(n) FROM daily GROUP BY 1 ORDER BY 1;
EXECUTE seen_by;
SET ROLE regress_agg_a;
EXECUTE seen_by;
SET ROLE regress_agg_owner;
CREATE POLICY kinds ON metric AS RESTRICTIVE FOR SELECT USING (kind IN (SELECT m.kind FROM may_see m WHERE who = current_user));
SET ROLE regress_agg_a;
EXECUTE seen_by;
SELECT whose, kind, sum(n) FROM weekly GROUP BY 1, 2;
SET ROLE regress_agg_b;
EXECUTE seen_by;
SELECT whose, kind, sum(n) FROM weekly GROUP BY 1, 2 ORDER BY 1, 2;
SET row_security = off;
SELECT count(*) FROM daily;
RESET row_security;

-- Through a view the view's owner reads, through a function whoever runs it; one that is inlined cannot.
SET ROLE regress_agg_owner;
CREATE VIEW over_daily AS SELECT tenant, sum(n) AS n FROM daily GROUP BY 1;
CREATE FUNCTION of_daily() RETURNS SETOF bigint LANGUAGE plpgsql STABLE AS 'BEGIN RETURN QUERY SELECT sum(n)::bigint FROM daily; END';
CREATE FUNCTION inlined() RETURNS SETOF bigint LANGUAGE sql STABLE AS 'SELECT n FROM daily';
GRANT SELECT ON over_daily TO PUBLIC;
SET ROLE regress_agg_b;
SELECT * FROM over_daily;
SELECT of_daily();
SELECT count(*) FROM inlined();
-- Results by their own name, for those who may read everything but are bound by policies.
RESET ROLE;
SELECT format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name) AS results FROM timescaledb_information.continuous_aggregates WHERE view_name = 'daily' \gset
SELECT count(*) FROM :results;
GRANT pg_read_all_data TO regress_agg_b;
SET ROLE regress_agg_b;
SELECT tenant, kind, sum(n) FROM :results GROUP BY 1, 2 ORDER BY 1, 2;
SELECT tenant, kind, sum(n) FROM _timescaledb_internal._hyper_2_5_chunk GROUP BY 1, 2 ORDER BY 1, 2;
RESET ROLE;
SELECT count(*) FROM _timescaledb_internal._hyper_2_5_chunk;
REVOKE pg_read_all_data FROM regress_agg_b;

-- Late rows: stored by the refresh, filtered for readers.
INSERT INTO metric VALUES ('2024-01-02 00:30', 7, 'regress_agg_a', 'public');
CALL refresh_continuous_aggregate('daily', NULL, NULL);
CALL refresh_continuous_aggregate('weekly', NULL, NULL);
SET ROLE regress_agg_owner;
CALL refresh_continuous_aggregate('daily', NULL, NULL, true);
SELECT count(*) FROM verify_continuous_aggregate('daily');
RESET ROLE;
SELECT sum(n) FROM daily;
SET ROLE regress_agg_a;
SELECT day, n FROM daily WHERE day = '2024-01-02';
RESET ROLE;

-- Policies about what results are not grouped by, in whichever order they come.
SET ROLE regress_agg_owner;
CREATE POLICY small ON metric AS RESTRICTIVE FOR SELECT USING (value < 50);
CREATE POLICY whole ON metric AS RESTRICTIVE FOR SELECT USING (metric IS NOT NULL);
CREATE POLICY writing ON metric AS RESTRICTIVE FOR INSERT WITH CHECK (value < 5000);
ALTER POLICY kinds ON metric USING (value > 0);
CREATE MATERIALIZED VIEW coarse WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, count(*) FROM metric GROUP BY 1 WITH NO DATA;
CREATE MATERIALIZED VIEW coarse WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, tenant, upper(kind), count(*) FROM metric GROUP BY 1, 2, 3 WITH NO DATA;
CREATE MATERIALIZED VIEW monthly WITH (timescaledb.continuous) AS SELECT time_bucket('28 days', week) AS month, sum(n) FROM weekly GROUP BY 1 WITH NO DATA;
SELECT replace_continuous_aggregate('daily', $$SELECT time_bucket('1 day', time) AS day, max(kind) AS kind, count(*) AS n, tenant, sum(value) AS total FROM metric GROUP BY 1, tenant$$);
CREATE MATERIALIZED VIEW joined WITH (timescaledb.continuous) AS
SELECT time_bucket('1 day', m.time) AS day, m.tenant, m.kind, count(*) AS n FROM (SELECT * FROM metric WHERE value > 1) m JOIN (SELECT DISTINCT kind FROM may_see) s USING (kind) GROUP BY 1, 2, 3;
ALTER TABLE metric DISABLE ROW LEVEL SECURITY;
CREATE MATERIALIZED VIEW coarse WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, count(*) FROM metric GROUP BY 1 WITH NO DATA;
ALTER TABLE metric ENABLE ROW LEVEL SECURITY;
DROP MATERIALIZED VIEW coarse;
ALTER TABLE metric ENABLE ROW LEVEL SECURITY;
ALTER TABLE :results ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON joined TO PUBLIC;
SET ROLE regress_agg_a;
SELECT tenant, kind, sum(n) FROM joined GROUP BY 1, 2;
-- Columns whose equal values differ are no help: a group may hold rows that a policy tells apart.
SET ROLE regress_agg_owner;
CREATE TABLE ledger (time timestamptz NOT NULL, account numeric, label text, code int);
SELECT created FROM create_hypertable('ledger', 'time');
ALTER TABLE ledger ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_account ON ledger USING (account::text = '1.0');
CREATE MATERIALIZED VIEW accounts WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, account, count(*) FROM ledger GROUP BY 1, 2 WITH NO DATA;
DROP POLICY by_account ON ledger;
CREATE POLICY by_code ON ledger USING (code = 1 AND label <> '' AND time > '2024-01-01');
CREATE MATERIALIZED VIEW codes WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, code, label, count(*) FROM ledger GROUP BY 1, 2, 3 WITH NO DATA;
DROP TABLE ledger;
-- A plan that was made before the security was enabled, and that reads stored results alone.
RESET ROLE;
ALTER TABLE metric DISABLE ROW LEVEL SECURITY;
ALTER MATERIALIZED VIEW daily SET (timescaledb.materialized_only);
SET plan_cache_mode = force_generic_plan;
PREPARE cached AS SELECT tenant, sum(n) FROM daily GROUP BY 1 ORDER BY 1;
SET ROLE regress_agg_a;
EXECUTE cached;
RESET ROLE;
ALTER TABLE metric ENABLE ROW LEVEL SECURITY;
SET ROLE regress_agg_a;
EXECUTE cached;
RESET ROLE;
EXECUTE cached;
RESET plan_cache_mode;
-- Without a policy that lets anyone see anything.
SET ROLE regress_agg_owner;
DROP POLICY own ON metric;
SET ROLE regress_agg_a;
SELECT count(*) FROM daily;
-- An aggregate of somebody who does not see all rows cannot be refreshed.
RESET ROLE;
ALTER MATERIALIZED VIEW daily OWNER TO regress_agg_a;
INSERT INTO metric VALUES ('2024-01-02 00:30', 7, 'regress_agg_a', 'public');
CALL refresh_continuous_aggregate('daily', NULL, NULL);
DROP TABLE metric, may_see CASCADE;
DROP FUNCTION of_daily, inlined, pg_temp.tells;
REVOKE CREATE ON SCHEMA public FROM regress_agg_owner;
DROP ROLE regress_agg_owner, regress_agg_a, regress_agg_b;
