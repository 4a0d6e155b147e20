-- Tablespaces attached to a hypertable: chunks to come take turns; statements about tablespaces respect
-- the attachment.
SET allow_in_place_tablespaces = true;
CREATE TABLESPACE regress_first LOCATION '';
CREATE TABLESPACE regress_second LOCATION '';
CREATE TABLESPACE regress_closed LOCATION '';
CREATE ROLE regress_space_owner;
CREATE ROLE regress_space_stranger;
GRANT CREATE ON SCHEMA public TO regress_space_owner;
GRANT CREATE ON TABLESPACE regress_first, regress_second TO regress_space_owner;
CREATE VIEW places AS
SELECT row_number() OVER (ORDER BY range_begin) AS n, coalesce(spcname, 'default') AS place
FROM varve_catalog.chunk JOIN pg_class r ON r.oid = relation LEFT JOIN pg_tablespace t ON t.oid = reltablespace WHERE hypertable_id = 1;
GRANT SELECT ON places TO PUBLIC;
SET SESSION AUTHORIZATION regress_space_owner;
CREATE TABLE metric (time timestamptz NOT NULL);
SELECT created FROM create_hypertable('metric', by_range('time', interval '1 day'));
CREATE TABLE other (time timestamptz NOT NULL);
SELECT created FROM create_hypertable('other', 'time');

SELECT show_tablespaces('metric');
INSERT INTO metric VALUES ('2024-01-01');
SELECT attach_tablespace('regress_second', 'metric');
INSERT INTO metric VALUES ('2024-01-02'), ('2024-01-03');
SELECT attach_tablespace('regress_first', 'metric');
SELECT attach_tablespace('regress_first', 'other', if_not_attached => true);
INSERT INTO metric SELECT generate_series(timestamptz '2024-01-04', '2024-01-07', '1 day');
INSERT INTO metric VALUES ('1969-12-31'), ('1969-12-30'), ('1990-01-01');
SELECT place, count(*) FROM places GROUP BY 1 ORDER BY 1;
SELECT * FROM places WHERE n > 6;
SELECT show_tablespaces('metric');
SELECT hypertable_name, tablespaces FROM timescaledb_information.hypertables ORDER BY 1;

-- Twice, and what cannot be.
SELECT attach_tablespace('regress_first', 'metric', if_not_attached => true);
SELECT attach_tablespace('regress_first', 'metric');
\echo :LAST_ERROR_SQLSTATE
SELECT attach_tablespace('regress_nosuch', 'metric');
\echo :LAST_ERROR_SQLSTATE
SELECT attach_tablespace('regress_closed', 'metric');
\echo :LAST_ERROR_SQLSTATE
SELECT attach_tablespace('pg_global', 'metric');
\echo :LAST_ERROR_SQLSTATE
SELECT attach_tablespace(NULL, 'metric');
\echo :LAST_ERROR_SQLSTATE
SELECT attach_tablespace('regress_first', NULL);
SELECT attach_tablespace('regress_first', 'places');
\echo :LAST_ERROR_SQLSTATE
SELECT detach_tablespace('regress_closed', 'metric');
\echo :LAST_ERROR_SQLSTATE
SELECT detach_tablespace('regress_nosuch', 'metric');
\echo :LAST_ERROR_SQLSTATE
SELECT detach_tablespace('regress_closed', 'metric', if_attached => true);
SELECT detach_tablespace('regress_closed');
SELECT detach_tablespaces(NULL);
SELECT show_tablespaces('places');
\echo :LAST_ERROR_SQLSTATE
ALTER TABLE metric SET TABLESPACE regress_first;
\echo :LAST_ERROR_SQLSTATE
START TRANSACTION READ ONLY;
SELECT attach_tablespace('regress_first', 'metric');
ROLLBACK;
SET SESSION AUTHORIZATION regress_space_stranger;
SELECT attach_tablespace('regress_first', 'metric');
\echo :LAST_ERROR_SQLSTATE
SELECT detach_tablespace('regress_first', 'metric');
SELECT detach_tablespace('regress_first');
SELECT detach_tablespaces('metric');
\echo :LAST_ERROR_SQLSTATE
SELECT show_tablespaces('metric');
INSERT INTO varve_catalog.tablespace VALUES (1, 5, 'regress_closed');

-- The tablespace changes.
RESET SESSION AUTHORIZATION;
DROP TABLESPACE regress_first;
\echo :LAST_ERROR_SQLSTATE
ALTER TABLESPACE regress_second RENAME TO regress_renamed;
SELECT show_tablespaces('metric');

-- Detaching moves nothing; then the hypertable can be moved as a whole, with its chunks to come.
SET SESSION AUTHORIZATION regress_space_owner;
SELECT detach_tablespace('regress_first');
SELECT show_tablespaces('other');
SELECT detach_tablespaces('metric');
SELECT detach_tablespaces('metric');
INSERT INTO metric VALUES ('2024-02-01');
SELECT place, count(*) FROM places GROUP BY 1 ORDER BY 1;
ALTER TABLE metric SET TABLESPACE regress_first;
INSERT INTO metric VALUES ('2024-02-02');
SELECT place, count(*) FROM places GROUP BY 1 ORDER BY 1;
-- So do the parts of an index.
ALTER INDEX metric_time_idx SET TABLESPACE regress_first;
INSERT INTO metric VALUES ('2024-02-03');
SELECT spcname, count(*) FROM pg_inherits JOIN pg_class r ON r.oid = inhrelid JOIN pg_tablespace t ON t.oid = reltablespace
WHERE inhparent = 'metric_time_idx'::regclass GROUP BY 1;
SELECT attach_tablespace('regress_first', 'metric');
DROP TABLE metric, other;
SELECT count(*) FROM varve_catalog.tablespace;
RESET SESSION AUTHORIZATION;
DROP VIEW places;
DROP TABLESPACE regress_first;
DROP TABLESPACE regress_renamed;
DROP TABLESPACE regress_closed;
REVOKE CREATE ON SCHEMA public FROM regress_space_owner;
DROP ROLE regress_space_owner, regress_space_stranger;
