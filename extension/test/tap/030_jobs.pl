# Jobs go on after whatever happens to the processes that run them, and these are in nobody's way.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Recovery;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'varve'
restart_after_crash = on
timescaledb.max_background_workers = 2
varve.job_notify_channel = 'job_ends'
});
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', q{
    CREATE EXTENSION varve;
    CREATE TABLE runs (job_id int, at timestamptz DEFAULT clock_timestamp());
    CREATE PROCEDURE act(job_id int, config jsonb) LANGUAGE sql AS $$ INSERT INTO runs VALUES (job_id) $$;
    CREATE PROCEDURE linger(job_id int, config jsonb) LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO runs VALUES (job_id);
        COMMIT;
        PERFORM pg_sleep(600);
    END $$;
});

sub add_job { return $node->safe_psql('app', "SELECT add_job($_[0])"); }
sub runs { return $node->safe_psql('app', "SELECT count(*) FROM runs WHERE job_id = $_[0]"); }
sub await { my ($database, $condition, $what) = @_;
    ok($node->poll_query_until($database, "SELECT $condition"), $what); }
sub pid_of { my ($type) = @_;
    return $node->safe_psql('app', "SELECT pid FROM pg_stat_activity WHERE datname = 'app' AND backend_type = '$type' LIMIT 1"); }

# A backend killed with -9 takes all others with it; the run that was on is a crash, and comes again.
my $act = add_job("'act', '1 second'");
my $linger = add_job("'linger', '1 hour'");
$node->safe_psql('app', "SELECT alter_job($linger, retry_period => '2 seconds')");
await('app', "count(*) > 0 FROM runs WHERE job_id = $linger", 'a job runs');
kill 'KILL', $node->safe_psql('app', "SELECT pid FROM varve_catalog.job_workers() WHERE job_id = $linger");
await_recovery($node, 'app');
await('app', "total_crashes = 1 FROM timescaledb_information.job_stats WHERE job_id = $linger", 'a killed worker is a crash of its job');
is($node->safe_psql('app', "SELECT outcome, sqlerrcode FROM timescaledb_information.job_history WHERE job_id = $linger ORDER BY id LIMIT 1"),
    'crashed|57P02', 'which the history says');
await('app', "count(*) = 2 FROM runs WHERE job_id = $linger", 'and which is retried');

# Terminated politely, it is the same for the job, and nobody else.
my $before = $node->safe_psql('app', 'SELECT pg_postmaster_start_time()');
$node->safe_psql('app', "SELECT pg_terminate_backend(pid) FROM varve_catalog.job_workers() WHERE job_id = $linger");
await('app', "total_crashes = 2 FROM timescaledb_information.job_stats WHERE job_id = $linger", 'a terminated worker, too');

# The scheduler: terminated while a job runs, it comes back, and the job goes on.
await('app', "count(*) = 3 FROM runs WHERE job_id = $linger", 'the job runs again');
my $scheduler = pid_of('varve job scheduler');
$node->safe_psql('app', "SELECT pg_terminate_backend($scheduler)");
my $count = runs($act);
await('app', "count(*) > $count + 1 FROM runs WHERE job_id = $act", 'jobs run after the scheduler was terminated');
isnt(pid_of('varve job scheduler'), $scheduler, 'since there is another one');
is(runs($linger), 3, 'a run that was on was left alone');
kill 'KILL', pid_of('varve job scheduler');
await_recovery($node, 'app');
$count = runs($act);
await('app', "count(*) > $count FROM runs WHERE job_id = $act", 'jobs run after the scheduler was killed');
my $launcher = $node->safe_psql('app', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'varve job launcher'");
$node->safe_psql('app', "SELECT pg_terminate_backend($launcher)");
await('app', "count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'varve job launcher' AND pid <> $launcher", 'the launcher comes back');

# A restart.
$node->restart;
$count = runs($act);
await('app', "count(*) > $count FROM runs WHERE job_id = $act", 'jobs run after a restart');

# Whoever listens hears of it.
my $heard = $node->safe_psql('app', qq{
    LISTEN job_ends;
    DO \$\$
    DECLARE
        before bigint := (SELECT total_runs FROM timescaledb_information.job_stats WHERE job_id = $act);
    BEGIN
        FOR i IN 1 .. 3000 LOOP
            COMMIT;
            EXIT WHEN (SELECT total_successes > before FROM timescaledb_information.job_stats WHERE job_id = $act);
            PERFORM pg_sleep(0.01);
        END LOOP;
    END \$\$;
    SELECT 1});
like($heard, qr/notification "job_ends" with payload "\{"job_id": $act, "outcome": "succeeded", "name": "User-Defined Action \[$act\]"\}"/, 'a run notifies those who listen');

# Two workers, one of them busy for long: a third job waits, and the view says why.
my $second = add_job("'linger', '1 hour'");
await('app', "count(*) = 2 FROM varve_catalog.job_workers() WHERE job_id IN ($linger, $second) AND state = 'running'", 'both workers are busy');
await('app', "reason LIKE 'all workers are busy%' FROM timescaledb_information.job_stats WHERE job_id = $act AND state = 'waiting'", 'a job that waits says for what');
await('app', "next_start < now() - interval '1500 milliseconds' FROM timescaledb_information.jobs WHERE job_id = $act", 'longer than its schedule');
$node->safe_psql('app', "SELECT delete_job($second)");
await('app', "count(*) > 0 FROM timescaledb_information.job_history WHERE job_id = $act AND wait_reason LIKE 'all workers are busy%' AND succeeded", 'its history remembers');
is($node->safe_psql('app', "SELECT count(*) > 0 FROM timescaledb_information.job_history WHERE job_id = $act AND missed > 0"), 't', 'and counts the slots it missed');

# Statements that need a database for themselves.
$node->safe_psql('app', "SELECT delete_job($linger)");
await('app', "count(*) = 0 FROM varve_catalog.job_workers() WHERE job_id = $linger", 'a deleted job is cancelled');
$node->safe_psql('postgres', 'CREATE DATABASE copy TEMPLATE app');
await('copy', "count(*) > (SELECT total_runs FROM timescaledb_information.job_stats WHERE job_id = $act) - 1 FROM runs", 'a copy has the jobs');
$count = $node->safe_psql('copy', 'SELECT count(*) FROM runs');
await('copy', "count(*) > $count FROM runs", 'and runs them');
$count = runs($act);
await('app', "count(*) > $count FROM runs", 'so does the original');
$node->safe_psql('postgres', 'ALTER DATABASE copy RENAME TO renamed');
$count = $node->safe_psql('renamed', 'SELECT count(*) FROM runs');
await('renamed', "count(*) > $count FROM runs", 'a renamed database goes on');
$node->safe_psql('renamed', "SELECT add_job('linger', '1 hour')");
await('renamed', "count(*) > 0 FROM timescaledb_information.job_stats WHERE job_status = 'Running'", 'a job runs');
$node->safe_psql('postgres', 'DROP DATABASE renamed');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname = 'renamed'"), 0, 'and does not keep its database from being dropped');
$node->safe_psql('postgres', q{CREATE ROLE nobody LOGIN});
my ($code, $out, $err) = $node->psql('postgres', 'DROP DATABASE app', extra_params => [ '-U', 'nobody' ]);
like($err, qr/must be owner/, 'who may not drop a database does not disturb its jobs');

# The extension leaves, and comes back.
$node->safe_psql('app', 'DROP EXTENSION varve CASCADE');
await('app', "count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'varve job scheduler'", 'without the extension, no scheduler');
$node->safe_psql('app', 'CREATE EXTENSION varve');
$act = add_job("'act', '1 second'");
await('app', "count(*) > 0 FROM runs WHERE job_id = $act AND at > now() - interval '1 minute'", 'with it, jobs again');

# No free background worker: a reason, and another attempt.
$node->append_conf('postgresql.conf', 'max_worker_processes = 2');
$node->restart;
await('app', "count(*) > 0 FROM varve_catalog.job_schedulers() WHERE wait_reason LIKE 'no background worker%'", 'a database without a process says so');
$node->append_conf('postgresql.conf', 'max_worker_processes = 8');
$node->restart;

# A standby has no jobs to run until it is promoted.
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is($standby->safe_psql('app', "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'varve job%'"), 0, 'no process on a standby');
ok($standby->poll_query_until('app', "SELECT reason = 'the server is a standby' FROM timescaledb_information.job_stats WHERE job_id = $act"),
    'whose view knows why');
my ($scode, $sout, $serr) = $standby->psql('app', "SELECT add_job('act', '1 hour')");
like($serr, qr/read-only|during recovery/, 'nor can jobs be added there');
$node->stop('fast');
$standby->promote;
$count = $standby->safe_psql('app', 'SELECT count(*) FROM runs');
ok($standby->poll_query_until('app', "SELECT count(*) > $count FROM runs"), 'after the promotion jobs run');

is(scalar(grep { /TRAP|PANIC|was terminated by signal (?!9)/ } split /\n/, slurp_file($node->logfile)), 0, 'nothing crashed by itself');
$standby->stop;
done_testing();
