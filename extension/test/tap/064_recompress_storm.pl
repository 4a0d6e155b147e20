# A chunk of several row groups is converted, again and again, while sessions write into it and others read: every statement does
# the same to a plain table, in the same transaction, and the two hold the same rows at every moment, for old snapshots too.
use strict;
use warnings;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Recovery;
use Script;
use Test::More;
use Time::HiRes qw(usleep);

my $node = PostgreSQL::Test::Cluster->new('storm');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\nrestart_after_crash = on\nmaintenance_work_mem = 64MB\nlog_min_messages = debug1\nlog_statement = none\n");
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION varve;
    CREATE TABLE t (id int NOT NULL, v int NOT NULL, note text, PRIMARY KEY (id));
    SELECT create_hypertable('t', by_range('id', 10000000));
    INSERT INTO t SELECT i * 10, i, 'n' || i % 5 FROM generate_series(0, 199999) i;
    ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id');
    CREATE TABLE twin (LIKE t INCLUDING ALL);
    INSERT INTO twin SELECT * FROM t;
    CREATE TABLE done (what text PRIMARY KEY, count bigint);
    CREATE FUNCTION difference() RETURNS bigint LANGUAGE sql AS $$
        SELECT count(*) FROM ((SELECT * FROM t EXCEPT ALL SELECT * FROM twin) UNION ALL (SELECT * FROM twin EXCEPT ALL SELECT * FROM t)) x $$;
    CREATE PROCEDURE convert(dice int) LANGUAGE plpgsql AS $$
    DECLARE
        what text := CASE WHEN dice < 8 THEN 'again' WHEN dice < 9 THEN 'all' ELSE 'rows' END;
        chunk regclass := (SELECT show_chunks('t'));
    BEGIN
        -- With and without entries for the rows in columns.
        EXECUTE format('ALTER TABLE t SET (tsdb.full_indexes = %L)', CASE WHEN random() < 0.5 THEN 't_pkey' ELSE '' END);
        CASE what
            WHEN 'again' THEN PERFORM compress_chunk(chunk);
            WHEN 'all' THEN PERFORM compress_chunk(chunk, recompress => true);
            WHEN 'rows' THEN PERFORM decompress_chunk(chunk);
        END CASE;
        INSERT INTO done VALUES (what, 1) ON CONFLICT ON CONSTRAINT done_pkey DO UPDATE SET count = done.count + 1;
    END $$;
});
$node->safe_psql('postgres', "CALL convert(0)");

my $draw = "\\set id random(0, 199999) * 10\n\\set other random(0, 1999999)\n\\set dice random(0, 9)\n";
my $twice = sub { my ($statement) = @_; return join('', map { (my $s = $statement) =~ s/TABLE/$_/g; "$s\n" } qw(twin t)); };
# The row of the plain table is locked first, so that no two transactions wait for each other.
my %scripts = (
    update => $twice->('UPDATE TABLE SET v = v + 1 WHERE id = :id;'),
    delete => $twice->('DELETE FROM TABLE WHERE id = :id;'),
    upsert => $twice->("INSERT INTO TABLE VALUES (:other, 1, 'late') ON CONFLICT (id) DO UPDATE SET v = TABLE.v + 1;"),
    replace => $twice->('DELETE FROM TABLE WHERE id = :id;') . $twice->("INSERT INTO TABLE VALUES (:id, -1, repeat(md5(:other::text), 200)) ON CONFLICT DO NOTHING;"),
    lock => "SELECT FROM twin WHERE id = :id FOR UPDATE;\nSELECT FROM t WHERE id = :id FOR UPDATE;\n",
);
my @files = map { script($node, $_, $draw . "BEGIN;\n$scripts{$_}COMMIT;\n") . ($_ eq 'upsert' ? '@6' : '@2') } sort keys %scripts;
push @files, script($node, 'undo', $draw . "BEGIN;\n" . $twice->('UPDATE TABLE SET v = 0 WHERE id = :id;') . "ROLLBACK;\n") . '@1';
push @files, script($node, 'convert', $draw . "CALL convert(:dice);\n") . '@1';
push @files, script($node, 'look', <<'SQL') . '@1';
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT 1 / ((SELECT count(*) FROM twin) = (SELECT count(*) FROM t))::int;
SELECT 1 / ((SELECT sum(v) FROM twin) = (SELECT sum(v) FROM t))::int;
COMMIT;
SQL
# Until there was enough of everything; a slow machine takes its time.
my ($kinds, $done, $repeated);
for my $round (1 .. 6)
{
    $node->command_checks_all(
        [ 'pgbench', '-n', '-c', '6', '-j', '2', '-T', '12', map({ ('-f', $_) } @files), 'postgres' ],
        0, [qr/number of failed transactions: 0/], [qr/^(?!.*(ERROR|aborted))/s], 'a storm without an error');
    ($kinds, $done) = split /\|/, $node->safe_psql('postgres', q{SELECT string_agg(what, ' ' ORDER BY what) FILTER (WHERE count > 1), sum(count) FROM done});
    $repeated = () = slurp_file($node->logfile) =~ /converted rows of chunk .* have been changed meanwhile/g;
    last if $kinds eq 'again all rows' && $repeated > 0 && $repeated < $done;
}
is($node->safe_psql('postgres', 'SELECT difference()'), '0', 'both tables hold the same rows');
is($kinds, 'again all rows', 'all kinds of conversion took place');
cmp_ok($repeated, '>', 0, "some of $done conversions were done again, since rows had been changed ($repeated)");
cmp_ok($repeated, '<', $done, 'others were not');
is($node->safe_psql('postgres', q{SET enable_seqscan = off; SELECT count(*) FROM twin w WHERE id % 97 = 0 AND NOT EXISTS (SELECT FROM t WHERE t.id = w.id AND t.v = w.v OFFSET 0)}), '0', 'they are found by their key');
$node->safe_psql('postgres', q{CREATE EXTENSION amcheck; ALTER TABLE t SET (tsdb.full_indexes = 't_pkey'); SELECT compress_chunk(c, recompress => true) FROM show_chunks('t') c;
    DELETE FROM twin WHERE id % 70 = 0; DELETE FROM t WHERE id % 70 = 0});
is($node->safe_psql('postgres', q{SELECT is_full_index(indexrelid), bt_index_parent_check(indexrelid, true) FROM pg_index WHERE indrelid = (SELECT show_chunks('t')) AND indisprimary}), 't|', 'a full index has them all');

# Who converts is killed; the others go on.
$node->safe_psql('postgres', "CALL convert(0)");
for my $round (1 .. 4)
{
    $node->safe_psql('postgres', $twice->("INSERT INTO TABLE SELECT i * 10 + $round, 1, 'round' FROM generate_series(0, 199999, 50) i ON CONFLICT DO NOTHING;")
            . $twice->("DELETE FROM TABLE WHERE id BETWEEN $round * 100000 AND $round * 100000 + 40000;"));
    my ($in, $out, $err) = ("SELECT pg_backend_pid();\nCALL convert(" . ($round % 2 ? 0 : 8) . ");\n", '', '');
    my $psql = IPC::Run::start([ $node->installed_command('psql'), '-XAtq', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, '2>', \$err);
    $psql->pump until $out =~ /^(\d+)/;
    my $pid = $1;
    usleep(1000 * (10, 40, 80, 150)[$round - 1]);
    kill 'KILL', $pid;
    $psql->finish;
    await_recovery($node);
    is($node->safe_psql('postgres', 'SELECT difference()'), '0', "killed in round $round: both hold the same rows");
    is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_class WHERE relname ~ '^pg_temp_\d'}), '0', "killed in round $round: nothing is left over");
}
$node->stop;
done_testing();
