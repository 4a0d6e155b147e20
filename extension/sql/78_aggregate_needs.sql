-- What continuous aggregates still need of the rows they are computed from.

-- Comparable with a column of the type. A date is compared with a timestamp as it is with a date.
CREATE FUNCTION varve_catalog.coordinate_literal(type regtype, coordinate bigint) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO'
RETURN CASE WHEN varve_catalog.is_integer(type) THEN format('%L::bigint', coordinate)
            WHEN type = 'timestamptz'::regtype THEN format('%L::timestamptz', varve_catalog.time_of(coordinate))
            ELSE format('%L::timestamp', varve_catalog.time_of(coordinate) AT TIME ZONE 'UTC') END;

COMMENT ON FUNCTION varve_catalog.coordinate_literal(regtype, bigint) IS
    'an end of a range as a literal for conditions on the primary dimension';

-- Pending ranges in [range_begin, range_end) of the source; what is frozen is never computed, pending or not. All
-- beyond the watermark of an aggregate is pending: there only rows count, and are assumed where the caller may not
-- look for them.
CREATE FUNCTION varve_catalog.aggregate_needs(source_id integer, range_begin bigint, range_end bigint)
RETURNS TABLE (aggregate regclass, needed int8multirange)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    source varve_catalog.hypertable;
    a record;
    part int8range;
    has_rows boolean;
BEGIN
    SELECT * INTO source FROM varve_catalog.hypertable h WHERE h.id = aggregate_needs.source_id;
    FOR a IN
        SELECT c.relation, w.watermark, p.pending
            - coalesce((SELECT range_agg(int8range(f.range_begin, f.range_end)) FROM varve_catalog.aggregate_frozen f WHERE f.id = c.id), '{}') AS pending
        FROM varve_catalog.continuous_aggregate c JOIN varve_catalog.aggregate_watermark w ON w.id = c.id,
            LATERAL (
                SELECT range_agg(int8range(greatest(q.range_begin, aggregate_needs.range_begin), least(q.range_end, aggregate_needs.range_end))) AS pending
                FROM (SELECT s.range_begin, s.range_end FROM varve_catalog.aggregate_stale s WHERE s.id = c.id
                      UNION ALL
                      SELECT g.range_begin, g.range_end FROM varve_catalog.aggregate_change g WHERE g.source_id = c.source_id) q
                WHERE q.range_begin < aggregate_needs.range_end AND q.range_end > aggregate_needs.range_begin) p
        WHERE c.source_id = aggregate_needs.source_id AND p.pending IS NOT NULL
        ORDER BY c.id
    LOOP
        needed := a.pending * int8multirange(int8range(NULL, a.watermark));
        FOR part IN SELECT unnest(a.pending * int8multirange(int8range(a.watermark, NULL))) LOOP
            has_rows := true;
            IF has_table_privilege(source.relation, 'SELECT') THEN
                EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %I >= %s AND %I < %s)', source.relation,
                    source.column_name, varve_catalog.coordinate_literal(source.column_type, lower(part)),
                    source.column_name, varve_catalog.coordinate_literal(source.column_type, upper(part))) INTO has_rows;
            END IF;
            IF has_rows THEN
                needed := needed + int8multirange(part);
            END IF;
        END LOOP;
        IF NOT isempty(needed) THEN
            aggregate := a.relation;
            RETURN NEXT;
        END IF;
    END LOOP;
END $$;

COMMENT ON FUNCTION varve_catalog.aggregate_needs(integer, bigint, bigint) IS
    'aggregates that have yet to compute results from a range of their source, and of which parts of it';

-- Why a range of a hypertable should stay, in words; NULL where nothing needs it.
CREATE FUNCTION varve_catalog.aggregate_needs_words(source_id integer, range_begin bigint, range_end bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT string_agg(format('continuous aggregate "%s" has yet to compute %s to %s', n.aggregate,
        CASE WHEN varve_catalog.is_integer(h.column_type) THEN lower(n.needed)::text ELSE varve_catalog.time_of(lower(n.needed))::text END,
        CASE WHEN varve_catalog.is_integer(h.column_type) THEN upper(n.needed)::text ELSE varve_catalog.time_of(upper(n.needed))::text END), '; ')
    FROM varve_catalog.aggregate_needs(source_id, range_begin, range_end) n, varve_catalog.hypertable h WHERE h.id = source_id;
END;

COMMENT ON FUNCTION varve_catalog.aggregate_needs_words(integer, bigint, bigint) IS
    'why a range of a hypertable should not be dropped; NULL where no aggregate needs it';

-- For whoever chooses between an aggregate and its rows, at each query: cheaper than the views, which know more.
CREATE FUNCTION continuous_aggregate_is_fresh(continuous_aggregate regclass) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    a varve_catalog.continuous_aggregate;
    first bigint;
    last bigint;
BEGIN
    SELECT c.* INTO a FROM varve_catalog.continuous_aggregate c WHERE c.relation = continuous_aggregate;
    IF NOT FOUND THEN
        RAISE '"%" is not a continuous aggregate', continuous_aggregate USING ERRCODE = '22023';
    END IF;
    SELECT min(c.range_begin), max(c.range_end) INTO first, last FROM varve_catalog.chunk c WHERE c.hypertable_id IN (a.id, a.source_id);
    last := least(last, (SELECT w.watermark FROM varve_catalog.aggregate_watermark w WHERE w.id = a.id));
    RETURN NOT EXISTS (
        SELECT FROM varve_catalog.aggregate_stale t
        WHERE t.id = a.id AND t.range_begin < last AND t.range_end > first AND greatest(t.range_begin, first) < least(t.range_end, last))
        AND NOT EXISTS (
        SELECT FROM varve_catalog.aggregate_change t
        WHERE t.source_id = a.source_id AND t.range_begin < last AND t.range_end > first AND greatest(t.range_begin, first) < least(t.range_end, last));
END $$;

COMMENT ON FUNCTION continuous_aggregate_is_fresh(regclass) IS
    'whether all results below the watermark are those of the rows; what changes next shows as it does';
