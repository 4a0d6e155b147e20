-- All policies of a continuous aggregate at once.

CREATE FUNCTION timescaledb_experimental.add_policies(
    relation             regclass,
    if_not_exists        boolean = false,
    refresh_start_offset "any"   = NULL,
    refresh_end_offset   "any"   = NULL,
    compress_after       "any"   = NULL,
    drop_after           "any"   = NULL)
RETURNS boolean
AS 'MODULE_PATHNAME', 'varve_add_policies'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION timescaledb_experimental.add_policies(regclass, boolean, "any", "any", "any", "any") IS
    'adds to a continuous aggregate the policies whose offsets are given';

CREATE FUNCTION timescaledb_experimental.alter_policies(
    relation             regclass,
    if_exists            boolean = false,
    refresh_start_offset "any"   = NULL,
    refresh_end_offset   "any"   = NULL,
    compress_after       "any"   = NULL,
    drop_after           "any"   = NULL)
RETURNS boolean
AS 'MODULE_PATHNAME', 'varve_alter_policies'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION timescaledb_experimental.alter_policies(regclass, boolean, "any", "any", "any", "any") IS
    'changes the offsets that are given of the policies of a continuous aggregate';

CREATE FUNCTION varve_catalog.require_aggregate(relation regclass) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_integer boolean;
BEGIN
    SELECT varve_catalog.is_integer(h.column_type) INTO is_integer
    FROM varve_catalog.continuous_aggregate a JOIN varve_catalog.hypertable h ON h.id = a.id WHERE a.relation = $1;
    IF NOT FOUND THEN
        RAISE '"%" is not a continuous aggregate', relation USING ERRCODE = '22023';
    END IF;
    RETURN is_integer;
END $$;

COMMENT ON FUNCTION varve_catalog.require_aggregate(regclass) IS 'whether the time of a continuous aggregate is an integer; an error for all else';

-- Results are refreshed first, become columns then, and are dropped last. A refresh into columns is right, but every run
-- would leave rows beside them.
CREATE FUNCTION varve_catalog.require_order(is_integer boolean, start_offset jsonb, compress_after jsonb, drop_after jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before record;
BEGIN
    FOR before IN SELECT * FROM (VALUES
            ('drop_after', drop_after #>> '{}', 'refresh_start_offset', start_offset #>> '{}', 'Results would be dropped while they are still refreshed.'),
            ('compress_after', compress_after #>> '{}', 'refresh_start_offset', start_offset #>> '{}', 'Results would become columns while they are still refreshed.'),
            ('drop_after', drop_after #>> '{}', 'compress_after', compress_after #>> '{}', 'Results would be dropped before they become columns.'))
            v (later, later_offset, earlier, earlier_offset, why) LOOP
        IF (CASE WHEN is_integer THEN before.later_offset::bigint < before.earlier_offset::bigint
                 ELSE before.later_offset::interval < before.earlier_offset::interval END) THEN
            RAISE '% must not be less than %', before.later, before.earlier USING ERRCODE = '22023', DETAIL = before.why;
        END IF;
    END LOOP;
END $$;

COMMENT ON FUNCTION varve_catalog.require_order(boolean, jsonb, jsonb, jsonb) IS 'refuses policies that work against each other';

CREATE FUNCTION varve_catalog.add_policy_set(relation regclass, if_not_exists boolean, refresh_start text, refresh_end text, compress_after text, drop_after text)
RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_integer boolean := varve_catalog.require_aggregate(relation);
    first text := refresh_start::jsonb #>> '{}';
    last text := refresh_end::jsonb #>> '{}';
    columns text := compress_after::jsonb #>> '{}';
    age text := drop_after::jsonb #>> '{}';
BEGIN
    IF first IS NULL AND last IS NULL AND columns IS NULL AND age IS NULL THEN
        RAISE 'no policy is given' USING ERRCODE = '22023', HINT = 'Name the offsets of those that are wanted.';
    END IF;
    PERFORM varve_catalog.require_order(is_integer, refresh_start::jsonb, compress_after::jsonb, drop_after::jsonb);
    IF (first IS NOT NULL OR last IS NOT NULL) AND is_integer THEN
        PERFORM @extschema@.add_continuous_aggregate_policy(relation, first::bigint, last::bigint, interval '1 hour', if_not_exists);
    ELSIF first IS NOT NULL OR last IS NOT NULL THEN
        PERFORM @extschema@.add_continuous_aggregate_policy(relation, first::interval, last::interval, interval '1 hour', if_not_exists);
    END IF;
    IF columns IS NOT NULL AND is_integer THEN
        PERFORM @extschema@.add_compression_policy(relation, columns::bigint, if_not_exists);
    ELSIF columns IS NOT NULL THEN
        PERFORM @extschema@.add_compression_policy(relation, columns::interval, if_not_exists);
    END IF;
    IF age IS NOT NULL AND is_integer THEN
        PERFORM @extschema@.add_retention_policy(relation, age::bigint, if_not_exists);
    ELSIF age IS NOT NULL THEN
        PERFORM @extschema@.add_retention_policy(relation, age::interval, if_not_exists);
    END IF;
END $$;

COMMENT ON FUNCTION varve_catalog.add_policy_set(regclass, boolean, text, text, text, text) IS 'add_policies() with offsets as JSON';

CREATE FUNCTION varve_catalog.policies_of(relation regclass) RETURNS SETOF varve_catalog.job
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT j.* FROM varve_catalog.job j WHERE j.relation = $1 AND j.proc_schema = '_timescaledb_functions' ORDER BY j.id;
END;

COMMENT ON FUNCTION varve_catalog.policies_of(regclass) IS 'jobs that are policies of a table or aggregate';

-- Merges offsets into the only policy of a kind.
CREATE FUNCTION varve_catalog.alter_policy(relation regclass, if_exists boolean, kind name, changes jsonb)
RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ids integer[] := ARRAY(SELECT p.id FROM varve_catalog.policies_of(relation) p WHERE p.proc_name = kind);
BEGIN
    IF cardinality(ids) > 1 THEN
        RAISE '"%" has several policies of the kind %', relation, kind USING ERRCODE = '22023', HINT = 'Change them with alter_job().';
    ELSIF cardinality(ids) = 1 THEN
        PERFORM @extschema@.alter_job(ids[1], config_merge => changes);
    ELSIF NOT if_exists THEN
        RAISE '"%" has no policy of the kind %', relation, kind USING ERRCODE = '42704';
    ELSE
        RAISE NOTICE '"%" has no policy of the kind %, skipping', relation, kind;
    END IF;
END $$;

COMMENT ON FUNCTION varve_catalog.alter_policy(regclass, boolean, name, jsonb) IS 'merges into the configuration of the only policy of a kind';

CREATE FUNCTION varve_catalog.alter_policy_set(relation regclass, if_exists boolean, refresh_start text, refresh_end text, compress_after text, drop_after text)
RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_integer boolean := varve_catalog.require_aggregate(relation);
    refresh jsonb := jsonb_strip_nulls(jsonb_build_object('start_offset', refresh_start::jsonb, 'end_offset', refresh_end::jsonb));
BEGIN
    IF refresh = '{}' AND compress_after IS NULL AND drop_after IS NULL THEN
        RAISE 'no policy is given' USING ERRCODE = '22023', HINT = 'Name the offsets that shall change.';
    END IF;
    IF refresh <> '{}' THEN
        PERFORM varve_catalog.alter_policy(relation, if_exists, 'policy_refresh_continuous_aggregate', refresh);
    END IF;
    IF compress_after IS NOT NULL THEN
        PERFORM varve_catalog.alter_policy(relation, if_exists, 'policy_compression', jsonb_build_object('compress_after', compress_after::jsonb));
    END IF;
    IF drop_after IS NOT NULL THEN
        PERFORM varve_catalog.alter_policy(relation, if_exists, 'policy_retention', jsonb_build_object('drop_after', drop_after::jsonb));
    END IF;
    PERFORM varve_catalog.require_order(is_integer, r.config -> 'start_offset', c.config -> 'compress_after', d.config -> 'drop_after')
    FROM (SELECT) one
        LEFT JOIN varve_catalog.policies_of(alter_policy_set.relation) r ON r.proc_name = 'policy_refresh_continuous_aggregate'
        LEFT JOIN varve_catalog.policies_of(alter_policy_set.relation) c ON c.proc_name = 'policy_compression'
        LEFT JOIN varve_catalog.policies_of(alter_policy_set.relation) d ON d.proc_name = 'policy_retention';
END $$;

COMMENT ON FUNCTION varve_catalog.alter_policy_set(regclass, boolean, text, text, text, text) IS 'alter_policies() with offsets as JSON';

CREATE FUNCTION timescaledb_experimental.remove_policies(relation regclass, if_exists boolean = false, VARIADIC policy_names text[] = NULL)
RETURNS boolean LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kind text;
BEGIN
    PERFORM varve_catalog.require_aggregate(relation);
    IF coalesce(cardinality(policy_names), 0) = 0 THEN
        RAISE 'no policy is named' USING ERRCODE = '22023', HINT = 'To remove all, use timescaledb_experimental.remove_all_policies().';
    END IF;
    FOREACH kind IN ARRAY policy_names LOOP
        CASE kind
            WHEN 'policy_refresh_continuous_aggregate' THEN
                PERFORM @extschema@.remove_continuous_aggregate_policy(relation, if_exists => if_exists);
            WHEN 'policy_compression' THEN
                PERFORM @extschema@.remove_compression_policy(relation, if_exists);
            WHEN 'policy_retention' THEN
                PERFORM @extschema@.remove_retention_policy(relation, if_exists);
            WHEN 'policy_tiering' THEN
                PERFORM @extschema@.remove_tiering_policy(relation, if_exists);
            ELSE
                RAISE 'policies of the kind "%" cannot be removed', kind USING ERRCODE = '22023',
                    HINT = 'It is one of policy_refresh_continuous_aggregate, policy_compression, policy_retention and policy_tiering.';
        END CASE;
    END LOOP;
    RETURN true;
END $$;

COMMENT ON FUNCTION timescaledb_experimental.remove_policies(regclass, boolean, text[]) IS
    'removes policies of a continuous aggregate, named as their procedures are';

CREATE FUNCTION timescaledb_experimental.remove_all_policies(relation regclass, if_exists boolean = false)
RETURNS boolean LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ids integer[];
BEGIN
    PERFORM varve_catalog.require_aggregate(relation);
    ids := ARRAY(SELECT p.id FROM varve_catalog.policies_of(relation) p);
    IF cardinality(ids) = 0 AND NOT if_exists THEN
        RAISE '"%" has no policies', relation USING ERRCODE = '42704';
    END IF;
    PERFORM @extschema@.delete_job(id) FROM unnest(ids) id;
    RETURN cardinality(ids) > 0;
END $$;

COMMENT ON FUNCTION timescaledb_experimental.remove_all_policies(regclass, boolean) IS
    'removes the policies of a continuous aggregate; false where it has none';

CREATE FUNCTION timescaledb_experimental.show_policies(relation regclass)
RETURNS SETOF jsonb LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM varve_catalog.require_aggregate(relation);
    RETURN QUERY SELECT jsonb_build_object('policy_name', p.proc_name) || CASE p.proc_name
        WHEN 'policy_refresh_continuous_aggregate' THEN jsonb_build_object('refresh_interval', p.schedule_interval,
            'refresh_start_offset', p.config -> 'start_offset', 'refresh_end_offset', p.config -> 'end_offset')
        WHEN 'policy_compression' THEN jsonb_build_object('compress_interval', p.schedule_interval, 'compress_after', p.config -> 'compress_after')
        WHEN 'policy_retention' THEN jsonb_build_object('retention_interval', p.schedule_interval, 'drop_after', p.config -> 'drop_after')
        ELSE p.config - 'hypertable_id' || jsonb_build_object('schedule_interval', p.schedule_interval) END
    FROM varve_catalog.policies_of(relation) p;
END $$;

COMMENT ON FUNCTION timescaledb_experimental.show_policies(regclass) IS 'policies of a continuous aggregate, an object for each';

CREATE VIEW timescaledb_experimental.policies AS
SELECT r.relname AS relation_name,
    n.nspname AS relation_schema,
    j.schedule_interval,
    j.proc_schema,
    j.proc_name,
    j.config,
    hn.nspname AS hypertable_schema,
    hr.relname AS hypertable_name
FROM varve_catalog.job j
    JOIN pg_class r ON r.oid = j.relation
    JOIN pg_namespace n ON n.oid = r.relnamespace
    LEFT JOIN varve_catalog.hypertable h ON h.id = coalesce(j.config ->> 'hypertable_id', j.config ->> 'mat_hypertable_id')::integer
    LEFT JOIN pg_class hr ON hr.oid = h.relation
    LEFT JOIN pg_namespace hn ON hn.oid = hr.relnamespace
WHERE j.proc_schema = '_timescaledb_functions';
COMMENT ON VIEW timescaledb_experimental.policies IS 'policies, of hypertables and of continuous aggregates';
GRANT SELECT ON timescaledb_experimental.policies TO PUBLIC;
