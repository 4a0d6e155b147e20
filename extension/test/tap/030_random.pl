# Random statements give the same on a plain table and on a hypertable, whatever its definition, its
# columns and its values: rows returned, rows counted, errors, and what the table holds afterwards.
# VARVE_RANDOM_SEED repeats one case, VARVE_RANDOM_SECONDS (40) says how long to go on, VARVE_RANDOM_LOGICAL=1 has changes
# of columnar rows written for logical decoding. docs/testing.md
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use Random::Comparison;
use Random::Statements;
use Random::Table;
use Random::Values;

# A state to come is one more entry: Random/Comparison.pm.
my @options = (
    [ 'SET plan_cache_mode = auto', 'SET plan_cache_mode = force_generic_plan', 'SET plan_cache_mode = force_custom_plan' ],
    [ 'SET enable_partitionwise_aggregate = off', 'SET enable_partitionwise_aggregate = on; SET enable_partitionwise_join = on' ],
    [ 'SET cpu_tuple_cost = 0.01', 'SET cpu_tuple_cost = 5' ],  # the second favours SkipScan
    [ 'SET enable_seqscan = on', 'SET enable_seqscan = off', 'SET enable_hashagg = off; SET enable_hashjoin = off', 'SET enable_indexscan = off; SET enable_bitmapscan = off' ],
    [ ('SET max_parallel_workers_per_gather = 0') x 3, 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET min_parallel_index_scan_size = 0' ],
);
# On some chunk of the state's own table: psql runs what the query makes.
sub for_chunk
{
    my ($call, $chunks, $condition) = @_;
    return "SELECT format($call) FROM $chunks WHERE $condition AND c.hypertable_id = (SELECT id FROM varve_catalog.hypertable
        WHERE relation = 't'::regclass) ORDER BY md5(c.id::text) LIMIT 1\n\\gexec\n";
}
my @maintain = (
    'ANALYZE t', 'VACUUM t', "SELECT set_chunk_time_interval('t', %TIME)", "SELECT set_chunk_time_interval('t', %WIDTH)",
    for_chunk(q{'CALL merge_chunks(%L::regclass, %L::regclass)', c.relation, d.relation},
        'varve_catalog.chunk c JOIN varve_catalog.chunk d ON c.hypertable_id = d.hypertable_id', 'c.range_end = d.range_begin'),
    for_chunk(q{'CALL split_chunk(%L::regclass)', c.relation}, 'varve_catalog.chunk c', q{c.range_end::numeric - c.range_begin > CASE (SELECT atttypid FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'time') WHEN 'date'::regtype THEN 172799999999 ELSE 5 END}),
    for_chunk(q{'SELECT reorder_chunk(%L::regclass, %L::regclass)', c.relation, i.indexrelid::regclass},
        'varve_catalog.chunk c JOIN pg_index i ON i.indrelid = c.relation', 'i.indpred IS NULL AND i.indexprs IS NULL'),
);
# Chunks become columnar, or rows again; half of them at a time, and what has been written since once more.
sub half_of_chunks { my ($call) = @_; return "SELECT $call FROM show_chunks('t') c WHERE abs(hashtext(c::text)) % 2 = %HALF"; }
my @convert = (
    (half_of_chunks('compress_chunk(c)')) x 3, (half_of_chunks('decompress_chunk(c, true)')) x 2, "SELECT compress_chunk(c) FROM show_chunks('t') c",
    "SELECT format('VACUUM (FULL) %s', c) FROM show_chunks('t') c LIMIT 1\n\\gexec\n", 'ANALYZE t', 'VACUUM t',
    "SELECT format('REINDEX TABLE %s', c) FROM show_chunks('t') c LIMIT 1\n\\gexec\n");
my @columnar_options = (@options, [ ('SET varve.enable_columnar_index_scan = on') x 3, 'SET varve.enable_columnar_index_scan = off' ],
    [ ('SET varve.enable_vectorized = on') x 3, 'SET varve.enable_vectorized = off' ]);
my $columnstore = "SELECT create_hypertable('t', 'time', chunk_time_interval => %TIME); ALTER TABLE t SET (timescaledb.compress); "
    . "SELECT enable_chunk_skipping(attrelid, attname, true) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'time' AND atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype)";
my $full_indexes = "SELECT format('ALTER TABLE t SET (tsdb.full_indexes = %L)', string_agg(quote_ident(r.relname), ', ')) FROM pg_index x
    JOIN pg_class r ON r.oid = x.indexrelid JOIN pg_am a ON a.oid = r.relam AND a.amname IN ('btree', 'hash') WHERE x.indrelid = 't'::regclass HAVING count(*) > 0\n\\gexec\n";
# Bloom filters of all columns that can have one, and of two of them together.
my $filters = "SELECT format('ALTER TABLE t SET (tsdb.sparse_index = %L)', string_agg(format('bloom(%I)', attname), ', ') || ', bloom(k, time)') FROM pg_attribute a
    JOIN pg_type y ON y.oid = a.atttypid WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped AND EXISTS (SELECT FROM pg_opclass o
    WHERE opcmethod = (SELECT oid FROM pg_am WHERE amname = 'hash') AND opcdefault AND opcintype = CASE WHEN y.typtype = 'd' THEN y.typbasetype WHEN y.typname = 'varchar' THEN 'text'::regtype WHEN y.typcategory = 'A' THEN 'anyarray'::regtype ELSE y.oid END)\n\\gexec\n";
my @states = (
    { name => 'plain' },
    {
        name => 'hyper', options => \@options, maintain => \@maintain,
        adopt => "SELECT create_hypertable('t', 'time', chunk_time_interval => %TIME)",
    },
    {
        # A plain table that becomes a hypertable while it is in use, and receives replication besides.
        name => 'migrated', options => \@options,
        settle => "SELECT create_hypertable('t', 'time', chunk_time_interval => %TIME, migrate_data => true); SELECT receive_replication('t')",
    },
    {
        name => 'columnar', database => 1, options => \@columnar_options, maintain => [ ("SELECT compress_chunk(c) FROM show_chunks('t') c") x 3, 'ANALYZE t', 'VACUUM t' ],
        adopt => $columnstore, settle => "SELECT compress_chunk(c) FROM show_chunks('t') c",
    },
    {
        name => 'half', database => 1, options => \@columnar_options, maintain => \@convert,
        adopt => $columnstore, settle => $filters . half_of_chunks('compress_chunk(c)'),
    },
    {
        # Indexes have entries for columnar rows, as many as can.
        name => 'full_index', database => 1, options => \@columnar_options, maintain => \@convert,
        adopt => $columnstore, settle => $full_indexes . half_of_chunks('compress_chunk(c)'),
    },
);
use constant STEPS => 80;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => $ENV{VARVE_RANDOM_LOGICAL} ? 'logical' : 0);
$node->append_conf('postgresql.conf', q{
    shared_preload_libraries = 'varve'
    fsync = off
    jit = off
    max_locks_per_transaction = 1024
    max_parallel_workers = 2
    timescaledb.enable_chunk_skipping = on
    log_statement = none
});
$node->start;
$node->safe_psql('template1', 'CREATE EXTENSION varve; ' . Random::Table::TYPES);

my $seed = $ENV{VARVE_RANDOM_SEED};
my $until = time + ($ENV{VARVE_RANDOM_SECONDS} // 40);
my $first = $seed // $ENV{VARVE_RANDOM_FROM} // 1;
my ($cases, $steps, $failed, $different) = (0, 0, 0, 0);

sub report
{
    my ($at, $state, $case, $difference, $outcome) = @_;
    my $step = $case->{steps}[ $difference->{step} ];
    diag("seed $at, step $difference->{step}: $state differs from $states[0]{name}; repeat with VARVE_RANDOM_SEED=$at");
    # Long values say nothing here.
    my $statements = join('', @{ $step->{statements} // [] }) =~ s/(\S{60})\S{20,}/$1.../gr;
    diag('statements: ' . substr($statements, 0, 4000));
    # Lines that only one of them has.
    for my $side ([ 'expected', 'found' ], [ 'found', 'expected' ])
    {
        my ($lines, $others) = map { [ split /\n/, $difference->{$_} // '' ] } @$side;
        my %others = map { ($_ => 1) } @$others;
        diag("$side->[0]: " . substr($_, 0, 300)) for grep { !$others{$_} } @$lines;
    }
    my ($error) = $outcome->{err} =~ /(.*\z)/s;
    diag('last messages: ' . substr($error, -600)) if $error;
}

for (my $at = $first; time < $until; $at++)
{
    srand($at);
    my $table = Random::Table->new;
    # Rows first, then everything.
    my @steps = map { $_ < 5 || chance(0.55) ? writing_step($table) : reading_step($table) } 1 .. STEPS;
    my $case = Random::Comparison::plan($table, \@states, \@steps);
    $node->safe_psql('postgres', "CREATE DATABASE $_ TEMPLATE template1") for Random::Comparison::databases(\@states, "c$at");
    my $outcome = Random::Comparison::run($node, "c$at", $table, \@states, $case);
    my $expected = $outcome->{ $states[0]{name} };
    for my $state (map { $_->{name} } @states[ 1 .. $#states ])
    {
        my $difference = Random::Comparison::difference($case, $expected, $outcome->{$state}) or next;
        report($at, $state, $case, $difference, $outcome->{$state});
        $different++;
    }
    $cases++;
    $steps += @steps;
    $failed += Random::Comparison::failures($expected);
    $node->safe_psql('postgres', "DROP DATABASE $_") for Random::Comparison::databases(\@states, "c$at");
    last if defined $seed || $different >= 3;
}
diag("seeds $first to " . ($first + $cases - 1) . ": $steps steps, of which $failed failed everywhere");
is($different, 0, "$cases random tables, from seed $first on, behave like plain ones");
cmp_ok($failed, '<', $steps / 4, 'most statements do something');
$node->stop;
done_testing();
