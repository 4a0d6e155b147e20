-- attach_tablespace and what goes with it: new chunks go into attached tablespaces in turn, old ones
-- stay where they are.
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE turn_one LOCATION '';
CREATE TABLESPACE turn_two LOCATION '';
CREATE FUNCTION refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE TABLE metric (time int NOT NULL, note text, PRIMARY KEY (time));
SELECT created FROM create_hypertable('metric', 'time', chunk_time_interval => 10);
CREATE INDEX placed ON metric (note) TABLESPACE turn_one;
CREATE VIEW places AS
SELECT range_start_integer AS begin, coalesce(chunk_tablespace, 'default') AS chunk,
    (SELECT string_agg(coalesce(spcname, 'default'), ', ' ORDER BY c.relname) FROM pg_index JOIN pg_class c ON c.oid = indexrelid LEFT JOIN pg_tablespace t ON t.oid = reltablespace
     WHERE indrelid = format('%I.%I', chunk_schema, chunk_name)::regclass) AS indexes
FROM timescaledb_information.chunks WHERE hypertable_name = 'metric' ORDER BY 1;
INSERT INTO metric VALUES (1);
SELECT attach_tablespace('turn_one', 'metric');
INSERT INTO metric VALUES (11), (21);
SELECT attach_tablespace('turn_two', hypertable => 'metric');
INSERT INTO metric VALUES (31), (41), (51), (61), (-1), (-11);
SELECT * FROM places;
SELECT show_tablespaces('metric');
SELECT tablespaces FROM timescaledb_information.hypertables WHERE hypertable_name = 'metric';
-- The session's own settings do not count.
SET default_tablespace = turn_one;
INSERT INTO metric VALUES (71);
RESET default_tablespace;
SELECT * FROM places WHERE begin = 70;

SELECT detach_tablespace('turn_one', 'metric');
INSERT INTO metric VALUES (81), (91);
SELECT detach_tablespaces('metric');
INSERT INTO metric VALUES (101);
SELECT * FROM places WHERE begin >= 80;
SELECT show_tablespaces('metric');
SELECT detach_tablespaces('metric');

-- Renamed it keeps its place; attached it is not dropped.
CREATE TABLE other (time int NOT NULL);
SELECT created FROM create_hypertable('other', 'time', chunk_time_interval => 10);
SELECT attach_tablespace('turn_two', 'metric'), attach_tablespace('turn_two', 'other');
ALTER TABLESPACE turn_two RENAME TO turn_second;
SELECT show_tablespaces('other');
SELECT refusal($$ALTER TABLESPACE turn_second RENAME TO pg_second$$);
DROP TABLESPACE turn_second;
SELECT detach_tablespace('turn_second');
SELECT show_tablespaces('other');

-- What cannot be.
SELECT refusal($$SELECT attach_tablespace(NULL, 'metric')$$);
SELECT refusal($$SELECT attach_tablespace('turn_one', NULL)$$);
SELECT refusal($$SELECT attach_tablespace('nowhere', 'metric')$$);
SELECT refusal($$SELECT attach_tablespace('pg_global', 'metric')$$);
SELECT refusal($$SELECT attach_tablespace('turn_one', 'pg_class')$$);
SELECT refusal($$SELECT attach_tablespace('turn_one', 0)$$);
SELECT attach_tablespace('turn_one', 'metric');
SELECT refusal($$SELECT attach_tablespace('turn_one', 'metric')$$);
SELECT attach_tablespace('turn_one', 'metric', if_not_attached => true);
SELECT refusal($$SELECT detach_tablespace(NULL)$$);
SELECT refusal($$SELECT detach_tablespace('turn_second', 'metric')$$);
SELECT refusal($$SELECT detach_tablespace('turn_second')$$);
SELECT detach_tablespace('turn_second', 'metric', if_attached => true);
SELECT refusal($$SELECT detach_tablespace('turn_one', 'pg_class')$$);
SELECT refusal($$SELECT detach_tablespaces(NULL)$$);
SELECT refusal($$SELECT detach_tablespaces('pg_class')$$);
SELECT refusal($$SELECT show_tablespaces(NULL)$$);
SELECT refusal($$SELECT show_tablespaces('pg_class')$$);
BEGIN READ ONLY;
SELECT refusal($$SELECT attach_tablespace('turn_second', 'metric')$$);
SELECT refusal($$SELECT detach_tablespace('turn_one')$$);
SELECT refusal($$SELECT detach_tablespaces('metric')$$);
ROLLBACK;
CREATE ROLE turner;
GRANT ALL ON metric TO turner;
SET ROLE turner;
SELECT refusal($$SELECT attach_tablespace('turn_second', 'metric')$$);
SELECT refusal($$SELECT detach_tablespace('turn_one', 'metric')$$);
SELECT refusal($$SELECT detach_tablespace('turn_one')$$);
SELECT refusal($$SELECT detach_tablespaces('metric')$$);
SELECT show_tablespaces('metric');
RESET ROLE;
ALTER TABLE metric OWNER TO turner;
SET ROLE turner;
SELECT refusal($$SELECT attach_tablespace('turn_second', 'metric')$$);
SELECT detach_tablespace('turn_one');
RESET ROLE;
GRANT CREATE ON TABLESPACE turn_second TO turner;
SET ROLE turner;
SELECT attach_tablespace('turn_second', 'metric');
INSERT INTO metric VALUES (111), (121);
RESET ROLE;
SELECT * FROM places WHERE begin >= 110;
DROP VIEW places;
DROP TABLE metric, other;
DROP OWNED BY turner;
DROP ROLE turner;
DROP TABLESPACE turn_one;
DROP TABLESPACE turn_second;
