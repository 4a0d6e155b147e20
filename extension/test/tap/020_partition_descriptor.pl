# A session that builds the partition descriptor of a hypertable while another one commits a new chunk
# sees that chunk from then on. PostgreSQL's own code forgets it, and goes on to miss its rows.
#
# The race is made certain: a lock on pg_class stops the builder right after it has read the list of
# partitions, at its first look at one of them. What it needs before that point is in its caches,
# from an earlier query.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'");
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION varve;
    CREATE TABLE metrics (time timestamptz NOT NULL);
    SELECT create_hypertable('metrics', 'time', chunk_time_interval => interval '1 day');
    INSERT INTO metrics VALUES ('2024-01-01'), ('2024-01-02');
});

# Rows that a session sees after it has met the race; $day is in a chunk that does not exist yet.
sub rows_after_the_race
{
    my ($verify, $day) = @_;
    my $reader = $node->background_psql('postgres');
    $reader->query_safe("SET varve.verify_partition_descriptor = $verify; SELECT count(*) FROM metrics");
    # Then all of that goes which the race is about: the descriptor, and what is known of one chunk.
    my $change = $verify eq 'on' ? 'GRANT SELECT ON %s TO PUBLIC' : 'REVOKE SELECT ON %s FROM PUBLIC';
    $node->safe_psql('postgres', sprintf("$change;", $_)) for 'metrics', '_timescaledb_internal._hyper_1_1_chunk';
    $reader->query_safe(q{
        SELECT pg_relation_size('metrics'), 'metrics'::regclass, pg_table_is_visible('metrics'::regclass),
            has_table_privilege('metrics', 'SELECT');
    });
    my $pid = $reader->query_safe('SELECT pg_backend_pid()');

    my $writer = $node->background_psql('postgres');
    $writer->query_safe(qq{
        BEGIN;
        INSERT INTO metrics VALUES ('$day');
        LOCK TABLE pg_class IN ACCESS EXCLUSIVE MODE;
    });
    $reader->query_until(qr/started/, "\\echo started\nSELECT count(*) FROM metrics;\n");
    $writer->query_safe(qq{
        DO \$\$ BEGIN
            WHILE NOT EXISTS (SELECT FROM pg_locks
                WHERE pid = $pid AND NOT granted AND relation = 'pg_class'::regclass) LOOP END LOOP;
        END \$\$;
        COMMIT;
    });
    $reader->query_safe('SELECT 1');
    my $rows = $reader->query_safe('SELECT count(*) FROM metrics');
    $reader->quit;
    $writer->quit;
    return $rows;
}

is(rows_after_the_race('on', '2024-01-03'), 3, 'the new chunk is seen');
is(rows_after_the_race('off', '2024-01-04'), 3, "PostgreSQL's own descriptor lacks it, so the test is one");
is($node->safe_psql('postgres', 'SELECT count(*) FROM metrics'), 4, 'nothing was lost');
done_testing();
