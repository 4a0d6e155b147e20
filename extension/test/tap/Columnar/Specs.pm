package Columnar::Specs;

# Isolation specs, generated: what two sessions do to one row that lies in a row group, in every order that
# matters. They are run on a table of rows and on one whose rows are columnar, and must give the same output.
#
# A spec is { name, sessions => { name => { step => SQL } }, permutations => [ [ step... ] ] }; step(other) is reported after other. Tables: t(id
# primary key, v, note) with rows 1 to 60, child(id references t), other(id, x).
use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(specs bulk_specs spec_text);

# What sessions do to row 1; %d is 1 in the first session and 2 in the second.
my %DOES = (
    delete => 'DELETE FROM t WHERE id = 1 RETURNING id, v, note',
    update => 'UPDATE t SET v = v + %d, note = \'session %d\' WHERE id = 1 RETURNING id, v, note',
    update_if => 'UPDATE t SET v = v * 10 + %d WHERE v = 10 AND note = \'row\' RETURNING id, v, note',
    update_key => 'UPDATE t SET id = 100 + %d WHERE id = 1 RETURNING id, v, note',
    update_to_key => 'UPDATE t SET id = 1 WHERE id = 2 RETURNING id, v, note',
    update_join => 'UPDATE t SET v = t.v + other.x FROM other WHERE t.id = other.id AND t.v < 15 RETURNING t.id, t.v, note',
    merge => 'MERGE INTO t USING (VALUES (1, %d), (70, %d)) s(id, x) ON t.id = s.id
        WHEN MATCHED AND t.v > 1000 THEN DELETE WHEN MATCHED THEN UPDATE SET v = t.v + s.x WHEN NOT MATCHED THEN INSERT VALUES (s.id + s.x, 70, \'merged\')',
    insert => 'INSERT INTO t VALUES (1, 1000, \'session %d\') RETURNING id, v, note',
    upsert => 'INSERT INTO t VALUES (1, 1000, \'session %d\') ON CONFLICT (id) DO UPDATE SET v = t.v + 100, note = excluded.note RETURNING id, v, note',
    upsert_nothing => 'INSERT INTO t VALUES (1, 1000, \'session %d\') ON CONFLICT DO NOTHING RETURNING id, v, note',
    replace => 'WITH gone AS (DELETE FROM t WHERE id = 1 RETURNING *) SELECT id, v FROM gone; INSERT INTO t VALUES (1, 5, \'again %d\')',
    for_update => 'SELECT id, v, note FROM t WHERE id = 1 FOR UPDATE',
    for_no_key => 'SELECT id, v, note FROM t WHERE id = 1 FOR NO KEY UPDATE',
    for_share => 'SELECT id, v, note FROM t WHERE id = 1 FOR SHARE',
    for_key_share => 'SELECT id, v, note FROM t WHERE id = 1 FOR KEY SHARE',
    for_update_nowait => 'SELECT id, v, note FROM t WHERE id = 1 FOR UPDATE NOWAIT',
    for_share_skip => 'SELECT id, v, note FROM t WHERE id IN (1, 2) ORDER BY id FOR SHARE SKIP LOCKED',
    lock_then_delete => 'SELECT id, v FROM t WHERE id = 1 FOR UPDATE; DELETE FROM t WHERE id = 1 RETURNING id',
    share_then_update => 'SELECT id, v FROM t WHERE id = 1 FOR SHARE; UPDATE t SET v = v + %d WHERE id = 1 RETURNING id, v',
    undone_delete => 'SAVEPOINT a; DELETE FROM t WHERE id = 1; ROLLBACK TO a; SELECT id, v, note FROM t WHERE id = 1',
    undone_lock => 'SAVEPOINT a; SELECT id FROM t WHERE id = 1 FOR UPDATE; ROLLBACK TO a; SELECT id, v FROM t WHERE id = 1',
    undone_then_update => 'SAVEPOINT a; DELETE FROM t WHERE id = 1; ROLLBACK TO a; UPDATE t SET v = v + %d WHERE id = 1 RETURNING id, v',
    child => 'INSERT INTO child VALUES (1)',
    # Rows 1 and 2, others, or all, by vectors: of what no index has, and without RETURNING.
    bulk => 'DELETE FROM t WHERE v IN (10, 20)',
    bulk_others => 'DELETE FROM t WHERE v BETWEEN 20 AND 400',
    bulk_all => 'DELETE FROM t WHERE note = \'row\'',
    undone_bulk => 'SAVEPOINT a; DELETE FROM t WHERE v < 25; ROLLBACK TO a; SELECT id, v, note FROM t WHERE id = 1',
    undone_bulk_then_bulk => 'SAVEPOINT a; DELETE FROM t WHERE v < 25; ROLLBACK TO a; DELETE FROM t WHERE v = 10; SELECT count(*) FROM t',
    bulk_after_lock => 'SELECT id, v FROM t WHERE id = 1 FOR UPDATE; DELETE FROM t WHERE v < 40',
    bulk_then_insert => 'DELETE FROM t WHERE v < 25; INSERT INTO t VALUES (1, 6, \'again %d\')',
    read => 'SELECT id, v, note FROM t WHERE id < 3 ORDER BY id',
    truth => 'SELECT count(*), sum(v) FROM t',
);
my @WRITES = qw(delete update update_if update_key update_to_key update_join merge insert upsert upsert_nothing replace
    lock_then_delete share_then_update undone_then_update);
my @LOCKS = qw(for_update for_no_key for_share for_key_share for_update_nowait for_share_skip undone_delete undone_lock child);
my @READS = qw(read truth);
my @BULK = qw(bulk bulk_others bulk_all undone_bulk undone_bulk_then_bulk bulk_after_lock bulk_then_insert);

# An update of a columnar row is always exclusive, where heap lets KEY SHARE pass an update of other columns: it
# blocks more. That much is known to differ.
my %NO_KEY_UPDATE = map { $_ => 1 } qw(update update_if update_join merge upsert share_then_update undone_then_update);
my %KEY_SHARE = map { $_ => 1 } qw(for_key_share child);
sub differs { my ($one, $two) = @_; return $NO_KEY_UPDATE{$one} && $KEY_SHARE{$two} || $KEY_SHARE{$one} && $NO_KEY_UPDATE{$two}; }

my %LEVEL = (rc => 'READ COMMITTED', rr => 'REPEATABLE READ', s => 'SERIALIZABLE');

sub steps_of
{
    my ($number) = @_;
    my %steps = (map { my $sql = $DOES{$_}; $sql =~ s/%d/$number/g; ("$_$number" => "$sql;") } keys %DOES);
    # The snapshot is taken before the other session does anything.
    $steps{"begin_$_$number"} = "BEGIN ISOLATION LEVEL $LEVEL{$_}; SELECT count(*) FROM other;" for keys %LEVEL;
    $steps{"commit$number"} = 'COMMIT;';
    $steps{"rollback$number"} = 'ROLLBACK;';
    return \%steps;
}

my $LOOK = { look => 'SELECT id, v, note FROM t WHERE id < 3 OR id > 60 OR v <> id * 10 ORDER BY id, v; SELECT count(*), sum(v) FROM t; SELECT count(*) FROM child;' };

# All pairs in one isolation level, with both ends of the first session.
sub pairs
{
    my ($level, $first, $second, $kind) = @_;
    my @permutations;
    for my $one (@$first)
    {
        for my $two (@$second)
        {
            next if differs($one, $two);
            push @permutations, [ "begin_${level}1", "begin_${level}2", "${one}1", "${two}2", "${_}1", 'commit2', 'look' ] for qw(commit rollback);
        }
    }
    return { name => "pairs_$level" . ($kind // ''), sessions => { one => steps_of(1), two => steps_of(2), three => $LOOK }, permutations => \@permutations };
}

sub custom
{
    my ($name, $sessions, @permutations) = @_;
    return { name => $name, sessions => { %$sessions, three => $LOOK }, permutations => [ map { [ split ' ' ] } @permutations ] };
}

sub customs
{
    my $serializable = 'BEGIN ISOLATION LEVEL SERIALIZABLE;';
    return (
        custom('skew_of_deletes', {
                one => { b1 => $serializable, r1 => 'SELECT v FROM t WHERE id = 1;', w1 => 'DELETE FROM t WHERE id = 2;', c1 => 'COMMIT;' },
                two => { b2 => $serializable, r2 => 'SELECT v FROM t WHERE id = 2;', w2 => 'DELETE FROM t WHERE id = 1;', c2 => 'COMMIT;' } },
            'b1 b2 r1 r2 w1 w2 c1 c2 look', 'b1 b2 r1 w1 r2 w2 c2 c1 look', 'b1 r1 w1 c1 b2 r2 w2 c2 look', 'b2 b1 r2 w2 r1 c2 w1 c1 look'),
        custom('skew_of_updates', {
                one => { b1 => $serializable, r1 => 'SELECT sum(v) FROM t WHERE id < 3;', w1 => 'UPDATE t SET v = 0 WHERE id = 1;', c1 => 'COMMIT;' },
                two => { b2 => $serializable, r2 => 'SELECT sum(v) FROM t WHERE id < 3;', w2 => 'UPDATE t SET v = 0 WHERE id = 2;', c2 => 'COMMIT;' } },
            'b1 b2 r1 r2 w1 w2 c1 c2 look', 'b1 b2 r1 w1 c1 r2 w2 c2 look'),
        custom('skew_of_insert', {
                one => { b1 => $serializable, r1 => 'SELECT count(*) FROM t WHERE id = 80;', w1 => 'INSERT INTO t VALUES (81, 1, \'one\');', c1 => 'COMMIT;' },
                two => { b2 => $serializable, r2 => 'SELECT count(*) FROM t WHERE id = 81;', w2 => 'INSERT INTO t VALUES (80, 1, \'two\');', c2 => 'COMMIT;' } },
            'b1 b2 r1 r2 w1 w2 c1 c2 look'),
        custom('locked_by_one_deleted_by_another', {
                one => { b1 => $serializable, r1 => 'SELECT v FROM t WHERE id = 5;', w1 => 'UPDATE t SET v = 1 WHERE id = 6;', c1 => 'COMMIT;' },
                two => { b2 => $serializable, r2 => 'SELECT v FROM t WHERE id = 6;', w2 => 'DELETE FROM t WHERE id = 5;', c2 => 'COMMIT;' },
                four => { b4 => 'BEGIN;', l4 => 'SELECT id FROM t WHERE id = 5 FOR SHARE;', c4 => 'COMMIT;' } },
            'b1 r1 b2 r2 b4 l4 c4 w1 w2 c1 c2 look', 'b4 l4 c4 b1 r1 b2 r2 w1 w2 c1 c2 look'),
        custom('deadlock', {
                one => { b1 => "BEGIN; SET LOCAL deadlock_timeout = '100ms';", w1 => 'DELETE FROM t WHERE id = 1;', x1 => 'UPDATE t SET v = 0 WHERE id = 2;', c1 => 'COMMIT;' },
                two => { b2 => "BEGIN; SET LOCAL deadlock_timeout = '10s';", w2 => 'UPDATE t SET v = 1 WHERE id = 2;', x2 => 'DELETE FROM t WHERE id = 1;', c2 => 'COMMIT;' } },
            'b1 b2 w1 w2 x2 x1 c1 c2 look'),
        custom('three_in_a_row', {
                one => { b1 => 'BEGIN;', w1 => 'DELETE FROM t WHERE id = 1;', c1 => 'COMMIT;', r1 => 'ROLLBACK;' },
                two => { b2 => 'BEGIN;', w2 => 'UPDATE t SET v = v + 1 WHERE id = 1 RETURNING v;', c2 => 'COMMIT;', r2 => 'ROLLBACK;' },
                four => { b4 => 'BEGIN;', w4 => 'UPDATE t SET v = v + 100 WHERE id = 1 RETURNING v;', c4 => 'COMMIT;' } },
            'b1 b2 b4 w1 w2 w4 c1 c2 c4 look', 'b1 b2 b4 w1 w2 w4 r1 c2 c4 look', 'b1 b2 b4 w1 w2 w4 r1 r2 c4 look', 'b1 b2 b4 w2 w4 c2 w1 c4 c1 look'),
        custom('two_sharers_then_delete', {
                one => { b1 => 'BEGIN;', l1 => 'SELECT id FROM t WHERE id = 1 FOR KEY SHARE;', c1 => 'COMMIT;' },
                two => { b2 => 'BEGIN;', l2 => 'SELECT id FROM t WHERE id = 1 FOR KEY SHARE;', c2 => 'COMMIT;' },
                four => { w4 => 'DELETE FROM t WHERE id = 1 RETURNING id;' } },
            'b1 b2 l1 l2 w4 c1 c2 look', 'b1 b2 l1 l2 c1 w4 c2 look'),
        custom('foreign_key', {
                one => { b1 => 'BEGIN;', i1 => 'INSERT INTO child VALUES (1);', c1 => 'COMMIT;', r1 => 'ROLLBACK;' },
                two => { b2 => 'BEGIN;', d2 => 'DELETE FROM t WHERE id = 1;', k2 => 'UPDATE t SET id = 99 WHERE id = 1;', i2 => 'INSERT INTO child VALUES (1);', c2 => 'COMMIT;' } },
            'b1 b2 i1 d2 c1 c2 look', 'b1 b2 i1 d2 r1 c2 look', 'b1 b2 i1 k2 c1 c2 look', 'b1 b2 d2 i1 c2 c1 look', 'b1 b2 k2 i1 c2 c1 look', 'b1 b2 i1 i2 c1 c2 look'),
        custom('unique_inserters', {
                one => { b1 => 'BEGIN;', d1 => 'DELETE FROM t WHERE id = 1;', i1 => 'INSERT INTO t VALUES (1, 1, \'one\');', c1 => 'COMMIT;', r1 => 'ROLLBACK;' },
                two => { i2 => 'INSERT INTO t VALUES (1, 2, \'two\');' },
                four => { i4 => 'INSERT INTO t VALUES (1, 4, \'four\') ON CONFLICT (id) DO UPDATE SET v = t.v + 1000, note = t.note || \' and four\' RETURNING v, note;' } },
            'b1 d1 i2 c1 look', 'b1 d1 i2 r1 look', 'b1 d1 i4 c1 look', 'b1 d1 i4 r1 look', 'b1 d1 i1 i2 c1 look', 'b1 d1 i1 i4 c1 look', 'b1 d1 i1 i4 r1 look', 'b1 d1 i2 i4(i2) r1 look'),
        custom('moves', {
                one => { b1 => 'BEGIN;', m1 => 'UPDATE t SET id = 1001 WHERE id = 1 RETURNING id, v;', c1 => 'COMMIT;', r1 => 'ROLLBACK;' },
                two => {
                    b2 => 'BEGIN;', rr2 => 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM other;', c2 => 'COMMIT;',
                    (map { ($_ . '2' => $DOES{$_} =~ s/%d/2/gr . ';') } qw(delete update update_join upsert merge for_share for_share_skip insert)),
                    move2 => 'UPDATE t SET id = 1002 WHERE id = 1 RETURNING id, v;' },
                # The chunk that rows move to is there before.
                four => { chunk => 'INSERT INTO t VALUES (1500, 15000, \'row\');' } },
            (map { my $does = $_; map { ("chunk b1 b2 m1 $does $_ c2 look", "chunk b1 rr2 m1 $does $_ c2 look") } qw(c1 r1) }
                qw(delete2 update2 update_join2 upsert2 merge2 for_share2 for_share_skip2 insert2 move2)),
            (map { "chunk b1 b2 $_ m1 c2 c1 look" } qw(delete2 update2 upsert2 for_share2 move2))),
        custom('halloween', {
                one => {
                    both => 'WITH gone AS (DELETE FROM t WHERE id < 4 RETURNING *) INSERT INTO t SELECT id + 200, v, note FROM gone;',
                    locked => 'UPDATE t SET v = v + 1 FROM (SELECT id FROM t WHERE id < 10 FOR UPDATE) l WHERE l.id = t.id;',
                    twice => 'WITH a AS (UPDATE t SET v = v + 1 WHERE id = 11 RETURNING id) UPDATE t SET v = v + 100 WHERE id IN (SELECT id FROM a) RETURNING v;',
                    joined => 'UPDATE t SET v = t.v + 1 FROM generate_series(1, 3) g WHERE t.id = 12 RETURNING t.v;',
                    deleted => 'DELETE FROM t USING generate_series(1, 3) g WHERE t.id = 13 RETURNING t.v;',
                    own => 'INSERT INTO t SELECT id + 300, v, note FROM t WHERE id < 30;',
                    double => 'INSERT INTO t VALUES (15, 1, \'a\'), (15, 2, \'b\') ON CONFLICT (id) DO UPDATE SET v = excluded.v;',
                } },
            'both locked twice joined deleted own double look'),
        # Nobody is seen to wait for a transaction that has no session, so nobody does for long.
        custom('two_phase', {
                one => { b1 => 'BEGIN;', w1 => 'DELETE FROM t WHERE id = 1;', u1 => 'UPDATE t SET v = 8 WHERE id = 1;', l1 => 'SELECT id FROM t WHERE id = 1 FOR SHARE;', p1 => "PREPARE TRANSACTION 'varve_columnar';" },
                two => { set => "SET lock_timeout = '20ms';", w2 => 'UPDATE t SET v = 7 WHERE id = 1 RETURNING v;', w3 => 'UPDATE t SET v = 7 WHERE id = 1 RETURNING v;' },
                four => { c4 => "COMMIT PREPARED 'varve_columnar';", r4 => "ROLLBACK PREPARED 'varve_columnar';" } },
            map { my $done = $_; map { "set b1 $_ p1 w2 $done w3 look" } qw(w1 u1 l1) } qw(c4 r4)),
    );
}

# Of rows deleted by vectors, for tables that no foreign key refers to and that nobody decodes.
sub bulk_specs
{
    my @others = (@WRITES, grep { $_ ne 'child' } @LOCKS);
    my $serializable = 'BEGIN ISOLATION LEVEL SERIALIZABLE;';
    return (
        (map { (pairs($_, \@BULK, [ @BULK, @others, @READS ], '_bulk_first'), pairs($_, \@others, \@BULK, '_bulk_second')) } qw(rc rr)),
        pairs('s', [qw(bulk bulk_others undone_bulk)], [ @BULK, @WRITES, @READS ], '_bulk_first'),
        custom('bulk_skew', {
                one => { b1 => $serializable, r1 => 'SELECT v FROM t WHERE id = 1;', w1 => 'DELETE FROM t WHERE v = 20;', c1 => 'COMMIT;' },
                two => { b2 => $serializable, r2 => 'SELECT v FROM t WHERE id = 2;', w2 => 'DELETE FROM t WHERE v = 10;', c2 => 'COMMIT;' } },
            'b1 b2 r1 r2 w1 w2 c1 c2 look', 'b1 b2 r1 w1 r2 w2 c2 c1 look', 'b1 r1 w1 c1 b2 r2 w2 c2 look', 'b2 b1 r2 w2 r1 c2 w1 c1 look'),
        # Of one row alone, since a heap and columns have several in different orders.
        custom('bulk_three_in_a_row', {
                one => { b1 => 'BEGIN;', w1 => 'DELETE FROM t WHERE v < 15;', c1 => 'COMMIT;', r1 => 'ROLLBACK;' },
                two => { b2 => 'BEGIN;', w2 => 'DELETE FROM t WHERE v BETWEEN 5 AND 15;', c2 => 'COMMIT;', r2 => 'ROLLBACK;' },
                four => { b4 => 'BEGIN;', w4 => 'UPDATE t SET v = v + 1000 WHERE id = 1 RETURNING id, v;', c4 => 'COMMIT;' } },
            'b1 b2 b4 w1 w2 c1 w4 c2 c4 look', 'b1 b2 b4 w1 w2 w4 r1 c2 c4 look', 'b1 b2 b4 w1 w2 w4 r1 r2 c4 look', 'b1 b2 b4 w2 w4 c2 w1 c4 c1 look'),
        custom('bulk_beside_bulk', {
                one => { b1 => 'BEGIN;', w1 => 'DELETE FROM t WHERE v % 20 = 0 AND v < 400;', c1 => 'COMMIT;', r1 => 'ROLLBACK;' },
                two => { b2 => 'BEGIN;', rr2 => 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t;', w2 => 'DELETE FROM t WHERE v % 20 = 10 AND v < 400;', s2 => 'SELECT count(*) FROM t;', c2 => 'COMMIT;', r2 => 'ROLLBACK;' } },
            (map { my $begin = $_; map { ("b1 $begin w1 w2 s2 $_ s2 c2 look", "b1 $begin w2 w1 s2 $_ s2 r2 look") } qw(c1 r1) } qw(b2 rr2))),
        custom('bulk_under_cursor', {
                one => { b1 => 'BEGIN; DECLARE c CURSOR FOR SELECT id FROM t WHERE v < 100 ORDER BY id FOR UPDATE;', f1 => 'FETCH 2 FROM c;', d1 => 'DELETE FROM t WHERE CURRENT OF c;', c1 => 'COMMIT;' },
                two => { w2 => 'DELETE FROM t WHERE v < 40;' } },
            'b1 f1 w2 d1 c1 look', 'b1 w2 f1 d1 c1 look'),
        custom('bulk_unique', {
                one => { b1 => 'BEGIN;', d1 => 'DELETE FROM t WHERE v < 40;', i1 => 'INSERT INTO t VALUES (1, 1, \'one\');', c1 => 'COMMIT;', r1 => 'ROLLBACK;' },
                two => { i2 => 'INSERT INTO t VALUES (1, 2, \'two\');' },
                four => { i4 => 'INSERT INTO t VALUES (1, 4, \'four\') ON CONFLICT (id) DO UPDATE SET v = t.v + 1000, note = t.note || \' and four\' RETURNING v, note;' } },
            'b1 d1 i2 c1 look', 'b1 d1 i2 r1 look', 'b1 d1 i4 c1 look', 'b1 d1 i4 r1 look', 'b1 d1 i1 i2 c1 look', 'b1 d1 i1 i4 c1 look', 'b1 d1 i1 i4 r1 look'),
        custom('bulk_deadlock', {
                one => { b1 => "BEGIN; SET LOCAL deadlock_timeout = '100ms';", w1 => 'DELETE FROM t WHERE v < 100;', x1 => 'DELETE FROM t WHERE v BETWEEN 300 AND 400;', c1 => 'COMMIT;' },
                two => { b2 => "BEGIN; SET LOCAL deadlock_timeout = '10s';", w2 => 'DELETE FROM t WHERE v BETWEEN 300 AND 400;', x2 => 'DELETE FROM t WHERE v < 100;', c2 => 'COMMIT;' } },
            'b1 b2 w1 w2 x2 x1 c1 c2 look'),
        custom('bulk_two_phase', {
                one => { b1 => 'BEGIN;', w1 => 'DELETE FROM t WHERE v < 40;', p1 => "PREPARE TRANSACTION 'varve_columnar';" },
                two => { set => "SET lock_timeout = '20ms';", w2 => 'UPDATE t SET v = 7 WHERE id = 1 RETURNING v;', w3 => 'DELETE FROM t WHERE v < 400;' },
                four => { c4 => "COMMIT PREPARED 'varve_columnar';", r4 => "ROLLBACK PREPARED 'varve_columnar';" } },
            map { "set b1 w1 p1 w2 w3 $_ w3 w2 look" } qw(c4 r4)),
    );
}

# All specs; the pairs of the stricter levels are of writes, since locks do the same in all.
sub specs
{
    return (
        pairs('rc', [ @WRITES, @LOCKS ], [ @WRITES, @LOCKS, @READS ]),
        pairs('rr', \@WRITES, [ @WRITES, 'for_update', 'for_share', @READS ]),
        pairs('s', [qw(delete update update_key upsert merge)], [ @WRITES, @READS ]),
        customs());
}

sub spec_text
{
    my ($spec, $setup, $teardown) = @_;
    my $text = join('', map { "setup { $_ }\n" } @$setup) . "teardown { $teardown }\n";
    my $used = { map { s/\(.*//r => 1 } map { @$_ } @{ $spec->{permutations} } };
    for my $session (sort keys %{ $spec->{sessions} })
    {
        my $steps = $spec->{sessions}{$session};
        my @used = grep { $used->{$_} } sort keys %$steps or next;
        $text .= "session $session\nsetup { SET enable_seqscan = off; }\n" . join('', map { "step $_ { $steps->{$_} }\n" } @used);
    }
    return $text . join('', map { 'permutation ' . join(' ', @$_) . "\n" } @{ $spec->{permutations} });
}

1;
