-- time_bucket() with a time zone: edges lie on the zone's own clock, and every bucket holds its time,
-- also where the clock is set forward or back.
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- Days of 23 and 25 hours.
SELECT day AT TIME ZONE 'Europe/Berlin' AS day, count(*) AS hours
FROM generate_series(timestamptz '2024-03-30 12:00+00', '2024-04-01 12:00+00', '1 hour') t,
    time_bucket('1 day', t, 'Europe/Berlin') day
GROUP BY day ORDER BY day;
SELECT day AT TIME ZONE 'Europe/Berlin' AS day, count(*) AS hours
FROM generate_series(timestamptz '2024-10-26 12:00+00', '2024-10-28 12:00+00', '1 hour') t,
    time_bucket('1 day', t, 'Europe/Berlin') day
GROUP BY day ORDER BY day;

-- Autumn: 02:00 to 03:00 passes twice, and its hours are not merged. Spring: it does not pass.
SELECT t, time_bucket('1 hour', t, 'Europe/Berlin') AS hour, time_bucket('2 hours', t, 'Europe/Berlin') AS two_hours
FROM generate_series(timestamptz '2024-10-26 23:30+00', '2024-10-27 02:30+00', '30 min') t;
SELECT t, time_bucket('1 hour', t, 'Europe/Berlin') AS hour, time_bucket('2 hours', t, 'Europe/Berlin') AS two_hours
FROM generate_series(timestamptz '2024-03-31 00:00+00', '2024-03-31 02:30+00', '30 min') t;

-- An edge that shows twice, with the clock set back behind it in between. Buckets below a day start each
-- time; days start the first time (Havana: 01:00 to 00:00; St. John's in 2010: 00:01 to 23:01).
SELECT t, time_bucket('1 hour', t, 'Europe/Berlin', "offset" => '30 min') AS half_past
FROM generate_series(timestamptz '2024-10-27 00:00+00', '2024-10-27 02:00+00', '20 min') t;
SELECT zone, time_bucket('1 day', t, zone) AS day, min(t AT TIME ZONE zone) AS first_shown, count(*) / 60.0 AS hours
FROM (VALUES ('America/Havana', timestamptz '2024-11-02 04:00+00'), ('America/St_Johns', '2010-11-06 02:30+00')) z(zone, day),
    generate_series(day, day + interval '60 hours', '1 min') t
GROUP BY zone, 2 ORDER BY zone, 2;

-- The clock jumps over midnight itself (Sao Paulo), and over a whole day (Apia, 2011-12-30).
SELECT time_bucket('1 day', timestamptz '2018-11-04 12:00+00', 'America/Sao_Paulo') AS sao_paulo,
    time_bucket('1 day', timestamptz '2011-12-30 11:00+00', 'Pacific/Apia') AS apia,
    time_bucket('1 day', timestamptz '2011-12-30 09:00+00', 'Pacific/Apia') AS apia_before;

-- Months, years, weeks; half-hour zones; abbreviations and POSIX specifications.
SELECT time_bucket('1 month', timestamptz '2024-03-31 22:30+00', 'Europe/Berlin') AS april,
    time_bucket('1 year', timestamptz '2023-12-31 18:30+00', 'Asia/Kolkata') AS new_year,
    time_bucket('1 week', timestamptz '2024-02-29 12:00+00', 'Asia/Kathmandu') AS week,
    time_bucket('1 day', timestamptz '2024-07-01 12:00+00', 'EST') AS abbreviation,
    time_bucket('1 day', timestamptz '2024-07-01 12:00+00', 'msk') AS changing_abbreviation,
    time_bucket('1 day', timestamptz '2024-07-01 12:00+00', '<X>+3') AS posix;

-- Origin and offset; NULL means none of either. A NULL width, time or zone gives NULL.
SELECT time_bucket('1 week', timestamptz '2024-02-29 12:00+00', 'Europe/Berlin', origin => '2024-01-06 23:00+00') AS from_sunday,
    time_bucket('1 day', timestamptz '2024-07-01 12:00+00', 'Europe/Berlin', "offset" => '6 hours') AS from_six,
    time_bucket('1 day', timestamptz '2024-07-01 12:00+00', 'Europe/Berlin', '2024-07-01 01:00+00', '30 min') AS both,
    time_bucket('1 day', timestamptz '2024-07-01 12:00+00', 'Europe/Berlin', NULL, NULL) AS neither;
SELECT time_bucket(NULL::interval, now(), 'UTC') AS width, time_bucket('1 day', NULL::timestamptz, 'UTC') AS ts,
    time_bucket('1 day', now(), timezone => NULL) AS zone;

-- The ends of the range. The first instant's local time may itself be out of range.
SELECT time_bucket('1 day', timestamptz '294276-12-31 12:00+00', 'America/New_York') AS last,
    time_bucket('1 hour', timestamptz '4714-11-24 00:00+00 BC', 'Etc/GMT+5') AS first;

-- Against PostgreSQL's own conversions over 80 years, zone by zone: no row may come back.
CREATE TABLE zone (name text);
INSERT INTO zone VALUES ('Europe/Berlin'), ('America/New_York'), ('America/Sao_Paulo'), ('Australia/Lord_Howe'),
    ('Asia/Kolkata'), ('Pacific/Apia'), ('Africa/Casablanca'), ('UTC'), ('America/Havana'), ('America/St_Johns');
CREATE TABLE probe AS
SELECT timestamptz '1970-01-01+00' + random() * interval '80 years' AS t FROM generate_series(1, 500);
-- A bucket holds its time, is a bucket's start itself, and follows the clock.
SELECT name, t, width FROM probe, zone, (VALUES (interval '15 min'), ('1 hour'), ('1 day'), ('1 week'), ('1 month'), ('1 year')) w(width),
    time_bucket(width, t, name) start
WHERE NOT (start <= t AND t < start + width + interval '4 days') OR time_bucket(width, start, name) <> start
   OR (width >= '1 day' AND start AT TIME ZONE name < time_bucket(width, t AT TIME ZONE name));
-- Buckets are in the order of their times.
SELECT name, width, count(*) FROM (
    SELECT name, width, time_bucket(width, t, name) < lag(time_bucket(width, t, name)) OVER (PARTITION BY name, width ORDER BY t) AS back
    FROM probe, zone, (VALUES (interval '15 min'), ('1 hour'), ('1 day'), ('1 week')) w(width)) o
WHERE back GROUP BY 1, 2;
-- Days, weeks and months are date_trunc's, which knows zones too, but for days that start twice.
SELECT name, t FROM probe, zone
WHERE name NOT IN ('America/Havana', 'America/St_Johns') AND (time_bucket('1 day', t, name) <> date_trunc('day', t, name) OR time_bucket('1 week', t, name) <> date_trunc('week', t, name)
   OR time_bucket('1 month', t, name) <> date_trunc('month', t, name));
-- Rows in any order, and zones that change from row to row at one call site, give the same.
SELECT count(*) FROM (SELECT name, t, time_bucket('1 day', t, name) AS mixed FROM probe, zone WHERE name NOT IN ('America/Havana', 'America/St_Johns') ORDER BY random()) a
WHERE mixed <> date_trunc('day', t, name);
