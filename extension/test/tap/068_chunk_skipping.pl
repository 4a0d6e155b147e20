# Ranges of chunks outlive crashes, and do not outlive the rows that they leave out: prepared transactions,
# standbys, dumps. A dump has frozen chunks, too.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', q{
    shared_preload_libraries = 'varve'
    max_prepared_transactions = 10
    timescaledb.enable_chunk_skipping = on
    timezone = 'UTC'
});
$node->start;
sub sql { return $node->safe_psql('postgres', $_[0]); }
sub chunks_in
{
    my ($where, $sql) = @_;
    my $plan = $where->safe_psql('postgres', "EXPLAIN (costs off) $sql");
    return scalar(() = $plan =~ /Scan.* on _hyper/g);
}
sql(q{
    CREATE EXTENSION varve;
    CREATE TABLE metric (time timestamptz NOT NULL, code int);
    SELECT create_hypertable('metric', by_range('time', interval '1 day'));
    SELECT enable_chunk_skipping('metric', 'code');
    INSERT INTO metric SELECT timestamptz '2024-01-01' + i * interval '1 hour', i FROM generate_series(0, 71) i;
    ALTER TABLE metric SET (tsdb.enable_columnstore, tsdb.segmentby = '');
    SELECT compress_chunk(c) FROM show_chunks('metric') c;
});
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;

my $ask = 'SELECT count(*) FROM metric WHERE code >= 60';
my $late = 100;
for my $interruption ('none', 'restart', 'crash')
{
    my $before = sql($ask);
    is(chunks_in($node, $ask), 1, "$interruption: one chunk has such rows");
    my $other = $node->background_psql('postgres');
    $other->query_safe("SET plan_cache_mode = force_generic_plan; PREPARE asked AS $ask; EXECUTE asked");
    $late++;
    sql("BEGIN; INSERT INTO metric VALUES ('2024-01-01 12:00', $late); PREPARE TRANSACTION 'late'");
    is($other->query_safe('EXECUTE asked'), $before, "$interruption: the row is not there yet");
    if ($interruption ne 'none')
    {
        $other->quit;
        $interruption eq 'crash' ? $node->stop('immediate') : $node->stop;
        $node->start;
        $other = $node->background_psql('postgres');
        $other->query_safe("SET plan_cache_mode = force_generic_plan; PREPARE asked AS $ask");
        is($other->query_safe('EXECUTE asked'), $before, "$interruption: nor afterwards");
    }
    sql("COMMIT PREPARED 'late'");
    is($other->query_safe('EXECUTE asked'), $before + 1, "$interruption: a plan from before finds it");
    is(sql($ask), $before + 1, "$interruption: so does a new one");
    $other->quit;
    sql("SELECT compress_chunk(c) FROM show_chunks('metric') c; DELETE FROM metric WHERE code = $late; SELECT compress_chunk(c, recompress => true) FROM show_chunks('metric') c");
}
sql("BEGIN; INSERT INTO metric VALUES ('2024-01-01 12:00', 200); PREPARE TRANSACTION 'late'");
sql("ROLLBACK PREPARED 'late'");
is(sql($ask), '12', 'a prepared row that is rolled back is not there');

# A standby skips as well, and finds what comes late, by a plan from before, too.
sql("SELECT compress_chunk(c, recompress => true) FROM show_chunks('metric') c");
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
is(chunks_in($standby, $ask), 1, 'a standby skips chunks');
my $reader = $standby->background_psql('postgres');
$reader->query_safe("SET plan_cache_mode = force_generic_plan; PREPARE asked AS $ask");
is($reader->query_safe('EXECUTE asked'), '12', 'and finds what is there');
sql("INSERT INTO metric VALUES ('2024-01-01 12:00', 300)");
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
is($reader->query_safe('EXECUTE asked'), '13', 'a plan from before finds a late row');
sql("SELECT decompress_chunk(c) FROM show_chunks('metric') c");
sql("INSERT INTO metric VALUES ('2024-01-02 12:00', 301)");
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
is($reader->query_safe('EXECUTE asked'), '14', 'also in a chunk that is rows again');
$standby->promote;
is($reader->query_safe('EXECUTE asked'), '14', 'and after a promotion');
$reader->query_safe("SELECT compress_chunk(c) FROM show_chunks('metric') c");
is($reader->query_safe('EXECUTE asked'), '14', 'with columns of its own');
$standby->safe_psql('postgres', "INSERT INTO metric VALUES ('2024-01-01 12:00', 302)");
is($reader->query_safe('EXECUTE asked'), '15', 'which somebody writes beside');
$reader->quit;
$standby->stop;

# A dump restores the choice; ranges come with the next conversion. Frozen stays frozen.
sql("SELECT compress_chunk(c) FROM show_chunks('metric') c; SELECT _timescaledb_functions.freeze_chunk(c) FROM show_chunks('metric', older_than => timestamptz '2024-01-02') c");
sql('CREATE DATABASE copy');
my $file = $node->basedir . '/dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $file, $node->connstr('postgres') ], 'dumped');
$node->command_ok([ 'pg_restore', '-d', $node->connstr('copy'), $file ], 'restored');
is($node->safe_psql('copy', $ask), sql($ask), 'all rows are there');
is($node->safe_psql('copy', 'SELECT count(*) FROM varve_catalog.chunk_range'), '0', 'ranges are not');
is($node->safe_psql('copy', q{SELECT string_agg(status::text, ' ' ORDER BY id) FROM _timescaledb_catalog.chunk}), '13 9 9', 'the frozen chunk is frozen');
my ($ret, $out, $err) = $node->psql('copy', "INSERT INTO metric VALUES ('2024-01-01', 1)");
like($err, qr/is frozen and cannot be changed/, 'against writers as well');
$node->safe_psql('copy', q{SELECT _timescaledb_functions.unfreeze_chunk(c) FROM show_chunks('metric', older_than => timestamptz '2024-01-02') c;
    SELECT compress_chunk(c) FROM show_chunks('metric') c});
is($node->safe_psql('copy', 'SELECT count(*) FROM varve_catalog.chunk_range'), '3', 'ranges come with the conversion');
is($node->safe_psql('copy', $ask), sql($ask), 'and leave out none of the rows');
is($node->safe_psql('copy', "SELECT column_stats_id FROM enable_chunk_skipping('metric', 'code', if_not_exists => true)"), '1', 'the choice has been restored');
$node->stop;
done_testing();
