-- DDL that is logged into a hypertable by an event trigger: the log's new chunks, with all that ALTER
-- TABLE gives them, are made while the statement that is logged is still under way.
CREATE TABLE ddl_log (time timestamptz NOT NULL, tag text, object text, PRIMARY KEY (time, tag, object));
SELECT created FROM create_hypertable('ddl_log', 'time');
ALTER TABLE ddl_log ALTER tag SET STATISTICS 100, ALTER tag SET (n_distinct = 10), REPLICA IDENTITY FULL;
CREATE TABLE metric (time timestamptz NOT NULL, v int);
SELECT created FROM create_hypertable('metric', 'time');
INSERT INTO metric VALUES ('2024-01-01', 1);
CREATE SEQUENCE week;
CREATE FUNCTION log() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ddl_log SELECT timestamptz '2024-01-01' + nextval('week') * interval '7 days', command_tag, object_identity
    FROM pg_event_trigger_ddl_commands();
END $$;
CREATE EVENT TRIGGER log ON ddl_command_end EXECUTE FUNCTION log();

CREATE TABLE t (v int);
ALTER TABLE metric ADD COLUMN w int, ADD UNIQUE (time, w);
ALTER TABLE metric SET (fillfactor = 70), ALTER v SET (n_distinct = 10);
CREATE INDEX by_v ON metric (v);
-- The forms that work in transactions of their own fire the triggers, too.
CREATE INDEX CONCURRENTLY later ON metric (v);
CREATE INDEX last ON metric (v) WITH (timescaledb.transaction_per_chunk);
CREATE FUNCTION log_drop() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ddl_log SELECT timestamptz '2024-01-01' + nextval('week') * interval '7 days', tg_tag || ' of ' || object_type, object_identity
    FROM pg_event_trigger_dropped_objects();
END $$;
CREATE EVENT TRIGGER log_drop ON sql_drop EXECUTE FUNCTION log_drop();
DROP INDEX CONCURRENTLY later;
CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN tag IN ('CREATE INDEX', 'DROP INDEX') EXECUTE FUNCTION refuse();
\set VERBOSITY terse
CREATE INDEX CONCURRENTLY never ON metric (v);
DROP INDEX CONCURRENTLY last;
\set VERBOSITY default
SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 'metric'::regclass ORDER BY indexrelid::regclass::text;
DROP EVENT TRIGGER refuse;
DROP EVENT TRIGGER log_drop;
ALTER TABLE metric REPLICA IDENTITY FULL;
-- In a function that runs inside an event trigger.
CREATE FUNCTION alter_metric() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    ALTER TABLE metric REPLICA IDENTITY DEFAULT;
    ALTER TABLE metric SET (fillfactor = 80);
    INSERT INTO metric VALUES ('2025-01-01', 1);
    CREATE TABLE made (time timestamptz);
    PERFORM create_hypertable('made', 'time');
    INSERT INTO made VALUES ('2025-01-01');
END $$;
CREATE EVENT TRIGGER alter_metric ON ddl_command_start WHEN tag IN ('COMMENT') EXECUTE FUNCTION alter_metric();
COMMENT ON TABLE t IS 'x';
DROP EVENT TRIGGER log;
DROP EVENT TRIGGER alter_metric;
SELECT tag, object FROM ddl_log ORDER BY time;
SELECT relname, relreplident, reloptions FROM pg_class WHERE oid IN (SELECT show_chunks('metric')) ORDER BY relname;
SELECT count(DISTINCT tableoid) FROM ddl_log;
DROP TABLE t, metric, made, ddl_log;
