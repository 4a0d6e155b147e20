# A dump of continuous aggregates restores to the same results, the same state of each, and aggregates
# that go on: by a superuser and by the owner of a database who is nobody special.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\ntimezone = 'UTC'");
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE owner LOGIN; CREATE ROLE reader LOGIN');
$node->safe_psql('postgres', "CREATE DATABASE $_ OWNER owner") for qw(source custom directory plain own);
my $dump = $node->basedir . '/dump';
mkdir $dump;

sub as_owner { return $node->safe_psql($_[0], $_[1], extra_params => [ '-U', 'owner' ]); }

as_owner('source', $_) for (q{
    CREATE EXTENSION varve;
    CREATE SCHEMA app;
    CREATE TABLE app.raw (time timestamptz NOT NULL, device int, v int);
    SELECT create_hypertable('app.raw', 'time', chunk_time_interval => interval '1 day');
    INSERT INTO app.raw SELECT '2024-01-01'::timestamptz + i * interval '1 hour', i % 3, i FROM generate_series(0, 239) i;
    CREATE MATERIALIZED VIEW app.daily WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT time_bucket('1 day', time) AS day, device, count(*) AS n, sum(v) AS total FROM app.raw GROUP BY 1, 2 WITH NO DATA;
    CREATE MATERIALIZED VIEW app.weekly WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 week', day) AS week, sum(n) AS n FROM app.daily GROUP BY 1 WITH NO DATA;},
    q{CALL refresh_continuous_aggregate('app.daily', NULL, '2024-01-09')},
    q{CALL refresh_continuous_aggregate('app.weekly', NULL, NULL)},
    # A column that came later; row-level security.
    q{CREATE TABLE app.tenants (time timestamptz NOT NULL, tenant name, v int);
    SELECT create_hypertable('app.tenants', 'time', chunk_time_interval => interval '1 day');
    INSERT INTO app.tenants SELECT '2024-01-01'::timestamptz + i * interval '1 hour', CASE i % 2 WHEN 0 THEN 'reader' ELSE 'other' END, i FROM generate_series(0, 47) i;
    CREATE MATERIALIZED VIEW app.per_tenant WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT time_bucket('1 day', time) AS day, tenant, count(*) AS n FROM app.tenants GROUP BY 1, 2 WITH NO DATA;
    ALTER TABLE app.tenants ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON app.tenants USING (tenant = current_user);
    ALTER MATERIALIZED VIEW app.per_tenant ADD COLUMN total bigint GENERATED ALWAYS AS (sum(v)) STORED;
    GRANT USAGE ON SCHEMA app TO reader;
    GRANT SELECT ON app.per_tenant TO reader},
    q{CALL refresh_continuous_aggregate('app.per_tenant', NULL, '2024-01-02')},
    # A query that depends on a primary key: pg_dump gives the views theirs after all data.
    q{CREATE TABLE app.device (id int PRIMARY KEY, name text);
    INSERT INTO app.device SELECT i, 'device ' || i FROM generate_series(0, 2) i;
    CREATE MATERIALIZED VIEW app.named WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT time_bucket('1 day', time) AS day, d.id, d.name, count(*) AS n FROM app.raw JOIN app.device d ON d.id = device GROUP BY 1, 2 WITH NO DATA},
    q{CALL refresh_continuous_aggregate('app.named', NULL, '2024-01-08')},
    # Stale, frozen and yet to come.
    q{SELECT drop_chunks('app.raw', older_than => timestamptz '2024-01-03');
    UPDATE app.raw SET v = 0 WHERE time = '2024-01-05';
    INSERT INTO app.raw VALUES ('2024-01-20', 1, 1);
    GRANT SELECT ON app.daily TO PUBLIC;
    COMMENT ON MATERIALIZED VIEW app.daily IS 'days'});

# Not what is pending: a parallel restore may copy rows after it has restored the aggregate, which then
# takes them for new ones.
my $content = q{
    SELECT 'd', * FROM app.daily ORDER BY 2, 3;
    SELECT 'w', * FROM app.weekly ORDER BY 2;
    SELECT 'p', * FROM app.per_tenant ORDER BY 2, 3;
    SELECT 'n', * FROM app.named ORDER BY 2, 3;
    SELECT 'a', * FROM varve_catalog.continuous_aggregate ORDER BY id;
    SELECT 'm', * FROM varve_catalog.aggregate_watermark ORDER BY id;
    SELECT 't', * FROM varve_catalog.aggregate_threshold ORDER BY source_id;
    SELECT 'f', * FROM varve_catalog.aggregate_frozen ORDER BY id, range_begin;
    SELECT 's', a.name, v.* FROM unnest('{app.daily,app.weekly}'::text[]) a (name), verify_continuous_aggregate(a.name::regclass) v;
};
my $before = $node->safe_psql('source', $content);
like($before, qr/rows dropped/, 'some results have no rows');
like($before, qr/refresh pending/, 'some are stale');

sub schema_of
{
    my ($database) = @_;
    my ($out, $err) = run_command([ 'pg_dump', '--schema-only', '-h', $node->host, '-p', $node->port, $database ]);
    $out =~ s/^\\(un)?restrict .*$//mg;
    is($err, '', "pg_dump of $database warns of nothing");
    return $out;
}
my $schema = schema_of('source');

sub check
{
    my ($database, $how) = @_;
    is($node->safe_psql($database, $content), $before, "$how: same results, and same state");
    is(schema_of($database), $schema, "$how: same definitions");
    my $seen = q{SELECT tenant, count(*), sum(n), sum(total) FROM app.per_tenant GROUP BY 1};
    is($node->safe_psql($database, $seen, extra_params => [ '-U', 'reader' ]), 'reader|2|24|552', "$how: policies hold for readers of the aggregate");
    as_owner($database, q{DELETE FROM app.raw WHERE time >= '2024-01-07' AND time < '2024-01-08'});
    as_owner($database, "CALL refresh_continuous_aggregate('$_', NULL, NULL)") for qw(app.daily app.weekly);
    is($node->safe_psql($database, q{SELECT reason, count(*) FROM unnest('{app.daily,app.weekly}'::text[]) a (name),
            verify_continuous_aggregate(a.name::regclass) v GROUP BY 1}), 'rows dropped|2', "$how: refreshed");
    is(as_owner($database, q{SELECT count(*) FROM app.daily WHERE day = '2024-01-07'}), '0', "$how: changes are followed");
    my ($code, $out, $err) = $node->psql($database, 'DROP TABLE _timescaledb_internal._materialized_hypertable_2', extra_params => [ '-U', 'owner' ]);
    like($err, qr/view app.daily requires it/, "$how: the parts belong together");
    as_owner($database, 'SET client_min_messages = warning; DROP TABLE app.raw, app.tenants CASCADE');
    is($node->safe_psql($database, q{SELECT (SELECT count(*) FROM varve_catalog.continuous_aggregate), (SELECT count(*) FROM varve_catalog.aggregate_frozen),
            (SELECT count(*) FROM pg_class WHERE relnamespace = '_timescaledb_internal'::regnamespace AND relkind IN ('r', 'p', 'v'))}),
        '0|0|0', "$how: and go together");
}

my @connection = ('-h', $node->host, '-p', $node->port);
$node->command_ok([ 'pg_dump', @connection, '-Fc', '-f', "$dump/custom", 'source' ], 'dump, custom format');
$node->command_ok([ 'pg_restore', @connection, '-e', '-d', 'custom', "$dump/custom" ], 'restored');
check('custom', 'custom format');

$node->command_ok([ 'pg_dump', @connection, '-Fd', '-j2', '-f', "$dump/directory", 'source' ], 'dump, directory format');
$node->command_ok([ 'pg_restore', @connection, '-e', '-j2', '-d', 'directory', "$dump/directory" ], 'restored in parallel');
check('directory', 'directory format');

$node->command_ok([ 'pg_dump', @connection, '-f', "$dump/plain.sql", 'source' ], 'dump, plain');
$node->command_ok([ 'psql', @connection, '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dump/plain.sql", 'plain' ], 'restored in one session');
check('plain', 'plain format');

$node->command_ok([ 'pg_dump', @connection, '-U', 'owner', '-Fc', '-f', "$dump/own", 'source' ], 'dump by the owner');
$node->command_ok([ 'pg_restore', @connection, '-U', 'owner', '-e', '-d', 'own', "$dump/own" ], 'restored by the owner');

# The owner's right to restore is no right to lie about others' tables.
$node->safe_psql('own', 'CREATE VIEW theirs AS SELECT 1 AS one');
my ($code, $out, $err) = $node->psql('own',
    q{INSERT INTO varve_catalog.continuous_aggregate SELECT 9, 'theirs', materialization, definition, recent, source_id, source, bucket_column, bucket_width, true FROM varve_catalog.continuous_aggregate LIMIT 1},
    extra_params => [ '-U', 'owner' ]);
like($err, qr/must be owner of view theirs/, 'a view of somebody else is refused');
($code, $out, $err) = $node->psql('own',
    q{INSERT INTO varve_catalog.continuous_aggregate SELECT 9, source, materialization, definition, recent, source_id, source, bucket_column, bucket_width, true FROM varve_catalog.continuous_aggregate LIMIT 1},
    extra_params => [ '-U', 'owner' ]);
like($err, qr/does not describe one/, 'a table where a view should be is refused');
$node->safe_psql('own', 'DROP VIEW theirs');
check('own', 'by the owner');
done_testing();
