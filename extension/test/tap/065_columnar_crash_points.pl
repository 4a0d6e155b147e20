# A server that goes down between any two records of its WAL comes up with what had been committed by then, in a columnar chunk
# as in any table: in the middle of locking a row (its carrier is there, its lock is not), of deleting or replacing one (the new version is
# there, the tombstone is not, or the other way round), of putting the entry of a columnar row into an index, of a conversion.
# The statements run once; then their WAL, cut off before a record, is replayed over the files of before. VARVE_CRASH_POINTS=n
# cuts at n places of each case instead of a few.
use strict;
use warnings;
use File::Copy qw(copy);
use File::Path qw(rmtree);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $segment = 1024 * 1024;
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--wal-segsize', '1' ]);
$node->append_conf('postgresql.conf', q{
    shared_preload_libraries = 'varve'
    wal_level = logical
    fsync = off
    autovacuum = off
    checkpoint_timeout = '1h'
    max_wal_size = '1GB'
    min_wal_size = '2MB'
    shared_buffers = '16MB'
});
my $data = $node->data_dir;
my $base = $node->basedir . '/base';
my $ran = $node->basedir . '/ran';
sub sql { return $node->safe_psql('postgres', $_[0]); }
sub put_files { my ($from, $to) = @_; rmtree($to); system_or_bail('cp', '-a', $from, $to); }
sub position { my ($high, $low) = split m{/}, $_[0]; return hex($high) * 2**32 + hex($low); }
sub segments { my ($directory) = @_; return grep { /^[0-9A-F]{24}$/ } slurp_dir("$directory/pg_wal"); }
sub start_of { my ($name) = @_; return hex(substr($name, 8, 8)) * 2**32 + hex(substr($name, 16)) * $segment; }

# Rows 1 to 200 in columns, 201 to 240 beside them.
$node->start;
sql(q{CREATE EXTENSION varve;
    CREATE TABLE t (id int PRIMARY KEY, v int, note text);
    SELECT create_hypertable('t', by_range('id', 1000));
    CREATE INDEX ON t (v);
    ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id');
    INSERT INTO t SELECT g, g * 10, 'row ' || g FROM generate_series(1, 200) g;
    CREATE TABLE child (id int REFERENCES t)});
sql(q{SELECT compress_chunk(c) FROM show_chunks('t') c});
sql(q{INSERT INTO t SELECT g, g * 10, 'late' FROM generate_series(201, 240) g; DELETE FROM t WHERE id BETWEEN 100 AND 109; UPDATE t SET v = v + 1 WHERE id BETWEEN 110 AND 119});
# Databases that nobody opens, but a copy has to copy.
sql(q{UPDATE pg_database SET datistemplate = false}); sql("DROP DATABASE $_") for 'template0', 'template1';
# As after a crash, so that there is WAL to be replayed.
sql('CHECKPOINT');
$node->stop('immediate');
put_files($data, $base);

my $rows = q{SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM t};
my $by_key = q{SET enable_seqscan = off; SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM generate_series(1, 300) g JOIN t ON id = g};
# All that can be done to rows: none is locked, every key is taken once.
my $use = q{SET lock_timeout = '1s';
    SELECT count(*) FROM (SELECT FROM t FOR UPDATE) x;
    INSERT INTO t SELECT g, -1, 'again' FROM generate_series(1, 240) g ON CONFLICT (id) DO UPDATE SET note = t.note || ', again';
    INSERT INTO child SELECT g FROM generate_series(1, 240, 7) g;
    DELETE FROM t WHERE id % 7 = 2; UPDATE t SET v = v + 1;
    VACUUM (FREEZE) t;
    SELECT count(*), count(DISTINCT id), count(*) FILTER (WHERE note LIKE '%again') FROM t};

# Runs transactions after each other; returns the records of their WAL, and what is committed at which position.
sub run_all
{
    my @transactions = @_;
    put_files($base, $data);
    $node->start;
    my $from = sql('SELECT pg_current_wal_insert_lsn()');
    my @states = ([ position($from), sql($rows) ]);
    for my $transaction (@transactions) {
        sql($transaction);
        push @states, [ position(sql('SELECT pg_current_wal_insert_lsn()')), sql($rows) ];
    }
    my $to = sql('SELECT pg_current_wal_flush_lsn()');
    $node->stop('immediate');
    put_files($data, $ran);
    my ($out, $err) = run_command([ $node->installed_command('pg_waldump'), '-p', "$ran/pg_wal", '-s', $from, '-e', $to ]);
    my @records = map { /^rmgr: (\S+).*?tx:\s+(\d+), lsn: (\S+), .*?desc: (\w+)/ ? { what => "$1 $4", transaction => $2, at => position($3) } : () } split /\n/, $out;
    return (\@records, \@states);
}

# The files of before, and the WAL up to a position.
sub cut_off_at
{
    my ($at) = @_;
    put_files($base, $data);
    for my $name (segments($data)) { unlink "$data/pg_wal/$name"; }
    for my $name (sort +segments($ran)) {
        my $start = start_of($name);
        next if $start >= $at;
        copy("$ran/pg_wal/$name", "$data/pg_wal/$name") or die;
        next if $start + $segment <= $at;
        open(my $handle, '+<', "$data/pg_wal/$name") or die;
        binmode $handle;
        seek($handle, $at - $start, 0);
        print $handle "\0" x ($segment - ($at - $start));
        close $handle;
    }
}

sub try
{
    my ($case, $record, $states) = @_;
    my ($expected) = map { $_->[1] } grep { $_->[0] <= $record->{at} } reverse @$states;
    my $what = "$case, before $record->{what} of transaction $record->{transaction}";
    cut_off_at($record->{at});
    $node->start;
    is(sql($rows), $expected, "$what: what was committed");
    is(sql($by_key), $expected, "$what: found by key");
    my ($status, $out, $err) = $node->psql('postgres', $use, on_error_stop => 1);
    like($out, qr/\n(\d+)\|\1\|\1$/, "$what: and can be changed") or diag($err);
    $node->stop('immediate');
}

my @changes = (
    'BEGIN; SELECT FROM t WHERE id = 1 FOR UPDATE; COMMIT', 'DELETE FROM t WHERE id = 2', 'UPDATE t SET v = 0 WHERE id = 3', 'UPDATE t SET v = 0 WHERE id = 1',
    'INSERT INTO child VALUES (4)', q{INSERT INTO t VALUES (5, 5, 'x') ON CONFLICT (id) DO UPDATE SET v = excluded.v},
    q{UPDATE t SET note = (SELECT string_agg(md5(g::text), '') FROM generate_series(1, 300) g) WHERE id = 6}, 'BEGIN; DELETE FROM t WHERE id IN (7, 8); ROLLBACK', 'DELETE FROM t WHERE id = 7',
    'VACUUM (FREEZE) t');
my $nothing = q{ALTER TABLE _timescaledb_internal._hyper_1_1_chunk REPLICA IDENTITY NOTHING};
my $each = q{SELECT %s FROM show_chunks('t') c};
# [ name, how many cuts, transactions ]
my @cases = (
    [ 'changes', 10, $nothing, @changes ],
    [ 'changes that are decoded', 8, @changes ],
    [ 'recompress in parts', 3, sprintf($each, 'compress_chunk(c)') ],
    [ 'recompress', 3, sprintf($each, 'compress_chunk(c, recompress => true)') ],
    [ 'decompress and compress', 4, sprintf($each, 'decompress_chunk(c)'), sprintf($each, 'compress_chunk(c)') ],
    [ 'rewrite', 2, 'VACUUM (FULL) t' ]);
for my $case (@cases) {
    my ($name, $cuts, @transactions) = @$case;
    $cuts = $ENV{VARVE_CRASH_POINTS} // $cuts;
    my ($records, $states) = run_all(@transactions);
    cmp_ok(scalar @$records, '>', 40, "$name: " . @$records . ' records');
    my $every = @$records / $cuts;
    my %chosen = map { int(($_ + 0.5) * $every) => 1 } 0 .. $cuts - 1;
    # Always where a carrier is not locked yet.
    $chosen{$_} = 1 for grep { $records->[$_]{what} =~ /^Heap LOCK/ && $name eq 'changes' } 0 .. $#$records;
    try($name, $records->[$_], $states) for sort { $a <=> $b } keys %chosen;
}
done_testing();
