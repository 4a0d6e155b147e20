# A physical standby answers queries on hypertables as chunks appear and go, says what it cannot do, and
# makes chunks once it is promoted.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'");
$primary->start;
$primary->safe_psql('postgres', q{
    CREATE EXTENSION varve;
    CREATE TABLE metric (time timestamptz NOT NULL, v int, PRIMARY KEY (time));
    SELECT create_hypertable('metric', 'time', chunk_time_interval => interval '1 day');
    INSERT INTO metric SELECT t, 1 FROM generate_series(timestamptz '2024-01-01', '2024-01-05', '1 day') t;
});
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
sub caught_up { $primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert')); }

my @queries = (
    'SELECT count(*), sum(v), min(time), max(time) FROM metric',
    q{SELECT count(*) FROM metric WHERE time > now() - interval '100 years'},
    q{SELECT time FROM metric WHERE time >= '2024-01-04' ORDER BY time DESC LIMIT 2},
    q{SELECT time_bucket('2 days', time), count(*) FROM metric GROUP BY 1 ORDER BY 1},
    q{SELECT show_chunks('metric')},
    q{SELECT hypertable_name, num_chunks FROM timescaledb_information.hypertables},
    q{SELECT hypertable_size('metric') > 0},
);
my $session = $standby->background_psql('postgres');    # which learns of everything by replayed invalidations
sub same_answers
{
    my ($when) = @_;
    caught_up();
    for (@queries)
    {
        my $expected = $primary->safe_psql('postgres', $_);
        is($standby->safe_psql('postgres', $_), $expected, "$when: $_");
        is($session->query_safe($_), $expected, "$when, in an open session");
    }
}
same_answers('at first');
$primary->safe_psql('postgres', q{INSERT INTO metric VALUES ('2024-02-01', 2), ('2023-02-01', 2)});
same_answers('after new chunks');
$primary->safe_psql('postgres', q{SELECT drop_chunks('metric', older_than => timestamptz '2024-01-03')});
same_answers('after dropped chunks');
$primary->safe_psql('postgres', q{CREATE TABLE late (time int NOT NULL); INSERT INTO late SELECT generate_series(1, 30);
    SELECT create_hypertable('late', 'time', chunk_time_interval => 10, migrate_data => true)});
caught_up();
is($session->query_safe('SELECT count(*), count(DISTINCT tableoid) FROM late'), '30|4', 'a table that became a hypertable');

for (q{INSERT INTO metric VALUES ('2030-01-01', 1)}, q{SELECT drop_chunks('metric', older_than => timestamptz '2030-01-01')},
    q{SELECT create_hypertable('late', 'time')}, q{COPY metric FROM PROGRAM 'echo'}, q{SELECT set_chunk_time_interval('late', 20)})
{
    my ($code, $out, $err) = $standby->psql('postgres', "\\set VERBOSITY verbose\n$_");
    like($err, qr/ERROR:  25006: cannot execute/, "refused: $_");
}

# Rows of a transaction that was open at the promotion are gone; its chunk is made anew.
my $open = $primary->background_psql('postgres');
$open->query_safe(q{BEGIN; INSERT INTO metric VALUES ('2025-01-01', 5)});
$primary->safe_psql('postgres', q{INSERT INTO metric VALUES ('2024-01-05 12:00', 6)});
caught_up();
$standby->promote;
$standby->safe_psql('postgres', q{INSERT INTO metric VALUES ('2025-01-01', 7), ('2026-01-01', 7), ('2024-01-05 13:00', 7)});
is($standby->safe_psql('postgres', q{SELECT string_agg(v::text, ' ' ORDER BY time) FROM metric WHERE time > '2024-01-05'}), '6 7 2 7 7',
    'the promoted server writes into old chunks and makes new ones');
is($session->query_safe(q{INSERT INTO metric VALUES ('2027-01-01', 8); SELECT count(*) FROM metric WHERE v >= 7}), 4, 'so does a session from before');
is($standby->safe_psql('postgres', q{SELECT count(*) FROM drop_chunks('metric', older_than => timestamptz '2024-01-05')}), 2, 'it drops chunks');
is($standby->safe_psql('postgres', q{SELECT count(*) FROM varve_catalog.chunk WHERE relation NOT IN (SELECT inhrelid FROM pg_inherits)}), 0, 'nothing contradicts');
$open->quit;
$session->quit;
unlike(slurp_file($standby->logfile), qr/PANIC|was terminated by signal/, 'no process has crashed');
$primary->stop('immediate');
$standby->stop;
done_testing();
