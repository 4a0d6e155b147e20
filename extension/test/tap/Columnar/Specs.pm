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
        # The whole table, where it may be read by vectors.
        custom('skew_of_sums', {
                one => { b1 => $serializable, r1 => 'SELECT sum(v) FROM t;', w1 => 'DELETE FROM t WHERE id = 1;', c1 => 'COMMIT;' },
                two => { b2 => $serializable, r2 => 'SELECT sum(v) FROM t;', w2 => 'INSERT INTO t VALUES (80, 1, \'two\');', c2 => 'COMMIT;' } },
            'b1 b2 r1 r2 w1 w2 c1 c2 look', 'b1 b2 r1 w1 c1 r2 w2 c2 look', 'b1 b2 r2 w2 c2 r1 w1 c1 look', 'b1 r1 w1 c1 b2 r2 w2 c2 look'),
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
        # The new version of a columnar row is replaced or deleted itself, VACUUM runs, and other rows come, while somebody who saw the old one
        # waits for another row.
        custom('new_version_gone', {
                one => { b1 => 'BEGIN;', l1 => 'UPDATE t SET v = 0 WHERE id = 2;', c1 => 'COMMIT;' },
                two => {
                    q2 => 'SELECT id, v, note FROM t WHERE id IN (1, 2) ORDER BY id DESC FOR UPDATE;',
                    k2 => 'SELECT id, v, note FROM t WHERE id IN (1, 2) ORDER BY id DESC FOR KEY SHARE;' },
                four => {
                    u4 => 'UPDATE t SET v = v + 1 WHERE id = 1;', d4 => 'DELETE FROM t WHERE id = 1;', k4 => 'UPDATE t SET id = 90 WHERE id = 1;',
                    b4 => 'BEGIN;', r4 => 'ROLLBACK;', v4 => 'VACUUM t;', n4 => 'INSERT INTO t VALUES (71, 71, \'new\'), (72, 72, \'new\');' } },
            'b1 l1 q2 u4 u4 v4 n4 c1 look', 'b1 l1 q2 u4 d4 v4 n4 c1 look', 'b1 l1 q2 d4 v4 n4 c1 look', 'b1 l1 q2 k4 v4 n4 c1 look', 'b1 l1 q2 b4 u4 r4 v4 n4 c1 look'),
        # Headers that VACUUM freezes, or removes where who made them gave up, locked or not.
        custom('vacuumed', {
                one => { b1 => 'BEGIN;', d1 => 'DELETE FROM t WHERE id = 1;', u1 => 'UPDATE t SET v = v + 1 WHERE id = 1;', l1 => 'SELECT id FROM t WHERE id = 1 FOR SHARE;', c1 => 'COMMIT;', r1 => 'ROLLBACK;' },
                two => { map { ($_ . '2' => $DOES{$_} =~ s/%d/2/gr . ';') } qw(delete upsert for_update) },
                four => { v4 => 'VACUUM (FREEZE) t;', b4 => 'BEGIN;', l4 => 'SELECT id FROM t WHERE id = 1 FOR KEY SHARE;', c4 => 'COMMIT;' } },
            (map { my $did = $_; map { my $end = $_; map { "b1 $did $end v4 $_ look" } qw(delete2 upsert2) } qw(c1 r1) } qw(d1 u1), 'l1 d1'),
            # One locker lives, two have met in a multixact, and one of them has gone on to delete the row.
            'b1 l1 v4 delete2 c1 look', 'b4 l4 b1 l1 c1 v4 for_update2 c4 look', 'b4 l4 b1 l1 r1 c4 v4 upsert2 look', 'b4 l4 c4 b1 l1 d1 v4 upsert2 r1 look'),
        # Indexes that are built while columnar rows change: the second time the builder waits for older snapshots, the index is kept up already.
        custom('concurrent_index', {
                one => {
                    b1 => 'BEGIN;', rr1 => 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM other;', c1 => 'COMMIT;', r1 => 'ROLLBACK;',
                    (map { ($_ . '1' => $DOES{$_} =~ s/%d/1/gr . ';') } qw(delete update update_key upsert)) },
                two => {
                    set => 'SET client_min_messages = error;',
                    index2 => 'CREATE INDEX CONCURRENTLY t_v ON t (v);', unique2 => 'CREATE UNIQUE INDEX CONCURRENTLY t_v_id ON t (v, id);', re2 => 'REINDEX TABLE CONCURRENTLY t;',
                    valid2 => 'SELECT count(*) AS invalid FROM pg_index WHERE NOT indisvalid AND indrelid IN (SELECT show_chunks(\'t\') UNION SELECT \'t\'::regclass);',
                    found2 => 'SELECT id, v FROM t WHERE v IN (10, 11, 20, 110, 300) ORDER BY id;' },
                four => {
                    w4 => 'UPDATE t SET v = 300 WHERE id IN (3, 40); INSERT INTO t VALUES (61, 300, \'four\'); DELETE FROM t WHERE id = 30;',
                    twice4 => 'INSERT INTO t VALUES (4, 4, \'twice\');', same4 => 'UPDATE t SET v = v WHERE id < 5;' } },
            (map { my $build = $_; (map { "set b1 $_ $build w4 c1 valid2 found2 twice4 look" } qw(delete1 update1 update_key1 upsert1)), "set b1 delete1 $build w4 r1 valid2 found2 twice4 look", "set rr1 $build w4 same4 c1 valid2 found2 twice4 look" }
                qw(index2 unique2)),
            map { ("set b1 $_ re2 w4(re2) c1 valid2 found2 twice4 look", "set b1 $_ re2 w4(re2) r1 valid2 found2 twice4 look") } qw(delete1 update_key1)),
        # Triggers that read, change and open cursors on the chunk whose columnar rows a statement is about to change, or has changed.
        custom('triggers', {
                one => {
                    look1 => 'CREATE TABLE seen (n serial, what text, rows bigint, sum bigint);
                        CREATE OR REPLACE FUNCTION note_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                            INSERT INTO seen (what, rows, sum) SELECT TG_WHEN || TG_OP, count(*), sum(v) FILTER (WHERE id NOT BETWEEN 14 AND 16) FROM t; RETURN CASE TG_OP WHEN \'DELETE\' THEN old ELSE new END; END $$;
                        CREATE TRIGGER a BEFORE UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION note_it(); CREATE TRIGGER b AFTER UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION note_it();',
                    change1 => 'CREATE OR REPLACE FUNCTION change_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                            IF pg_trigger_depth() = 1 THEN UPDATE t SET v = v + 1000 WHERE id = 25; END IF; RETURN new; END $$;
                        CREATE TRIGGER c BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION change_it();',
                    cursor1 => 'CREATE OR REPLACE FUNCTION open_it() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE c refcursor := \'left_open\'; BEGIN
                            IF NOT EXISTS (SELECT FROM pg_cursors WHERE name = \'left_open\') THEN OPEN c FOR SELECT count(*) FROM t; UPDATE t SET v = v WHERE id = 24; END IF; RETURN new; END $$;
                        CREATE TRIGGER d BEFORE UPDATE ON t FOR EACH ROW WHEN (old.id BETWEEN 11 AND 13) EXECUTE FUNCTION open_it();',
                    own1 => 'CREATE OR REPLACE FUNCTION own_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                            IF pg_trigger_depth() = 1 THEN UPDATE t SET v = 0 WHERE id = old.id; END IF; RETURN new; END $$;
                        CREATE TRIGGER e BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION own_it();',
                    u1 => 'UPDATE t SET v = v + 1 WHERE id BETWEEN 11 AND 13;', d1 => 'DELETE FROM t WHERE id BETWEEN 14 AND 16;', k1 => 'UPDATE t SET id = 100 WHERE id = 11;',
                    fetch1 => 'BEGIN; UPDATE t SET v = v + 1 WHERE id BETWEEN 11 AND 13; FETCH left_open; COMMIT;',
                    seen1 => 'SELECT n, what, rows, sum FROM seen ORDER BY n; DROP TABLE seen;' } },
            'look1 u1 d1 k1 seen1 look', 'look1 change1 u1 seen1 look', 'own1 u1 look', 'cursor1 fetch1 look'),
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
