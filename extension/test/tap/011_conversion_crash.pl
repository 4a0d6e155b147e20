# A server that is killed after a conversion has its rows, and one killed during it has the plain
# table: with WAL for new tables, and without (wal_level = minimal).
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

for my $level (qw(replica minimal)) {
    my $node = PostgreSQL::Test::Cluster->new($level);
    $node->init;
    $node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\nwal_level = $level\nmax_wal_senders = 0\nwal_skip_threshold = 0");
    $node->start;
    my $rows = "SELECT '2024-01-01'::timestamptz + i * interval '1 hour', i, repeat(md5(i::text), 200) FROM generate_series(1, 2000) AS i";
    my $columns = '(time timestamptz NOT NULL, v int, doc text)';
    my $convert = sub { return "SELECT create_hypertable('$_[0]', by_range('time'), migrate_data => true);" };
    $node->safe_psql('postgres', qq{
        CREATE EXTENSION varve;
        CREATE TABLE earlier $columns;
        CREATE INDEX ON earlier (v);
        INSERT INTO earlier $rows;
        CREATE TABLE unfinished AS TABLE earlier;
        CREATE INDEX ON unfinished (v);
        CHECKPOINT;
        } . $convert->('earlier'));
    $node->safe_psql('postgres', qq{
        BEGIN;
        CREATE TABLE fresh $columns;
        CREATE INDEX ON fresh (v);
        INSERT INTO fresh $rows;
        } . $convert->('fresh') . q{
        INSERT INTO fresh VALUES ('2030-01-01', 0, 'new');
        COMMIT;
    });
    my $session = $node->background_psql('postgres');
    $session->query_safe('BEGIN;' . $convert->('unfinished'));
    $node->stop('immediate');
    $node->start;

    my $sum = 'count(*), count(DISTINCT tableoid), sum(v), sum(length(doc))';
    is($node->safe_psql('postgres', "SELECT $sum FROM earlier"), '2000|13|2001000|12800000', "$level: rows of a table that was there");
    is($node->safe_psql('postgres', "SELECT $sum FROM fresh"), '2001|14|2001000|12800003', "$level: rows of a table of the same transaction");
    is($node->safe_psql('postgres', "SELECT $sum FROM unfinished"), '2000|1|2001000|12800000', "$level: an unfinished conversion left the table as it was");
    is($node->safe_psql('postgres', 'SET enable_seqscan = off; SELECT count(*) FROM unfinished WHERE v > 0 UNION ALL SELECT count(*) FROM earlier WHERE v > 0'),
        "2000\n2000", "$level: indexes are whole");
    is($node->safe_psql('postgres', 'SELECT relation FROM varve_catalog.hypertable ORDER BY id'), "earlier\nfresh", "$level: the catalog knows two");
    is($node->safe_psql('postgres', 'SELECT count(*) FROM varve_catalog.chunk c WHERE NOT EXISTS (SELECT FROM pg_class WHERE oid = c.relation)'), '0', "$level: no orphan");
    $node->safe_psql('postgres', $convert->('unfinished'));
    is($node->safe_psql('postgres', "SELECT $sum FROM unfinished"), '2000|13|2001000|12800000', "$level: and can be finished");
    $node->stop;
}
done_testing();
