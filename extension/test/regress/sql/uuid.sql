-- UUIDs of version 7 hold their time to the microsecond, and sort by it.
SET timezone = 'UTC';
SET datestyle = 'ISO';
-- RFC 9562, appendix A.6.
SELECT uuid_version(u), uuid_timestamp(u), uuid_timestamp(u) = '2022-02-22 14:22:22-05' AS as_published
FROM (SELECT '017f22e2-79b0-7cc3-98c4-dc0c0c07398f'::uuid AS u) r;
-- Other versions and variants hold no time.
SELECT uuid_version(u), uuid_timestamp(u), uuid_timestamp_micros(u)
FROM (VALUES ('00000000-0000-0000-0000-000000000000'::uuid), ('ffffffff-ffff-ffff-ffff-ffffffffffff'), ('2489e9ad-2ee2-4e00-8ec9-32d5f69181c0'),
    ('017f22e2-79b0-7cc3-08c4-dc0c0c07398f'), (NULL)) v(u);

SELECT to_uuidv7_boundary('1970-01-01 00:00+00') AS first, to_uuidv7_boundary('2024-02-29 13:37:42.123999+00') AS boundary,
    uuid_timestamp_micros(to_uuidv7_boundary('10889-08-02 05:31:50.655999+00')) AS last;
-- What goes in comes out, for every microsecond of a millisecond.
SELECT count(*) AS wrong FROM generate_series(0, 999) i, LATERAL (SELECT timestamptz '2024-02-29 13:37:42.123+00' + i * interval '1 us' AS t) x
WHERE uuid_timestamp_micros(to_uuidv7(t)) <> t OR uuid_timestamp(to_uuidv7(t)) <> date_trunc('milliseconds', t) OR uuid_version(to_uuidv7(t)) <> 7;
-- They sort by time; the boundary is the smallest of its time.
SELECT count(*) AS wrong FROM (SELECT t, to_uuidv7(t) AS u, lag(to_uuidv7(t)) OVER (ORDER BY t) AS before
    FROM generate_series(timestamptz '2024-02-29 13:37:42+00', '2024-02-29 13:37:42.02+00', '7 us') t) r
WHERE before >= u OR to_uuidv7_boundary(t) > u OR to_uuidv7_boundary(t + interval '1 us') <= u;
SELECT count(DISTINCT u) AS distinct, bool_and(uuid_version(u) = 7) AS version, bool_and(uuid_timestamp(u) BETWEEN now() - interval '1 ms' AND clock_timestamp()) AS recent
FROM (SELECT generate_uuidv7() AS u FROM generate_series(1, 1000)) g;
SELECT to_uuidv7(now()) <> to_uuidv7(now()) AS random_tail, to_uuidv7_boundary(now()) = to_uuidv7_boundary(now()) AS no_tail, to_uuidv7(NULL) AS of_null;
SELECT time_bucket('1 hour', to_uuidv7('2024-02-29 13:37:42+00')) AS bucket;
-- As in docs/uuidv7.md.
CREATE TABLE event AS SELECT to_uuidv7(timestamptz '2024-02-28 22:00+00' + i * interval '25 min') AS id FROM generate_series(1, 9) i;
SELECT time_bucket('1 hour', id) AS hour, count(*) FROM event
WHERE id >= to_uuidv7_boundary('2024-02-29 00:00+00') GROUP BY hour ORDER BY hour;
-- Times that do not fit.
\set VERBOSITY sqlstate
SELECT to_uuidv7('1969-12-31 23:59:59.999999+00');
SELECT to_uuidv7_boundary('10889-08-02 05:31:50.656+00');
SELECT to_uuidv7('infinity');
SELECT to_uuidv7_boundary('-infinity');
