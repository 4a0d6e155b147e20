# Workers that idle make room: for other databases, and other roles, whether the pool or PostgreSQL's own
# processes are used up.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
# The launchers of jobs and of logical replication, and two more.
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'varve'
max_worker_processes = 4
varve.job_worker_idle_timeout = '1h'
});
$node->start;

# A database whose job has run once, and comes again in a day.
sub with_job {
    my ($database) = @_;
    $node->safe_psql('postgres', "CREATE DATABASE $database");
    $node->safe_psql($database, q{
        CREATE EXTENSION varve;
        CREATE PROCEDURE act(job_id int, config jsonb) LANGUAGE sql AS 'SELECT 1';
        SELECT add_job('act', '1 day');
    });
    return $node->poll_query_until($database, 'SELECT total_successes = 1 FROM timescaledb_information.job_stats WHERE job_id = 1000');
}
ok(with_job($_), "a job runs in $_") for qw(one two three);
$node->safe_psql('one', 'CREATE ROLE other LOGIN; GRANT CREATE ON SCHEMA public TO other');
my $other = $node->safe_psql('one', q{SELECT add_job('act', '1 day')}, extra_params => [ '-U', 'other' ]);
ok($node->poll_query_until('one', "SELECT total_successes = 1 FROM timescaledb_information.job_stats WHERE job_id = $other"), 'and one of another role');

# The pool.
$node->append_conf('postgresql.conf', q{
max_worker_processes = 16
timescaledb.max_background_workers = 1
});
$node->restart;
for my $database (qw(one two three one)) {
    my $before = $node->safe_psql($database, 'SELECT total_successes FROM timescaledb_information.job_stats WHERE job_id = 1000');
    $node->safe_psql($database, 'SELECT alter_job(1000, next_start => now())');
    ok($node->poll_query_until($database, "SELECT total_successes > $before FROM timescaledb_information.job_stats WHERE job_id = 1000"),
        "the only worker comes to $database");
}

# Shared fairly: with jobs always due in one database, another gets its turn.
$node->safe_psql('one', q{SELECT add_job('act', '1 millisecond', fixed_schedule => false) FROM generate_series(1, 5)});
$node->poll_query_until('one', q{SELECT sum(total_runs) > 20 FROM timescaledb_information.job_stats});
my $before = $node->safe_psql('two', 'SELECT total_successes FROM timescaledb_information.job_stats WHERE job_id = 1000');
$node->safe_psql('two', 'SELECT alter_job(1000, next_start => now())');
ok($node->poll_query_until('two', "SELECT total_successes > $before FROM timescaledb_information.job_stats WHERE job_id = 1000"),
    'a database that is never idle leaves the worker to another in time');
my $runs = $node->safe_psql('one', q{SELECT sum(total_runs) FROM timescaledb_information.job_stats});
ok($node->poll_query_until('one', "SELECT sum(total_runs) > $runs + 20 FROM timescaledb_information.job_stats"), 'and gets it back');
ok($node->safe_psql('one', q{SELECT max(total_runs) < 3 * min(total_runs) + 10 FROM timescaledb_information.job_stats WHERE schedule_interval < '1 second'}),
    'and its own jobs share it');
done_testing();
