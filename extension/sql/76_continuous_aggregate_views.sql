-- What there is to know of continuous aggregates.

CREATE FUNCTION _timescaledb_functions.cagg_watermark(hypertable_id integer) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (SELECT CASE WHEN w.watermark = -9223372036854775808 THEN w.watermark
            WHEN varve_catalog.is_integer(h.column_type) THEN w.watermark
            ELSE varve_catalog.unix_us(w.watermark) END
        FROM varve_catalog.aggregate_watermark w JOIN varve_catalog.hypertable h USING (id) WHERE w.id = hypertable_id);
COMMENT ON FUNCTION _timescaledb_functions.cagg_watermark(integer) IS
    'watermark of the aggregate with this materialization; microseconds from 1970, or an integer';

CREATE FUNCTION _timescaledb_functions.cagg_watermark_materialized(hypertable_id integer) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN _timescaledb_functions.cagg_watermark(hypertable_id);
COMMENT ON FUNCTION _timescaledb_functions.cagg_watermark_materialized(integer) IS 'as cagg_watermark(), which is where stored results end';

CREATE FUNCTION varve_catalog.aggregate_description(id integer) RETURNS text
AS 'MODULE_PATHNAME', 'varve_aggregate_description'
LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION varve_catalog.aggregate_description(integer) IS
    'the bucket function of an aggregate with its arguments, and the columns that are grouped by, as JSON';

CREATE FUNCTION _timescaledb_functions.cagg_get_bucket_function_info(mat_hypertable_id integer,
    OUT bucket_func regprocedure, OUT bucket_width text, OUT bucket_origin text, OUT bucket_offset text,
    OUT bucket_timezone text, OUT bucket_fixed_width boolean)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT (d.j ->> 'function')::regprocedure, d.j ->> 'bucket_width', d.j ->> 'origin', d.j ->> 'offset', d.j ->> 'timezone',
        -- Months differ in length, and where there is a time zone so do days.
        CASE WHEN d.j ->> 'bucket_width' ~ '^[-+]?\d+$' THEN true
             ELSE date_part('month', (d.j ->> 'bucket_width')::interval) = 0 AND date_part('year', (d.j ->> 'bucket_width')::interval) = 0
                 AND (d.j ->> 'timezone' IS NULL OR date_part('day', (d.j ->> 'bucket_width')::interval) = 0) END
    FROM (SELECT varve_catalog.aggregate_description(mat_hypertable_id)::jsonb AS j) d WHERE d.j IS NOT NULL;
END;
COMMENT ON FUNCTION _timescaledb_functions.cagg_get_bucket_function_info(integer) IS
    'time_bucket() as the aggregate with this materialization calls it';

CREATE FUNCTION _timescaledb_functions.cagg_get_grouping_columns(continuous_aggregate regclass) RETURNS text[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (SELECT ARRAY(SELECT jsonb_array_elements_text(varve_catalog.aggregate_description(a.id)::jsonb -> 'grouping_columns'))
        FROM varve_catalog.continuous_aggregate a WHERE a.relation = continuous_aggregate);
COMMENT ON FUNCTION _timescaledb_functions.cagg_get_grouping_columns(regclass) IS 'columns of the aggregate that are grouped by, its bucket among them';

CREATE FUNCTION varve_catalog.check_aggregate_query(query text) RETURNS void
AS 'MODULE_PATHNAME', 'varve_check_aggregate_query'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION varve_catalog.check_aggregate_query(text) IS 'reports what keeps a query from being one of a continuous aggregate';

-- With the search path of the caller, as the statement that would create the aggregate.
CREATE FUNCTION _timescaledb_functions.cagg_validate_query(query text,
    OUT is_valid boolean, OUT error_level text, OUT error_code text, OUT error_message text, OUT error_detail text, OUT error_hint text)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE AS $$
BEGIN
    PERFORM varve_catalog.check_aggregate_query(query);
    is_valid := true;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS error_code = RETURNED_SQLSTATE, error_message = MESSAGE_TEXT, error_detail = PG_EXCEPTION_DETAIL, error_hint = PG_EXCEPTION_HINT;
    is_valid := false;
    error_level := 'ERROR';
END $$;
COMMENT ON FUNCTION _timescaledb_functions.cagg_validate_query(text) IS
    'whether a continuous aggregate could have this query, and if not the error that would say so';

-- A range of coordinates as buckets of this width would cut it if all were as wide and began at 0.
CREATE FUNCTION varve_catalog.about_whole(range_begin bigint, range_end bigint, width bigint) RETURNS int8range
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT int8range(b - (b % width + width) % width, e + (width - e % width) % width)
        FROM (SELECT greatest(range_begin, -9000000000000000000) AS b, least(range_end, 9000000000000000000) AS e) q);
COMMENT ON FUNCTION varve_catalog.about_whole(bigint, bigint, bigint) IS 'about the whole buckets that a range meets';

-- Where the coordinates of an aggregate's ranges are times, as times; and as integers otherwise.
CREATE VIEW timescaledb_information.continuous_aggregates AS
SELECT sn.nspname AS hypertable_schema,
    s.relname AS hypertable_name,
    vn.nspname AS view_schema,
    v.relname AS view_name,
    pg_get_userbyid(v.relowner) AS view_owner,
    a.materialized_only,
    EXISTS (SELECT FROM varve_catalog.columnstore s WHERE s.hypertable_id = a.id) AS compression_enabled,
    mn.nspname AS materialization_hypertable_schema,
    m.relname AS materialization_hypertable_name,
    pg_get_viewdef(a.definition::oid) AS view_definition,
    CASE WHEN h.is_time THEN varve_catalog.time_of(w.watermark) END AS watermark,
    CASE WHEN NOT h.is_time THEN w.watermark END AS watermark_integer,
    CASE WHEN h.is_time THEN now() - varve_catalog.time_of(w.watermark) END AS lag,
    pending.ranges AS pending_ranges,
    CASE WHEN h.is_time THEN varve_catalog.time_of(pending.first) END AS pending_since,
    CASE WHEN NOT h.is_time THEN pending.first END AS pending_since_integer,
    pending.buckets AS pending_buckets,
    -- What a refresh will read: of each chunk the part that is pending.
    (SELECT sum(approximate_row_count(c.relation) * part.width / (c.range_end::float8 - c.range_begin))::bigint
     FROM varve_catalog.chunk c,
         LATERAL (SELECT sum(upper(p)::float8 - lower(p)) AS width
                  FROM unnest(pending.spans * int8multirange(int8range(c.range_begin, c.range_end))) p) part
     WHERE c.hypertable_id = a.source_id AND pending.spans && int8range(c.range_begin, c.range_end)) AS pending_rows,
    (SELECT count(*) FROM varve_catalog.aggregate_frozen f WHERE f.id = a.id) AS frozen_ranges
FROM varve_catalog.continuous_aggregate a
    JOIN pg_class v ON v.oid = a.relation
    JOIN pg_namespace vn ON vn.oid = v.relnamespace
    JOIN pg_class m ON m.oid = a.materialization
    JOIN pg_namespace mn ON mn.oid = m.relnamespace
    LEFT JOIN varve_catalog.continuous_aggregate below ON below.materialization = a.source
    JOIN pg_class s ON s.oid = coalesce(below.relation, a.source)
    JOIN pg_namespace sn ON sn.oid = s.relnamespace
    JOIN LATERAL (SELECT nullif(g.watermark, -9223372036854775808) AS watermark
        FROM varve_catalog.aggregate_watermark g WHERE g.id = a.id) w ON true
    JOIN LATERAL (SELECT NOT varve_catalog.is_integer(y.column_type) AS is_time
        FROM varve_catalog.hypertable y WHERE y.id = a.id) h ON true,
    -- What lies below the watermark, and where there are rows or results.
    LATERAL (SELECT min(c.range_begin) AS first, max(c.range_end) AS last FROM varve_catalog.chunk c
        WHERE c.hypertable_id IN (a.id, a.source_id)) data,
    LATERAL (SELECT count(*) AS ranges, min(p.first) AS first, range_agg(varve_catalog.about_whole(p.first, p.last, a.bucket_width)) AS spans,
            sum((p.last - p.first - 1) / a.bucket_width + 1)::bigint AS buckets
        FROM (SELECT greatest(q.range_begin, data.first) AS first, least(q.range_end, w.watermark, data.last) AS last
              FROM (SELECT t.range_begin, t.range_end FROM varve_catalog.aggregate_stale t WHERE t.id = a.id
                    UNION ALL
                    SELECT c.range_begin, c.range_end FROM varve_catalog.aggregate_change c WHERE c.source_id = a.source_id) q) p
        WHERE w.watermark IS NOT NULL AND p.first < p.last) pending;
COMMENT ON VIEW timescaledb_information.continuous_aggregates IS
    'continuous aggregates, how far they have been computed, and what they have yet to compute again';

CREATE VIEW _timescaledb_catalog.continuous_agg AS
SELECT a.id AS mat_hypertable_id,
    a.source_id AS raw_hypertable_id,
    below.id AS parent_mat_hypertable_id,
    vn.nspname AS user_view_schema,
    v.relname AS user_view_name,
    rn.nspname AS partial_view_schema,
    r.relname AS partial_view_name,
    dn.nspname AS direct_view_schema,
    d.relname AS direct_view_name,
    a.materialized_only,
    true AS finalized
FROM varve_catalog.continuous_aggregate a
    LEFT JOIN varve_catalog.continuous_aggregate below ON below.materialization = a.source
    JOIN pg_class v ON v.oid = a.relation
    JOIN pg_namespace vn ON vn.oid = v.relnamespace
    JOIN pg_class r ON r.oid = a.recent
    JOIN pg_namespace rn ON rn.oid = r.relnamespace
    JOIN pg_class d ON d.oid = a.definition
    JOIN pg_namespace dn ON dn.oid = d.relnamespace;
COMMENT ON VIEW _timescaledb_catalog.continuous_agg IS 'continuous aggregates';

GRANT SELECT ON timescaledb_information.continuous_aggregates, _timescaledb_catalog.continuous_agg TO PUBLIC;
