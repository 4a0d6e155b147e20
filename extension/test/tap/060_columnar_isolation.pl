# The same isolation specs on tables of rows and on columnar ones give the same output: waiting, waking,
# errors and rows. Columnar::Specs generates them. VARVE_ISOLATION=NAME runs one spec alone; of the pairs, every
# tenth permutation is run: VARVE_ISOLATION_EVERY=1 runs all, in ten minutes, VARVE_ISOLATION_FROM=n others. VARVE_ISOLATION_BULK=1
# runs those of rows deleted by vectors alone.
use strict;
use warnings;
use File::Basename qw(dirname);
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Columnar::Specs qw(specs bulk_specs spec_text);

# Rows are deleted by vectors where nobody decodes changes.
sub server
{
    my ($level) = @_;
    my $node = PostgreSQL::Test::Cluster->new($level);
    $node->init;
    $node->append_conf('postgresql.conf', qq{
        shared_preload_libraries = 'varve'
        fsync = off
        jit = off
        wal_level = $level
        max_prepared_transactions = 10
        deadlock_timeout = '10s'
        autovacuum = off
    });
    $node->start;
    return $node;
}

my $tester = dirname($ENV{PG_REGRESS}) . '/../isolation/isolationtester';

# A state is what becomes of the table's one chunk once it holds rows. Transactions of their own, since only rows
# that everybody sees become columnar.
my $compress = q{PERFORM compress_chunk(c) FROM show_chunks('t') c; COMMIT;
    IF (SELECT count(*) FROM t WHERE (ctid::text::point)[0] >= 2147483648) < 30 THEN RAISE 'rows are not in columns'; END IF;};
my @states = (
    { name => 'rows', settle => '' },
    { name => 'columnar', settle => $compress },
    { name => 'dropped', settle => $compress, setting => 'varve.enable_columnar_index_scan = off' },
    # Half of the rows come after compression, and one columnar row has been replaced before. Nothing of it is decoded, so that there are no ghosts.
    { name => 'half', settle => qq{DELETE FROM t WHERE id > 30; COMMIT; $compress EXECUTE format('ALTER TABLE %s REPLICA IDENTITY NOTHING', show_chunks('t'));
        INSERT INTO t SELECT g, g * 10, 'row' FROM generate_series(31, 60) g; UPDATE t SET v = v WHERE id = 2;} },
    # The key's index has entries for columnar rows, so that PostgreSQL finds and checks them by itself.
    { name => 'full_index', settle => qq{ALTER TABLE t SET (tsdb.full_indexes = 't_pkey'); $compress
        IF NOT (SELECT bool_and(is_full_index(x.indexrelid)) FROM pg_index x WHERE x.indrelid IN (SELECT show_chunks('t'))) THEN RAISE 'no full index'; END IF;} },
);
# Vectors with bitmaps of deleted rows, committed and rolled back; rows of those keys beside the columns.
my $deleted = { name => 'deleted', settle => qq{$compress
    DELETE FROM t WHERE v > 100 AND v % 30 = 0; COMMIT; DELETE FROM t WHERE v > 300; COMMIT; DELETE FROM t WHERE v < 100; ROLLBACK;
    INSERT INTO t SELECT g, g * 10, 'row' FROM generate_series(11, 60) g WHERE g > 30 OR g % 3 = 0;} };
my @setup = (
    q{CREATE TABLE t (id int PRIMARY KEY, v int, note text)}, q{SELECT FROM create_hypertable('t', by_range('id', 1000))},
    q{ALTER TABLE t SET (timescaledb.compress)},
    q{INSERT INTO t SELECT g, g * 10, 'row' FROM generate_series(1, 60) g}, q{CALL settle()},
    q{CREATE TABLE other (id int, x int); INSERT INTO other VALUES (1, 3), (2, 4)});
my $referring = q{CREATE TABLE child (id int REFERENCES t)};
my $alone = q{CREATE TABLE child (id int)};

sub make_state
{
    my ($node, $state) = @_;
    $node->safe_psql('postgres', "CREATE DATABASE $state->{name}");
    $node->safe_psql('postgres', "ALTER DATABASE $state->{name} SET $_") for 'client_min_messages = warning', $state->{setting} // ();
    $node->safe_psql($state->{name}, "CREATE EXTENSION varve; CREATE PROCEDURE settle() LANGUAGE plpgsql AS \$\$BEGIN $state->{settle} END\$\$");
}

sub run_spec
{
    my ($node, $spec, $state, $child) = @_;
    my $text = spec_text($spec, [ @setup, $child ], 'DROP TABLE child, other, t;');
    my ($out, $err) = ('', '');
    IPC::Run::run([ $tester, $node->connstr($state->{name}) ], '<', \$text, '>', \$out, '2>', \$err) or diag("$spec->{name} in $state->{name}: $err");
    append_to_file($PostgreSQL::Test::Utils::tmp_check . "/log/$spec->{name}.$state->{name}.out", $out);
    # Which number a chunk has depends on how many specs its database has seen.
    return map { $_ =~ s/\s+$//r =~ s/_hyper_\d+_\d+_/_hyper_/gr } split /^(?=starting permutation)/m, $out;
}

my $every = $ENV{VARVE_ISOLATION_EVERY} // 10;
my $from = ($ENV{VARVE_ISOLATION_FROM} // 0) % $every;

sub compare
{
    my ($node, $spec, $states, $child) = @_;
    my $all = $spec->{permutations};
    $spec->{permutations} = [ map { $all->[$_] } grep { $_ % $every == $from } 0 .. $#$all ] if $spec->{name} =~ /^pairs/;
    return if $ENV{VARVE_ISOLATION} && $ENV{VARVE_ISOLATION} ne $spec->{name};
    # Where plans scan whole chunks, serializable transactions lock whole chunks, and more of them fail.
    my @compared = grep { !($_->{setting} && $spec->{name} =~ /^pairs_s/) } @$states;
    my ($expected, @others) = map { [ run_spec($node, $spec, $_, $child) ] } @compared;
    my $permutations = @{ $spec->{permutations} };
    is(@$expected - 1, $permutations, "$spec->{name}: all $permutations permutations were run on rows");
    for my $i (0 .. $#others)
    {
        my $name = $compared[ $i + 1 ]{name};
        is(@{ $others[$i] } - 1, $permutations, "$spec->{name}: all were run in state $name");
        my @different = grep { $others[$i][$_] ne $expected->[$_] } 1 .. $permutations;
        is(scalar @different, 0, "$spec->{name}: $name gives what rows give");
        diag("on rows:\n$expected->[$_]\nin state $name:\n$others[$i][$_]") for splice @different, 0, 3;
    }
}

my $node = server('logical');
make_state($node, $_) for @states;
compare($node, $_, \@states, $referring) for $ENV{VARVE_ISOLATION_BULK} ? () : specs();
ok($node->safe_psql('columnar', 'SELECT 1'), 'the server is there');
$node->stop;

$node = server('replica');
push @states, $deleted;
make_state($node, $_) for @states;
# Vectors are preferred to rows, few as they are.
$node->safe_psql('postgres', "ALTER DATABASE $_->{name} SET cpu_tuple_cost = 1") for @states;
$node->safe_psql($_->{name}, join ';', @setup) for @states[ 1 .. 4 ];
for my $state (@states[ 1 .. 4 ])
{
    for my $where ('v < 25', 'v BETWEEN 20 AND 400', "note = 'row'")
    {
        like($node->safe_psql($state->{name}, "EXPLAIN DELETE FROM t WHERE $where"), qr/Vectorized Delete: true/, "$where: deleted by vectors in state $state->{name}");
    }
    $node->safe_psql($state->{name}, 'DROP TABLE other, t');
}
compare($node, $_, \@states, $alone) for bulk_specs();
ok($node->safe_psql('columnar', 'SELECT 1'), 'the server of bulk deletes is there');
done_testing();
