# A tiering policy that runs by itself: chunks that are in use stay until the next run, a run that is killed
# leaves each chunk in one place, and the next one goes on.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Recovery;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\ntimezone = 'UTC'\nallow_in_place_tablespaces = on\nrestart_after_crash = on");
$node->start;
$node->safe_psql('postgres', $_) for ('CREATE EXTENSION varve', "CREATE TABLESPACE cold LOCATION ''");
$node->safe_psql('postgres', q{
    CREATE TABLE readings (time timestamptz NOT NULL, device int, note text);
    SELECT create_hypertable('readings', 'time', chunk_time_interval => interval '1 day');
    INSERT INTO readings SELECT '2024-01-01'::timestamptz + i * interval '1 minute', i % 5, repeat('x', 100) FROM generate_series(0, 5 * 1440 - 1) i;
    CREATE INDEX ON readings (device);
    CREATE VIEW places AS
    SELECT coalesce(t.spcname, 'default') AS place, count(*) FROM varve_catalog.chunk c
        JOIN (SELECT oid, oid AS chunk, reltablespace FROM pg_class UNION ALL
              SELECT x.oid, i.indrelid, x.reltablespace FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid) p ON p.chunk = c.relation
        LEFT JOIN pg_tablespace t ON t.oid = p.reltablespace
    GROUP BY 1 ORDER BY 1;
    CREATE VIEW contents AS SELECT count(*), md5(string_agg(readings::text, ' ' ORDER BY time)) FROM readings;
});
my $before = $node->safe_psql('postgres', 'TABLE contents');
sub soon { my ($condition, $what) = @_;
    ok($node->poll_query_until('postgres', "SELECT $condition"), $what); }
# A chunk, and its two indexes.
my %at = (all => "cold|15", rest => "cold|12\ndefault|3");

my $reader = $node->background_psql('postgres', on_error_die => 1);
$reader->query_safe(q{BEGIN; SELECT count(*) FROM readings WHERE time < '2024-01-02'});
my $job = $node->safe_psql('postgres', q{SELECT add_tiering_policy('readings', interval '1 day', 'cold', max_bytes => 1000000000)});
soon("last_run_status = 'Failed' FROM timescaledb_information.job_stats WHERE job_id = $job", 'a chunk in use fails the run');
is($node->safe_psql('postgres', 'TABLE places'), $at{rest}, 'and the others have moved');
like($node->safe_psql('postgres', "SELECT err_message, err_detail FROM timescaledb_information.job_history WHERE job_id = $job"),
    qr/could not move 1 of 5 chunks.*_hyper_1_1_chunk/s, 'the history says which one stays');
$reader->query_safe('COMMIT');
$reader->quit;
$node->safe_psql('postgres', "SELECT alter_job($job, next_start => now())");
soon("last_run_status = 'Success' FROM timescaledb_information.job_stats WHERE job_id = $job", 'the next run moves it');
is($node->safe_psql('postgres', 'TABLE places'), $at{all}, 'all are there');
is($node->safe_psql('postgres', "SELECT result ->> 'moved' FROM timescaledb_information.job_history WHERE job_id = $job ORDER BY id DESC LIMIT 1"), '1', 'the history counts');
is($node->safe_psql('postgres', 'TABLE contents'), $before, 'rows are as they were');

# Back, and killed on the way, again and again: each chunk is whole, in one place or the other.
$node->safe_psql('postgres', "SELECT alter_job($job, scheduled => false)");
for my $round (1 .. 4)
{
    my $place = $round % 2 ? 'pg_default' : 'cold';
    $node->safe_psql('postgres', "SELECT alter_job($job, config_merge => '{\"tablespace\": \"$place\"}')");
    my $session = $node->background_psql('postgres');
    my $pid = $session->query('SELECT pg_backend_pid()');
    $session->query_until(qr/go/, "\\echo go\nCALL run_job($job);\n");
    select(undef, undef, undef, 0.02 * $round);
    kill 9, $pid;
    eval { $session->quit };
    await_recovery($node);
    is($node->safe_psql('postgres', 'TABLE contents'), $before, "round $round: rows are as they were");
    $node->safe_psql('postgres', "CALL run_job($job)");
    is($node->safe_psql('postgres', 'TABLE places'), $place eq 'cold' ? 'cold|15' : 'default|15', "round $round: the next run goes on");
    is($node->safe_psql('postgres', 'SET enable_seqscan = off; SELECT count(*) FROM readings WHERE device = 1'), '1440', "round $round: indexes agree");
}
$node->stop;
done_testing();
