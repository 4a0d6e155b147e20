# A byte of a row group that is not what it was gives an error that says so and where, or the right answer;
# never a crash, never other rows. Bytes are changed in the files of a server that is down: those of
# heads, descriptors, segments, bloom filters and bitmaps of deleted rows, one at a time, and put back.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('corrupt');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\nautovacuum = off\nfsync = off");
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION varve;
    CREATE TABLE t (time timestamptz NOT NULL, id int, v float8, f float4, n numeric, tag text, doc text, u uuid, b bool, j jsonb, i interval, p point);
    SELECT create_hypertable('t', by_range('time', interval '1 year'));
    INSERT INTO t SELECT '2024-01-01'::timestamptz + i * interval '1 minute', i, sin(i), CASE WHEN i % 3 = 0 THEN i * 0.5 END, i * 0.25, 'tag' || i % 10, md5(i::text),
        md5((i % 500)::text)::uuid, i % 7 = 0, jsonb_build_object('k', i % 20), make_interval(secs => i), point(i, i % 3) FROM generate_series(1, 6000) AS i;
    ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = 'tag', tsdb.orderby = 'time', tsdb.sparse_index = 'bloom(doc), bloom(u)');
    SELECT compress_chunk(c) FROM show_chunks('t') c;
});
like($node->safe_psql('postgres', 'EXPLAIN DELETE FROM t WHERE id % 30 = 3'), qr/Vectorized Delete: true/, 'rows are deleted by vectors');
$node->safe_psql('postgres', 'DELETE FROM t WHERE id % 30 = 3; CHECKPOINT');
my $sum = "SELECT count(*), md5(string_agg(t::text, ',' ORDER BY id)), (SELECT count(*) FROM t WHERE doc = md5('17')), (SELECT count(*) FROM t WHERE u = md5('none')::uuid) FROM t";
my $expected = $node->safe_psql('postgres', $sum);
my $file = $node->data_dir . '/' . $node->safe_psql('postgres',
    "SELECT pg_relation_filepath(reltoastrelid) FROM pg_class WHERE oid = '_timescaledb_internal._hyper_1_1_chunk'::regclass");
$node->stop;

# Where the bytes of chunk_data lie: of each tuple of each page, behind its header, two integers and a length.
my $pages = slurp_file($file);
my @places;
for (my $page = 0; $page < length $pages; $page += 8192) {
    my $end_of_pointers = unpack('v', substr($pages, $page + 12, 2));
    for (my $at = $page + 24; $at < $page + $end_of_pointers; $at += 4) {
        my $pointer = unpack('V', substr($pages, $at, 4));
        my ($offset, $state, $length) = ($pointer & 0x7fff, $pointer >> 15 & 3, $pointer >> 17);
        next if $state != 1;
        my $tuple = $page + $offset;
        my $data = ord(substr($pages, $tuple + 22, 1)) + 12;
        push @places, [ $tuple + $data, $length - $data ];
    }
}
cmp_ok(scalar @places, '>', 10, 'tuples of the store are found');

srand($ENV{VARVE_RANDOM_SEED} // 1);
my ($errors, $answers) = (0, 0);
my @bitmaps = grep { $_->[1] == 136 } @places;
is(scalar @bitmaps, 2, 'there is a bitmap for each vector that had such rows');
my @filters = grep { substr($pages, $_->[0], 4) eq 'VBF1' } @places;
is(scalar @filters, 2, 'there are two filters');
my @cases = (map({ [ $places[0][0] + $_, 1 << $_ % 8 ] } 0 .. 30),  # the head of the group and its descriptor's
    map({ my $place = $places[ rand @places ]; [ $place->[0] + int(rand $place->[1]), 1 << int(rand 8) ] } 1 .. 40),
    map({ my $place = $filters[ $_ % 2 ]; [ $place->[0] + ($_ < 64 ? $_ / 2 : int(rand $place->[1])), 1 << int(rand 8) ] } 0 .. 80),
    map({ [ $bitmaps[0][0] + 8 * $_ + int(rand 8), 1 << int(rand 8) ] } 0 .. 16));
for my $case (@cases) {
    my ($at, $bits) = @$case;
    my $put = sub {
        open(my $handle, '+<', $file) or die;
        binmode $handle;
        seek($handle, $at, 0);
        print $handle $_[0];
        close $handle;
    };
    my $byte = substr($pages, $at, 1);
    $put->(chr(ord($byte) ^ $bits));
    $node->start;
    my ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sum");
    $node->stop('immediate');
    $put->($byte);
    if ($status == 0) {
        is($out, $expected, "byte $at ^ $bits: the right answer");
        ++$answers;
    } else {
        like($err, qr/ERROR:  (XX001|0A000): .*\n.*Chunk "_hyper_1_1_chunk", row group 0/, "byte $at ^ $bits: an error that says where");
        ++$errors;
    }
}
cmp_ok($errors, '>', 30, "damage is seen: $errors of " . scalar @cases);
$node->start;
is($node->safe_psql('postgres', $sum), $expected, 'nothing is wrong when all bytes are back');
$node->stop;
done_testing();
