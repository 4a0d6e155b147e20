-- Row-level security of a hypertable holds for its chunks, named directly, whoever reads or writes: for
-- today's chunks and those to come, for rows and conditions alike. The hypertable and a plain table with
-- the same policies give the same answers.
CREATE ROLE regress_tenant_a;
CREATE ROLE regress_tenant_b;
CREATE ROLE regress_tenant_owner;
GRANT CREATE ON SCHEMA public TO regress_tenant_owner;
SET SESSION AUTHORIZATION regress_tenant_owner;
CREATE TABLE may_see (who name, kind text);
INSERT INTO may_see VALUES ('regress_tenant_a', 'public'), ('regress_tenant_b', 'public'), ('regress_tenant_b', 'secret'), ('regress_tenant_owner', 'public');
CREATE TABLE metric (gone int, time timestamptz NOT NULL, tenant name, kind text, value int);
ALTER TABLE metric DROP COLUMN gone;
SELECT created FROM create_hypertable('metric', by_range('time', interval '1 day'), create_default_indexes => false);
INSERT INTO metric SELECT timestamptz '2024-01-01 12:00' + n % 2 * interval '1 day', 'regress_tenant_' || substr('ab', n % 3 % 2 + 1, 1), CASE WHEN n % 5 = 0 THEN 'secret' ELSE 'public' END, n
    FROM generate_series(1, 20) n;
CREATE FUNCTION is_small(row_ metric) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT row_.value < 18';

-- Enabled when there are chunks, with the policies made afterwards. Conditions with a subquery, about
-- the whole row, for one command, for one role, and a restrictive one.
ALTER TABLE metric ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON metric USING (tenant = current_user);
CREATE POLICY writer ON metric FOR INSERT TO regress_tenant_a WITH CHECK (value < 100 AND tenant = current_user);
CREATE POLICY kinds ON metric AS RESTRICTIVE FOR SELECT USING (kind IN (SELECT m.kind FROM may_see m WHERE who = current_user));
CREATE POLICY small ON metric AS RESTRICTIVE FOR SELECT USING (is_small(metric));
CREATE POLICY kept ON metric AS RESTRICTIVE FOR DELETE USING (value > 10);
INSERT INTO metric SELECT timestamptz '2024-02-01', tenant, kind, value FROM metric;

CREATE TABLE plain AS SELECT tableoid::regclass AS chunk, * FROM metric;
CREATE FUNCTION is_small(row_ plain) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT row_.value < 18';
ALTER TABLE plain ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON plain USING (tenant = current_user);
CREATE POLICY kinds ON plain AS RESTRICTIVE FOR SELECT USING (kind IN (SELECT m.kind FROM may_see m WHERE who = current_user));
CREATE POLICY small ON plain AS RESTRICTIVE FOR SELECT USING (is_small(plain));

GRANT SELECT ON may_see, plain TO PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON metric TO regress_tenant_a, regress_tenant_b;
SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO regress_tenant_a', c) FROM show_chunks('metric') c \gexec
SET SESSION AUTHORIZATION regress_tenant_b;
SELECT count(*) FROM metric;
SELECT count(*) FROM _timescaledb_internal._hyper_1_1_chunk;

-- What a role with a grant on a chunk gets out of it is what the hypertable gives of it.
SET SESSION AUTHORIZATION regress_tenant_a;
SELECT chunk, count(*), sum(value) FROM plain GROUP BY 1 ORDER BY 1;
SELECT tableoid::regclass, count(*), sum(value) FROM metric GROUP BY 1 ORDER BY 1;
SELECT tableoid::regclass, count(*), sum(value) FROM _timescaledb_internal._hyper_1_1_chunk GROUP BY 1;
SELECT tableoid::regclass, count(*), sum(value) FROM _timescaledb_internal._hyper_1_2_chunk GROUP BY 1;
SELECT tableoid::regclass, count(*), sum(value) FROM _timescaledb_internal._hyper_1_3_chunk GROUP BY 1;
EXPLAIN (COSTS OFF) SELECT * FROM _timescaledb_internal._hyper_1_3_chunk;
COPY _timescaledb_internal._hyper_1_3_chunk (value) TO STDOUT;
INSERT INTO _timescaledb_internal._hyper_1_1_chunk VALUES ('2024-01-02 12:00', 'regress_tenant_b', 'public', 1);
INSERT INTO _timescaledb_internal._hyper_1_1_chunk VALUES ('2024-01-02 12:00', 'regress_tenant_a', 'public', 1) RETURNING value;
UPDATE _timescaledb_internal._hyper_1_1_chunk SET tenant = 'regress_tenant_b';
UPDATE _timescaledb_internal._hyper_1_1_chunk SET value = value WHERE tenant = 'regress_tenant_b';
DELETE FROM _timescaledb_internal._hyper_1_1_chunk RETURNING value;
SET row_security = off;
SELECT count(*) FROM _timescaledb_internal._hyper_1_1_chunk;
RESET row_security;

-- A cached plan of a chunk follows the policies of the hypertable.
PREPARE direct AS SELECT count(*) FROM _timescaledb_internal._hyper_1_3_chunk;
EXECUTE direct;
SET ROLE NONE;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_tenant_owner;
CREATE POLICY none ON metric AS RESTRICTIVE USING (false);
PREPARE owners AS SELECT count(*) FROM _timescaledb_internal._hyper_1_3_chunk;
EXECUTE owners;
ALTER TABLE metric FORCE ROW LEVEL SECURITY;
EXECUTE owners;
SELECT count(*) FROM metric;
ALTER POLICY none ON metric USING (tenant = 'regress_tenant_a');
CREATE POLICY owner ON metric TO regress_tenant_owner USING (true);
EXECUTE owners;
DROP POLICY none ON metric;
EXECUTE owners;
ALTER POLICY owner ON metric USING (value = 1);
EXECUTE owners;
ALTER TABLE metric NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;
EXECUTE owners;
RESET SESSION AUTHORIZATION;

-- FORCE hides rows of a chunk from its owner, and so what they say of foreign keys.
SET SESSION AUTHORIZATION regress_tenant_owner;
ALTER TABLE metric ADD UNIQUE (time, value, tenant);
CREATE TABLE referrer (time timestamptz, value int, tenant name, FOREIGN KEY (time, value, tenant) REFERENCES metric (time, value, tenant));
INSERT INTO referrer SELECT time, value, tenant FROM metric WHERE time < '2024-01-02' AND value = 14;
ALTER TABLE metric ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SELECT drop_chunks('metric', older_than => timestamptz '2024-01-02 08:00');
ALTER TABLE metric NO FORCE ROW LEVEL SECURITY;
SELECT drop_chunks('metric', older_than => timestamptz '2024-01-02 08:00');
RESET SESSION AUTHORIZATION;

-- A table that has policies before it becomes a hypertable.
CREATE TABLE born (time timestamptz NOT NULL, v int);
ALTER TABLE born ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
INSERT INTO born VALUES ('2024-01-01', 1);
SELECT created FROM create_hypertable('born', 'time', migrate_data => true);
INSERT INTO born VALUES ('2025-01-01', 1);
SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid IN (SELECT show_chunks('born')) ORDER BY oid;

DROP TABLE referrer, metric, plain, may_see, born CASCADE;
REVOKE CREATE ON SCHEMA public FROM regress_tenant_owner;
DROP ROLE regress_tenant_a, regress_tenant_b, regress_tenant_owner;
