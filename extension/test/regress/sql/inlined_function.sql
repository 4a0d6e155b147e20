-- A function in FROM whose body the planner inlines reads a hypertable that the query does not
-- mention: in a session that has not seen the table, and after chunks have come and gone.
CREATE TABLE reading (time timestamptz NOT NULL, value int);
SELECT create_hypertable('reading', 'time', chunk_time_interval => interval '1 day', create_default_indexes => false);
INSERT INTO reading SELECT timestamptz '2026-01-01 00:00+00' + i * interval '6 hours', i FROM generate_series(0, 11) i;
CREATE FUNCTION readings() RETURNS TABLE (n bigint, total bigint)
LANGUAGE sql STABLE AS 'SELECT count(*), sum(value) FROM reading';

\c -
-- Planning that never ends fails here.
SET statement_timeout = '20s';
SELECT * FROM readings();
INSERT INTO reading VALUES ('2026-02-01 00:00+00', 100);
SELECT * FROM readings();
SELECT count(*) FROM drop_chunks('reading', older_than => timestamptz '2026-01-15 00:00+00');
SELECT * FROM readings();
-- Beside the table itself.
SELECT r.value, f.n FROM reading r, readings() f;
