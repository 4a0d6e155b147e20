# Aggregates away from the server that made them: a physical standby reads what the primary has refreshed, by plans that
# follow the watermark, refuses to refresh, and refreshes once it is promoted; copies of a database go their own way.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\nmax_locks_per_transaction = 256\ntimezone = 'UTC'");
$primary->start;
$primary->safe_psql('postgres', q{
    CREATE EXTENSION varve;
    CREATE TABLE raw (time timestamptz NOT NULL, device int NOT NULL, v int);
    SELECT create_hypertable('raw', 'time', chunk_time_interval => interval '1 day');
    INSERT INTO raw SELECT t, d, d FROM generate_series(timestamptz '2024-01-01', '2024-01-09', interval '1 hour') t, generate_series(1, 3) d;
    CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT time_bucket('1 day', time) AS day, device, sum(v) AS total, count(*) AS n FROM raw GROUP BY 1, 2 WITH NO DATA;
    CREATE MATERIALIZED VIEW weekly WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT time_bucket('1 week', day) AS week, sum(total) AS total, sum(n) AS n FROM daily GROUP BY 1 WITH NO DATA;
    ALTER MATERIALIZED VIEW daily SET (timescaledb.enable_columnstore);
});
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;

my $session = $standby->background_psql('postgres');
$session->query_safe(q{SET plan_cache_mode = force_generic_plan; PREPARE few (timestamptz) AS SELECT count(*), sum(total), sum(n) FROM daily WHERE day >= $1});
my @queries = ('SELECT count(*), sum(total), sum(n) FROM daily', 'SELECT count(*), sum(total), sum(n) FROM weekly', "EXECUTE few('2024-01-03')",
    q{SELECT count(*) FROM verify_continuous_aggregate('daily')});
sub same_answers
{
    my ($when) = @_;
    $primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
    my $prepare = 'PREPARE few (timestamptz) AS SELECT count(*), sum(total), sum(n) FROM daily WHERE day >= $1;';
    for (@queries)
    {
        my $expected = $primary->safe_psql('postgres', "$prepare $_");
        is($standby->safe_psql('postgres', "$prepare $_"), $expected, "$when: $_");
        is($session->query_safe($_), $expected, "$when, in an open session: $_");
    }
}
same_answers('nothing computed');
$primary->safe_psql('postgres', "CALL refresh_continuous_aggregate('$_', NULL, '2024-01-06')") for qw(daily weekly);
same_answers('half computed');
# Results that only the primary's refresh has, and rows behind the watermark that have gone since.
$primary->safe_psql('postgres', $_) for "CALL refresh_continuous_aggregate('daily', NULL, NULL)",
    q{SELECT drop_chunks('raw', older_than => timestamptz '2024-01-04')}, "INSERT INTO raw VALUES ('2024-01-05 12:30', 1, 1000), ('2024-01-10', 1, 1)";
same_answers('rows dropped, rows late');
$primary->safe_psql('postgres', $_) for "CALL refresh_continuous_aggregate('daily', NULL, NULL)", "CALL refresh_continuous_aggregate('weekly', NULL, NULL)",
    q{SELECT compress_chunk(c) FROM show_chunks('daily') c};
same_answers('refreshed, results in columns');

for (q{CALL refresh_continuous_aggregate('daily', NULL, NULL)}, q{DROP MATERIALIZED VIEW weekly}, q{ALTER MATERIALIZED VIEW daily SET (timescaledb.materialized_only)},
    q{SELECT add_continuous_aggregate_policy('daily', NULL, NULL, interval '1 hour')})
{
    my ($code, $out, $err) = $standby->psql('postgres', "\\set VERBOSITY verbose\n$_");
    like($err, qr/ERROR:  25006: /, "refused on a standby: $_");
}

# A refresh policy that the primary has runs on the standby once that is promoted, and not before.
$primary->safe_psql('postgres', q{SELECT add_continuous_aggregate_policy('weekly', NULL, NULL, interval '1 hour', initial_start => '2100-01-01')});
$primary->safe_psql('postgres', "INSERT INTO raw VALUES ('2024-01-06 01:30', 2, 500)");
$primary->safe_psql('postgres', "CALL refresh_continuous_aggregate('daily', NULL, NULL)");
same_answers('before the promotion');
$session->quit;
$primary->stop;
$standby->promote;
$standby->safe_psql('postgres', "INSERT INTO raw VALUES ('2024-01-07 01:30', 3, 70)");
is($standby->safe_psql('postgres', q{SELECT string_agg(bucket || ' ' || reason, ', ') FROM verify_continuous_aggregate('daily') WHERE reason <> 'rows dropped'}),
    '2024-01-07 00:00:00+00 refresh pending', 'promoted: a late row is followed');
$standby->safe_psql('postgres', "CALL refresh_continuous_aggregate('daily', NULL, NULL)");
$standby->safe_psql('postgres', q{SELECT alter_job(job_id, next_start => now()) FROM timescaledb_information.jobs WHERE proc_name = 'policy_refresh_continuous_aggregate'});
ok($standby->poll_query_until('postgres', q{SELECT total_successes > 0 FROM timescaledb_information.job_stats JOIN timescaledb_information.jobs USING (job_id)
    WHERE proc_name = 'policy_refresh_continuous_aggregate'}), 'promoted: the policy runs');
is($standby->safe_psql('postgres', q{SELECT count(*) FROM verify_continuous_aggregate('weekly') WHERE reason <> 'rows dropped'}), '0', 'promoted: every result is the query\'s');

# Copies: what is stale, frozen and computed comes along, and each goes on by itself, under a new name, too.
$standby->safe_psql('postgres', "INSERT INTO raw VALUES ('2024-01-08 01:30', 1, 9)");
$standby->safe_psql('postgres', q{SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs WHERE job_id >= 1000});
$standby->safe_psql('template1', 'CREATE DATABASE copy TEMPLATE postgres');
$standby->safe_psql('template1', 'ALTER DATABASE copy RENAME TO renamed');
my $differ = q{SELECT string_agg(bucket, ', ') FROM verify_continuous_aggregate('daily') WHERE reason = 'refresh pending'};
is($standby->safe_psql('renamed', $differ), '2024-01-08 00:00:00+00', 'copy: what is stale is known');
$standby->safe_psql('renamed', $_) for "CALL refresh_continuous_aggregate('daily', NULL, NULL)", "INSERT INTO raw VALUES ('2024-01-09 01:30', 1, 9)";
is($standby->safe_psql('renamed', $differ), '2024-01-09 00:00:00+00', 'copy: refreshed, and changed again');
is($standby->safe_psql('postgres', $differ), '2024-01-08 00:00:00+00', 'the first has its own');
$standby->safe_psql('template1', 'DROP DATABASE renamed');
$standby->safe_psql('postgres', "CALL refresh_continuous_aggregate('daily', NULL, NULL)");
is($standby->safe_psql('postgres', $differ), '', 'and is refreshed');
done_testing();
