-- What there is to know of continuous aggregates.

CREATE FUNCTION _timescaledb_functions.cagg_watermark(hypertable_id integer) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (SELECT CASE WHEN w.watermark = -9223372036854775808 THEN w.watermark
            WHEN varve_catalog.is_integer(h.column_type) THEN w.watermark
            ELSE varve_catalog.unix_us(w.watermark) END
        FROM varve_catalog.aggregate_watermark w JOIN varve_catalog.hypertable h USING (id) WHERE w.id = hypertable_id);
COMMENT ON FUNCTION _timescaledb_functions.cagg_watermark(integer) IS
    'watermark of the aggregate with this materialization; microseconds from 1970, or an integer';
