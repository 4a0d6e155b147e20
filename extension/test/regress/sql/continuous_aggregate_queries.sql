-- What the query of a continuous aggregate may be: each stored result is the query's own, also after
-- rows have changed, and the view is the query whether it reads stored rows or not.
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE TABLE site (id int PRIMARY KEY, name text COLLATE "C", region text);
INSERT INTO site VALUES (0, 'zero', 'north'), (1, 'one', 'north'), (2, 'two', 'south');
CREATE TABLE raw (time timestamptz NOT NULL, local timestamp, site int, v numeric(10, 2), doc jsonb, tag text);
SELECT create_hypertable('raw', 'time', chunk_time_interval => interval '7 days');
INSERT INTO raw SELECT t, t AT TIME ZONE 'UTC', i % 4, i % 100, jsonb_build_object('k', i % 5), CASE i % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' END
FROM generate_series(0, 2999) i, LATERAL (SELECT '2024-01-15'::timestamptz + i * interval '61 min' AS t) x;

CREATE FUNCTION check_aggregate(name text, query text, change boolean DEFAULT true) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    differing bigint;
    unlike bigint;
BEGIN
    SELECT count(*) INTO differing FROM verify_continuous_aggregate(name::regclass) WHERE reason = 'unexplained' OR NOT change;
    EXECUTE format('SELECT count(*) FROM ((TABLE %1$I EXCEPT ALL (%2$s)) UNION ALL ((%2$s) EXCEPT ALL TABLE %1$I)) d', name, query) INTO unlike;
    RETURN format('%s rows, %s differ from verification, %s from the query', (xpath('/row/c/text()', query_to_xml('SELECT count(*) AS c FROM ' || name, false, true, '')))[1], differing, unlike);
END $$;
-- Creates, reads without results, refreshes in part, changes rows, refreshes wholly.
CREATE PROCEDURE try(query text, middle text DEFAULT '2024-03-20') LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'CREATE MATERIALIZED VIEW agg WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS ' || query || ' WITH NO DATA';
    RAISE INFO 'new: %', check_aggregate('agg', query, false);
    COMMIT;
    CALL refresh_continuous_aggregate('agg', NULL, middle::timestamptz);
    RAISE INFO 'half: %', check_aggregate('agg', query, false);
    COMMIT;
    UPDATE raw SET v = v + 1, site = (site + 1) % 4 WHERE v = 17;
    DELETE FROM raw WHERE time >= '2024-02-01' AND time < '2024-02-03';
    COMMIT;
    CALL refresh_continuous_aggregate('agg', NULL, NULL);
    RAISE INFO 'whole: %', check_aggregate('agg', query, false);
    DROP MATERIALIZED VIEW agg;
    COMMIT;
END $$;

-- Joins with ordinary tables, in every form.
CALL try('SELECT time_bucket(''1 day'', r.time) AS day, s.name, sum(v) AS total FROM raw r JOIN site s ON s.id = r.site GROUP BY 1, 2');
CALL try('SELECT time_bucket(''1 day'', time) AS day, region, count(*) AS n FROM raw LEFT JOIN site ON site.id = raw.site AND v > 20 GROUP BY day, region');
CALL try('SELECT s.region, time_bucket(''1 day'', r.time) AS day, max(v) AS high FROM site s RIGHT JOIN raw r ON s.id = r.site GROUP BY 1, 2');
CALL try('SELECT time_bucket(''1 day'', r.time) AS day, x.name, count(*) AS n FROM raw r, LATERAL (SELECT name FROM site WHERE id <= r.site ORDER BY id LIMIT 1) x GROUP BY 1, 2');
CALL try('SELECT time_bucket(''1 day'', time) AS day, count(*) AS n FROM raw WHERE site IN (SELECT id FROM site WHERE region = ''north'') GROUP BY 1');

-- Subqueries and WITH that hand rows on, one by one.
CALL try('SELECT time_bucket(''1 day'', t) AS day, sum(w) AS total FROM (SELECT time AS t, v * 2 AS w FROM raw WHERE v < 90) x GROUP BY 1');
CALL try('WITH few AS (SELECT r.*, s.name FROM raw r JOIN site s ON s.id = r.site WHERE v > 5) SELECT time_bucket(''1 day'', time) AS day, name, count(v) AS n FROM few GROUP BY 1, 2');

-- Aggregates: FILTER, DISTINCT, ORDER BY, ordered sets, of the user, expressions over them; HAVING.
CREATE AGGREGATE product(numeric) (sfunc = numeric_mul, stype = numeric, initcond = '1');
CALL try('SELECT time_bucket(''1 day'', time) AS day, count(*) FILTER (WHERE v > 50) AS big, count(DISTINCT site) AS sites, string_agg(tag, '','' ORDER BY tag, v) AS tags,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY v) AS median, product(1 + v / 1000) AS p, sum(v) / nullif(count(*), 0) + 1 AS mean, first(v, time) AS opens, last(v, time) AS closes
    FROM raw GROUP BY 1');
CALL try('SELECT time_bucket(''1 day'', time) AS day, site, sum(v) AS total FROM raw GROUP BY 1, 2 HAVING sum(v) > 300 AND count(*) > 2');
CALL try('SELECT time_bucket(''1 day'', time) AS day, (doc ->> ''k'')::int AS k, jsonb_object_agg(coalesce(tag, ''none''), v ORDER BY time) AS docs FROM raw GROUP BY 1, 2');
CALL try('SELECT sum(v) AS total, site + 1 AS next, time_bucket(''1 day'', time) AS day FROM raw WHERE tag IS NOT NULL GROUP BY day, next');
CALL try('SELECT time_bucket(''1 day'', time) AS day, count(*) AS n FROM raw GROUP BY day, site');

-- Buckets: months, years, weeks, origins, offsets, time zones with changes of the clock.
CALL try('SELECT time_bucket(''1 month'', time) AS b, sum(v) AS total FROM raw GROUP BY 1');
CALL try('SELECT time_bucket(''1 year'', time) AS b, sum(v) AS total FROM raw GROUP BY 1', '2025-01-01');
CALL try('SELECT time_bucket(''2 weeks'', time, origin => ''2024-01-03''::timestamptz) AS b, sum(v) AS total FROM raw GROUP BY 1');
CALL try('SELECT time_bucket(''1 day'', time, "offset" => interval ''6 hours'') AS b, sum(v) AS total FROM raw GROUP BY 1');
CALL try('SELECT time_bucket(''1 day'', time, ''Europe/Berlin'') AS b, count(*) AS n FROM raw GROUP BY 1');
CALL try('SELECT time_bucket(''1 month'', time, timezone => ''America/New_York'') AS b, count(*) AS n FROM raw GROUP BY 1');

-- Other types of time.
CREATE TABLE counter (n int NOT NULL, v int);
SELECT create_hypertable('counter', 'n', chunk_time_interval => 100);
INSERT INTO counter SELECT i, i FROM generate_series(-250, 249) i;
CREATE MATERIALIZED VIEW tens WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS SELECT time_bucket(10, n) AS ten, sum(v) AS total FROM counter GROUP BY 1;
SELECT count(*), sum(total) FROM tens;
INSERT INTO counter VALUES (-300, 1), (5, 1), (300, 1);
CALL refresh_continuous_aggregate('tens', -299, 245);
SELECT * FROM verify_continuous_aggregate('tens');
CALL refresh_continuous_aggregate('tens', NULL, NULL);
SELECT * FROM verify_continuous_aggregate('tens');
SELECT count(*), sum(total) FROM tens;
SELECT _timescaledb_functions.cagg_watermark(id) FROM varve_catalog.continuous_aggregate WHERE relation = 'tens'::regclass;
SELECT chunk_interval FROM varve_catalog.hypertable ORDER BY id DESC LIMIT 1;

CREATE TABLE dated (day date NOT NULL, v int);
SELECT create_hypertable('dated', 'day', chunk_time_interval => interval '10 days');
INSERT INTO dated SELECT '2024-01-01'::date + i, i FROM generate_series(0, 99) i;
CREATE MATERIALIZED VIEW weeks WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS SELECT time_bucket('1 week', day) AS week, sum(v) AS total FROM dated GROUP BY 1 WITH NO DATA;
SELECT count(*), sum(total) FROM weeks;
CALL refresh_continuous_aggregate('weeks', NULL, date '2024-03-01');
DELETE FROM dated WHERE day = '2024-02-02';
INSERT INTO dated VALUES ('2023-12-31', 1000);
CALL refresh_continuous_aggregate('weeks', NULL, NULL);
SELECT count(*), sum(total) FROM weeks;
SELECT * FROM verify_continuous_aggregate('weeks');

SET client_min_messages = error;
CREATE TABLE stamped (at timestamp NOT NULL, v int);
SELECT create_hypertable('stamped', 'at', chunk_time_interval => interval '1 day');
RESET client_min_messages;
INSERT INTO stamped SELECT '2024-01-01'::timestamp + i * interval '1 hour', i FROM generate_series(0, 99) i;
CREATE MATERIALIZED VIEW days WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', at) AS day, sum(v) AS total FROM stamped GROUP BY 1;
SELECT * FROM days ORDER BY day;

-- Aggregates over aggregates: changes reach the upper one when the lower one is refreshed.
CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS SELECT time_bucket('1 hour', time) AS hour, site, sum(v) AS total, count(*) AS n FROM raw GROUP BY 1, 2;
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS SELECT time_bucket('1 day', hour) AS day, sum(total) AS total, sum(n) AS n FROM hourly GROUP BY 1 WITH NO DATA;
CREATE MATERIALIZED VIEW monthly WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS SELECT time_bucket('1 month', day) AS month, sum(n) AS n FROM daily GROUP BY 1 WITH NO DATA;
SELECT (SELECT sum(n) FROM hourly), (SELECT sum(n) FROM daily), (SELECT sum(n) FROM monthly), (SELECT count(*) FROM raw);
CALL refresh_continuous_aggregate('daily', NULL, NULL);
CALL refresh_continuous_aggregate('monthly', NULL, NULL);
SELECT (SELECT sum(n) FROM hourly), (SELECT sum(n) FROM daily), (SELECT sum(n) FROM monthly), (SELECT count(*) FROM raw);
DELETE FROM raw WHERE time >= '2024-02-10' AND time < '2024-02-11';
INSERT INTO raw (time, site, v) VALUES ('2030-01-01', 1, 1);
CALL refresh_continuous_aggregate('hourly', NULL, '2029-01-01');
SELECT bucket, reason FROM verify_continuous_aggregate('daily');
CALL refresh_continuous_aggregate('daily', NULL, '2029-01-01');
CALL refresh_continuous_aggregate('monthly', NULL, '2029-01-01');
SELECT (SELECT sum(n) FROM hourly), (SELECT sum(n) FROM daily), (SELECT sum(n) FROM monthly), (SELECT count(*) FROM raw);
SELECT count(*) FROM verify_continuous_aggregate('monthly');
SELECT max(month) FROM monthly;
DROP MATERIALIZED VIEW hourly;
DROP MATERIALIZED VIEW hourly CASCADE;

-- Types, collations, functions and names of the user's own, in schemas of the user's own.
CREATE SCHEMA "My types";
CREATE TYPE "My types".mood AS ENUM ('sad', 'fine');
CREATE DOMAIN "My types"."Price" AS numeric(10, 2) CHECK (VALUE > 0);
CREATE COLLATION "My types".plain FROM "C";
CREATE FUNCTION "My types".twice(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
SET search_path = "My types", public;
CREATE TABLE "Odd ""table" ("The time" timestamptz NOT NULL, how mood, price "Price", name text COLLATE plain, v varchar(12));
SELECT create_hypertable('"Odd ""table"', 'The time');
INSERT INTO "Odd ""table" SELECT '2024-01-01'::timestamptz + i * interval '1 hour', CASE i % 3 WHEN 0 THEN 'sad' ELSE 'fine' END::mood, i + 1, 'n' || i % 5, 'v' || i % 2 FROM generate_series(0, 99) i;
CREATE MATERIALIZED VIEW "Daily ""moods" WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('1 day', "The time") AS "The day", how, max(name) AS "max", v, twice(sum(price)) AS "sum of price", max(price)::"Price" AS top FROM "Odd ""table" GROUP BY 1, 2, 4;
SELECT * FROM "Daily ""moods" ORDER BY 1, 2, 4 LIMIT 3;
UPDATE "Odd ""table" SET how = 'sad' WHERE price = 20;
CALL refresh_continuous_aggregate('"Daily ""moods"', NULL, NULL);
SELECT * FROM verify_continuous_aggregate('"Daily ""moods"');
RESET search_path;
SELECT count(*), sum("sum of price") FROM "My types"."Daily ""moods";

-- The extension goes with its aggregates, and comes back without.
SET client_min_messages = error;
DROP EXTENSION varve CASCADE;
CREATE EXTENSION varve;
SELECT count(*) FROM varve_catalog.continuous_aggregate;

-- Times before zero, whose buckets an offset shifts: of integers, and before 1970; aggregates over them.
CREATE TABLE negative (n bigint NOT NULL, v int);
SELECT create_hypertable('negative', 'n', chunk_time_interval => 1000);
INSERT INTO negative SELECT n, n FROM generate_series(-2000, 999) n;
CREATE MATERIALIZED VIEW negative_100 WITH (timescaledb.continuous) AS SELECT time_bucket(100, n) AS b, sum(v) AS total FROM negative GROUP BY 1;
CREATE MATERIALIZED VIEW negative_500 WITH (timescaledb.continuous) AS SELECT time_bucket(500, b, 100) AS b, sum(total) AS total FROM negative_100 GROUP BY 1;
CALL refresh_continuous_aggregate('negative_500', -1150, 950, force => true);
SELECT * FROM negative_500 ORDER BY b;
SELECT * FROM verify_continuous_aggregate('negative_500');
CREATE TABLE long_ago (time timestamptz NOT NULL);
SELECT create_hypertable('long_ago', 'time', chunk_time_interval => interval '1 year');
INSERT INTO long_ago SELECT generate_series(timestamptz '1850-01-01', '1850-01-20', '6 hours');
CREATE MATERIALIZED VIEW long_ago_weekly WITH (timescaledb.continuous) AS SELECT time_bucket('1 week', time) AS week, count(*) AS n FROM long_ago GROUP BY 1 WITH NO DATA;
CALL refresh_continuous_aggregate('long_ago_weekly', '1850-01-01 05:00', '1850-02-01');
SELECT * FROM long_ago_weekly ORDER BY week;
DROP TABLE negative, long_ago CASCADE;
