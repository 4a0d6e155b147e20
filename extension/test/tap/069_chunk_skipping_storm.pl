# Chunks are converted and made rows again while sessions write late rows into them, and others ask for those
# rows by plans that skip chunks, kept ones and new ones: each finds what the same statement finds, under the
# same snapshot, where it reads all chunks.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Script;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('storm');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\ntimescaledb.enable_chunk_skipping = on\nlog_statement = none\n");
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION varve;
    CREATE TABLE metric (time int NOT NULL, code int);
    SELECT create_hypertable('metric', by_range('time', 1000));
    SELECT enable_chunk_skipping('metric', 'code');
    INSERT INTO metric SELECT i, i FROM generate_series(0, 7999) i;
    ALTER TABLE metric SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'time');
    SELECT compress_chunk(c) FROM show_chunks('metric') c;
    CREATE TABLE skipped (chunks int);
    CREATE PROCEDURE convert(at int, dice int) LANGUAGE plpgsql AS $$
    DECLARE
        chunk regclass := (SELECT show_chunks('metric', newer_than => at * 1000, older_than => (at + 1) * 1000));
        plan json;
    BEGIN
        IF dice < 2 THEN
            PERFORM decompress_chunk(chunk);
        ELSE
            DELETE FROM metric WHERE code >= 100000 AND time BETWEEN at * 1000 AND at * 1000 + 999;
            COMMIT;
            PERFORM compress_chunk(chunk, recompress => true);
        END IF;
        COMMIT;
        EXECUTE 'EXPLAIN (FORMAT json) SELECT FROM metric WHERE code >= 100000' INTO plan;
        INSERT INTO skipped SELECT 8 - count(*) FROM regexp_matches(plan::text, '"Relation Name": "_hyper_', 'g');
    END $$;
});
my $draw = "\\set a random(0, 7999)\n\\set b random(0, 7999)\n\\set at random(0, 7)\n\\set dice random(0, 9)\n";
my %scripts = (
    insert => "BEGIN;\nINSERT INTO metric VALUES (:a, 100000 + :b);\nINSERT INTO metric VALUES (:b, 100000 + :a);\nCOMMIT;\n",
    undo => "BEGIN;\nINSERT INTO metric VALUES (:a, 200000);\nSAVEPOINT s;\nINSERT INTO metric VALUES (:b, 200000);\nROLLBACK TO s;\nINSERT INTO metric VALUES (:b, 100000 + :a);\nCOMMIT;\n",
    nothing => "BEGIN;\nINSERT INTO metric VALUES (:a, 300000);\nROLLBACK;\n",
    update => "UPDATE metric SET code = 100000 + :b WHERE time = :a AND code < 100000;\nUPDATE metric SET code = :b WHERE time = :b AND code >= 100000;\n",
);
my $both = sub { my ($what, $where) = @_; return "SELECT 1 / ((SELECT $what FROM metric WHERE code $where) IS NOT DISTINCT FROM (SELECT $what FROM metric WHERE code + 0 $where))::int;\n"; };
my @writers = map { script($node, $_, $draw . $scripts{$_}) } sort keys %scripts;
my $converter = script($node, 'convert', $draw . "CALL convert(:at, :dice);\n");
# Conditions without a variable: their plans are kept. And one whose plan is made each time.
my $kept = script($node, 'kept', $both->('count(*)', '>= 100000') . $both->('sum(time)', '= 200000') . "BEGIN ISOLATION LEVEL REPEATABLE READ;\n" . $both->('count(*)', '> 100500') . $both->('count(*)', '>= 100000') . "COMMIT;\n");
my $new = script($node, 'new', $draw . "SELECT count(*) + :dice FROM metric WHERE code >= 100000 + :a;\n" . $both->('sum(code)', '>= 100000 + :a'));

for my $mode ('prepared', 'simple')
{
    $node->command_checks_all(
        [ 'pgbench', '-n', '-M', $mode, '-c', '6', '-j', '2', '-T', '12', map({ ('-f', $_ . '@2') } @writers), '-f', $converter . '@3', '-f', $kept . '@8', '-f', $new . '@4', 'postgres' ],
        0, [qr/number of failed transactions: 0/], [qr/^(?!.*(ERROR|aborted))/s], "$mode: nobody misses a row");
}
cmp_ok($node->safe_psql('postgres', 'SELECT max(chunks) FROM skipped'), '>', 1, 'chunks have been skipped');
is($node->safe_psql('postgres', 'SELECT count(*) FROM varve_catalog.chunk_range r WHERE NOT EXISTS (SELECT FROM varve_catalog.chunk c WHERE c.relation = r.relation)'), '0', 'no range is left over');
$node->stop;
done_testing();
