# A standby answers from row groups, and a snapshot of it that is older than the rows in them never sees them:
# the query is cancelled instead. Logical decoding hears nothing of conversions.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 'logical');
$primary->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'");
$primary->start;
$primary->safe_psql('postgres', q{
    CREATE EXTENSION varve;
    CREATE TABLE m (time timestamptz NOT NULL, v int, note text);
    SELECT create_hypertable('m', by_range('time', interval '1 year'));
    INSERT INTO m SELECT '2024-01-01'::timestamptz + i * interval '1 minute', i, 'note ' || i FROM generate_series(1, 5000) i;
    ALTER TABLE m SET (tsdb.enable_columnstore, tsdb.segmentby = '');
});
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', 'max_standby_streaming_delay = 0');
$standby->start;
my $sum = "SELECT count(*), sum(v), md5(string_agg(m::text, ',' ORDER BY v)) FROM m";
sub caught_up { $primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert')); }
sub same { my ($when) = @_; caught_up(); is($standby->safe_psql('postgres', $sum), $primary->safe_psql('postgres', $sum), $when); }
my $compress = q{SELECT compress_chunk(c, recompress => true) FROM show_chunks('m') c};
same('rows');
$primary->safe_psql('postgres', $compress);
same('columns');
$primary->safe_psql('postgres', 'UPDATE m SET v = -v WHERE v % 100 = 0; DELETE FROM m WHERE v % 100 = 1');
same('changed columns');
$primary->safe_psql('postgres', $compress);
same('columns again');
$primary->safe_psql('postgres', q{ALTER TABLE m SET (tsdb.full_indexes = 'm_time_idx')});
$primary->safe_psql('postgres', 'REINDEX INDEX m_time_idx');
caught_up();
is($standby->safe_psql('postgres', q{SELECT is_full_index('_timescaledb_internal._hyper_1_1_chunk_time_idx')}), 't', 'a full index');
my $ordered = 'SET enable_seqscan = off; SET enable_sort = off; SET varve.enable_vectorized = off; SELECT count(*), sum(v * n) FROM (SELECT v, row_number() OVER (ORDER BY time) AS n FROM m) x';
is($standby->safe_psql('postgres', $ordered), $primary->safe_psql('postgres', $ordered =~ s/enable_sort/enable_indexscan/r), 'orders rows');

# A snapshot from before rows were written, and from before rows were deleted, of columns and beside them, by what makes them
# visible to all or ends them for good.
my $decompress = q{SELECT decompress_chunk(c) FROM show_chunks('m') c};
for my $case (
    [ "INSERT INTO m VALUES ('2024-06-01', 9999, 'new')", $compress ], [ 'DELETE FROM m WHERE v = 2', $compress ], [ 'DELETE FROM m WHERE v = 4', $decompress ],
    [ 'DELETE FROM m WHERE v = 7000', $compress ], [ 'DELETE FROM m WHERE v = 7001', $decompress ])
{
    my ($change, $conversion) = @$case;
    $primary->safe_psql('postgres', $compress);
    $primary->safe_psql('postgres', "INSERT INTO m VALUES ('2024-06-01', $1, 'beside')") if $change =~ /v = (7\d\d\d)/;
    caught_up();
    my $old = $standby->background_psql('postgres', on_error_stop => 0);
    $old->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
    my $before = $primary->safe_psql('postgres', 'SELECT count(*) FROM m');
    $primary->safe_psql('postgres', $change);
    $primary->safe_psql('postgres', $conversion);
    caught_up();
    my $seen = eval { $old->query('SELECT count(*) FROM m') } // '';
    isnt($primary->safe_psql('postgres', 'SELECT count(*) FROM m'), $before, "$change: changes the number of rows");
    ok($seen !~ /^\d+$/ || $seen eq $before, "$change: an older snapshot is cancelled, or sees what it saw ($seen, $before)");
    eval { $old->quit };
    same("$change: a new one sees all");
}

$primary->safe_psql('postgres', q{SELECT pg_create_logical_replication_slot('heard', 'test_decoding')});
$primary->safe_psql('postgres', $decompress);
$primary->safe_psql('postgres', $compress);
is($primary->safe_psql('postgres', q{SELECT count(*) FROM pg_logical_slot_get_changes('heard', NULL, NULL, 'skip-empty-xacts', '1') WHERE data LIKE '%table public.m%' OR data LIKE '%_hyper_%' OR data LIKE '%pg_toast%'}), '0', 'decoding hears nothing');
$primary->safe_psql('postgres', 'DELETE FROM m WHERE v = 3');
like($primary->safe_psql('postgres', q{SELECT string_agg(data, ' ') FROM pg_logical_slot_get_changes('heard', NULL, NULL)}), qr/DELETE/, 'but of what is deleted');
same('at the end');
$standby->stop;
$primary->stop;
done_testing();
