# Jobs are part of a dump: restored, they are due when their schedule has them next, as their owners, with
# ids that go on. Who may restore has no way to have jobs run as somebody else.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'");
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE owner LOGIN');
$node->safe_psql('postgres', "CREATE DATABASE $_ OWNER owner") for qw(source copy own);

sub as_owner { return $node->safe_psql($_[0], $_[1], extra_params => [ '-U', 'owner' ]); }
as_owner('source', q{
    CREATE EXTENSION varve;
    CREATE SCHEMA app;
    CREATE TABLE app.readings (time timestamptz NOT NULL, value int);
    SELECT create_hypertable('app.readings', 'time', chunk_time_interval => interval '1 day');
    INSERT INTO app.readings SELECT now() - i * interval '1 day', i FROM generate_series(1, 5) AS i;
    CREATE PROCEDURE app.act(job_id int, config jsonb) LANGUAGE sql AS 'INSERT INTO app.readings VALUES (now(), -1)';
    SELECT add_retention_policy('app.readings', interval '1 year', initial_start => '2024-01-01');
    SELECT add_job('app.act', '1 day', config => '{"a": 1}', initial_start => '2024-01-01 03:00+00', timezone => 'Europe/Berlin', job_name => 'daily');
    SELECT add_job('app.act', '2 hours', fixed_schedule => false, scheduled => false);
});
ok($node->poll_query_until('source', 'SELECT sum(total_runs) >= 2 FROM timescaledb_information.job_stats'), 'the jobs of the source have run');

# The extension's own jobs, with ids below 1000, start when it is installed.
my $jobs = q{SELECT job_id, application_name, schedule_interval, proc_schema, proc_name, owner, scheduled, fixed_schedule, config,
    CASE WHEN job_id >= 1000 THEN initial_start END AS initial_start,
    timezone, hypertable_schema, hypertable_name, check_name FROM timescaledb_information.jobs ORDER BY 1};
my @connection = ('-h', $node->host, '-p', $node->port);
my $dump = $node->basedir . '/dump';
$node->command_ok([ 'pg_dump', @connection, '-Fc', '-f', $dump, 'source' ], 'dump');

sub check {
    my ($database) = @_;
    is($node->safe_psql($database, $jobs), $node->safe_psql('source', $jobs), "$database: the same jobs");
    is($node->safe_psql($database, q{SELECT count(*) FROM timescaledb_information.job_stats WHERE total_runs > 0 OR next_start < now()}), 0,
        "$database: none has run, or is due");
    is($node->safe_psql($database, q{SELECT next_start AT TIME ZONE 'Europe/Berlin' = date_trunc('day', next_start AT TIME ZONE 'Europe/Berlin') + interval '4 hours'
        FROM timescaledb_information.jobs WHERE application_name = 'daily'}), 't', "$database: but at its time of day");
    is(as_owner($database, q{SELECT add_job('app.act', '1 day', initial_start => '2100-01-01')}), 1003, "$database: new jobs have new ids");
    my $before = $node->safe_psql($database, 'SELECT count(*) FROM app.readings');
    as_owner($database, 'SELECT alter_job(1001, next_start => now())');
    ok($node->poll_query_until($database, "SELECT count(*) > $before FROM app.readings"), "$database: they run");
}
$node->command_ok([ 'pg_restore', @connection, '-e', '-d', 'copy', $dump ], 'restored by a superuser');
check('copy');
$node->command_ok([ 'pg_dump', @connection, '-U', 'owner', '-Fc', '-f', $dump, 'source' ], 'dump by the owner');
$node->command_ok([ 'pg_restore', @connection, '-U', 'owner', '-e', '-d', 'own', $dump ], 'restored by the owner');
check('own');

# Stopped for a restore: no run begins, a restart changes nothing, and the view says so.
is(as_owner('own', 'SELECT timescaledb_pre_restore(); SHOW timescaledb.restoring'), "t\non", 'the session itself knows');
my $runs = $node->safe_psql('own', "SELECT total_runs FROM timescaledb_information.job_stats WHERE job_id = 1001");
as_owner('own', 'SELECT alter_job(1001, next_start => now())');
my $reason = "SELECT reason LIKE 'jobs of the database are stopped%' FROM timescaledb_information.job_stats WHERE job_id = 1001";
ok($node->poll_query_until('own', $reason), 'stopped jobs say so');
$node->restart;
ok($node->poll_query_until('own', $reason), 'after a restart, too');
is($node->safe_psql('own', "SELECT total_runs FROM timescaledb_information.job_stats WHERE job_id = 1001"), $runs, 'and do not run');
is(as_owner('own', 'SELECT timescaledb_post_restore(); SHOW timescaledb.restoring'), "t\noff", 'both ways');
ok($node->poll_query_until('own', "SELECT total_runs > $runs FROM timescaledb_information.job_stats WHERE job_id = 1001"), 'until they are started');
as_owner('own', 'SELECT _timescaledb_functions.stop_background_workers()');
as_owner('own', 'SELECT alter_job(1001, next_start => now())');
ok($node->poll_query_until('own', $reason), 'stopped by the other name');
as_owner('own', 'SELECT _timescaledb_functions.start_background_workers()');
ok($node->poll_query_until('own', "SELECT total_runs > $runs + 1 FROM timescaledb_information.job_stats WHERE job_id = 1001"), 'and started');
$node->safe_psql('postgres', 'CREATE ROLE stranger LOGIN');
my ($scode, $sout, $serr) = $node->psql('own', 'SELECT timescaledb_pre_restore()', extra_params => [ '-U', 'stranger' ]);
like($serr, qr/must be owner of database own/, 'by the owner of the database alone');

# The owner's right to restore.
$node->safe_psql('own', q{CREATE TABLE theirs (time timestamptz NOT NULL); SELECT create_hypertable('theirs', 'time')});
sub refused {
    my ($owner, $relation, $error, $what) = @_;
    my ($code, $out, $err) = $node->psql('own',
        "INSERT INTO varve_catalog.job VALUES (5000, 'x', '1 hour', '0', -1, '1 hour', 'app', 'act', '$owner', true, false, NULL, NULL, $relation)",
        extra_params => [ '-U', 'owner' ]);
    like($err, $error, $what);
}
refused('postgres', 'NULL', qr/permission denied to add a job of role "postgres"/, "no job of another role");
refused('owner', "'theirs'", qr/must be owner of table theirs/, "no job of another's table, whose owner would run it");
is($node->safe_psql('own', 'SELECT count(*) FROM varve_catalog.job WHERE id = 5000'), 0, 'nothing came of it');
done_testing();
