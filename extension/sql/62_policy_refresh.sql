-- Refresh of continuous aggregates.

CREATE FUNCTION add_continuous_aggregate_policy(
    continuous_aggregate         regclass,
    start_offset                 "any",
    end_offset                   "any",
    schedule_interval            interval,
    if_not_exists                boolean     = false,
    initial_start                timestamptz = NULL,
    timezone                     text        = NULL,
    include_tiered_data          boolean     = NULL,
    buckets_per_batch            integer     = NULL,
    max_batches_per_execution    integer     = NULL,
    refresh_newest_first         boolean     = NULL)
RETURNS integer
AS 'MODULE_PATHNAME', 'varve_add_refresh_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION add_continuous_aggregate_policy(regclass, "any", "any", interval, boolean, timestamptz, text, boolean, integer, integer, boolean) IS
    'has an aggregate refreshed from start_offset to end_offset before now; returns the id of the job';

CREATE FUNCTION remove_continuous_aggregate_policy(
    continuous_aggregate regclass,
    if_not_exists        boolean = false,
    if_exists            boolean = NULL)
RETURNS void
AS 'MODULE_PATHNAME', 'varve_remove_refresh_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION remove_continuous_aggregate_policy(regclass, boolean, boolean) IS
    'the aggregate is no longer refreshed by itself';

CREATE FUNCTION _timescaledb_functions.policy_refresh_continuous_aggregate_check(config jsonb) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_integer boolean;
    bound text;
BEGIN
    SELECT varve_catalog.is_integer(h.column_type) INTO is_integer
    FROM varve_catalog.hypertable h JOIN varve_catalog.continuous_aggregate a ON a.id = h.id
    WHERE h.id = (config ->> 'mat_hypertable_id')::integer;
    IF NOT FOUND THEN
        RAISE 'mat_hypertable_id % is not that of a continuous aggregate', coalesce(config ->> 'mat_hypertable_id', 'null') USING ERRCODE = '22023';
    END IF;
    FOREACH bound IN ARRAY ARRAY[config ->> 'start_offset', config ->> 'end_offset'] LOOP
        IF is_integer THEN
            PERFORM bound::bigint;
        ELSE
            PERFORM bound::interval;
        END IF;
    END LOOP;
    PERFORM varve_catalog.policy_options_check(config, '{buckets_per_batch, max_batches_per_execution}',
        '{refresh_newest_first, include_tiered_data, compress_after_refresh}');
END $$;

COMMENT ON FUNCTION _timescaledb_functions.policy_refresh_continuous_aggregate_check(jsonb) IS
    'reports what is wrong with the configuration of a refresh policy';

-- What add_continuous_aggregate_policy() has checked must stay true.
CREATE FUNCTION varve_catalog.refresh_policy_altered() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    other record;
    meets boolean;
BEGIN
    FOR other IN
        SELECT j.id, j.config, varve_catalog.is_integer(h.column_type) AS is_integer
        FROM varve_catalog.job j JOIN varve_catalog.hypertable h ON h.id = (NEW.config ->> 'mat_hypertable_id')::integer
        WHERE j.relation = NEW.relation AND j.id <> NEW.id AND j.proc_schema = NEW.proc_schema AND j.proc_name = NEW.proc_name
    LOOP
        IF other.is_integer THEN
            meets := coalesce((NEW.config ->> 'start_offset')::bigint > (other.config ->> 'end_offset')::bigint, true)
                AND coalesce((other.config ->> 'start_offset')::bigint > (NEW.config ->> 'end_offset')::bigint, true);
        ELSE
            meets := coalesce((NEW.config ->> 'start_offset')::interval > (other.config ->> 'end_offset')::interval, true)
                AND coalesce((other.config ->> 'start_offset')::interval > (NEW.config ->> 'end_offset')::interval, true);
        END IF;
        IF meets THEN
            RAISE 'refresh policies of "%" must not overlap', NEW.relation
                USING ERRCODE = '22023', DETAIL = format('Job %s refreshes some of these times.', other.id);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

COMMENT ON FUNCTION varve_catalog.refresh_policy_altered() IS 'refuses refresh policies of an aggregate whose windows overlap';

CREATE TRIGGER refresh_policy_altered AFTER UPDATE OF config ON varve_catalog.job FOR EACH ROW
    WHEN (NEW.proc_schema = '_timescaledb_functions' AND NEW.proc_name = 'policy_refresh_continuous_aggregate' AND NEW.config IS DISTINCT FROM OLD.config)
    EXECUTE FUNCTION varve_catalog.refresh_policy_altered();

-- The window of a refresh policy as of now; both pairs of bounds are null where it is open.
CREATE FUNCTION varve_catalog.refresh_policy_window(config jsonb, present bigint,
    OUT aggregate regclass, OUT is_integer boolean, OUT begin_time timestamptz, OUT end_time timestamptz, OUT begin_integer bigint, OUT end_integer bigint,
    OUT options jsonb)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT a.relation, varve_catalog.is_integer(h.column_type) INTO aggregate, is_integer
    FROM varve_catalog.hypertable h JOIN varve_catalog.continuous_aggregate a ON a.id = h.id
    WHERE h.id = (config ->> 'mat_hypertable_id')::integer;
    IF is_integer THEN
        begin_integer := present - (config ->> 'start_offset')::bigint;
        end_integer := present - (config ->> 'end_offset')::bigint;
    ELSE
        begin_time := varve_catalog.job_now() - (config ->> 'start_offset')::interval;
        end_time := varve_catalog.job_now() - (config ->> 'end_offset')::interval;
    END IF;
    options := jsonb_strip_nulls(jsonb_build_object('buckets_per_batch', config -> 'buckets_per_batch',
        'max_batches_per_execution', config -> 'max_batches_per_execution', 'refresh_newest_first', config -> 'refresh_newest_first'));
END $$;

COMMENT ON FUNCTION varve_catalog.refresh_policy_window(jsonb, bigint) IS 'what a refresh policy would refresh now';

CREATE PROCEDURE _timescaledb_functions.policy_refresh_continuous_aggregate(job_id integer, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    w record;
BEGIN
    PERFORM _timescaledb_functions.policy_refresh_continuous_aggregate_check(config);
    SELECT * INTO w FROM varve_catalog.refresh_policy_window(config,
        varve_catalog.integer_now((config OPERATOR(pg_catalog.->>) 'mat_hypertable_id')::pg_catalog.int4));
    IF w.is_integer THEN
        PERFORM _timescaledb_functions.report_run(pg_catalog.jsonb_build_object('begin', w.begin_integer, 'end', w.end_integer));
        CALL @extschema@.refresh_continuous_aggregate(w.aggregate, w.begin_integer, w.end_integer, false, w.options);
    ELSE
        PERFORM _timescaledb_functions.report_run(pg_catalog.jsonb_build_object('begin', w.begin_time, 'end', w.end_time));
        CALL @extschema@.refresh_continuous_aggregate(w.aggregate, w.begin_time, w.end_time, false, w.options);
    END IF;
END $$;

COMMENT ON PROCEDURE _timescaledb_functions.policy_refresh_continuous_aggregate(integer, jsonb) IS
    'refreshes an aggregate in the window of its policy';
