# A server without the preload setting refuses the extension and says what to set.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
my ($code, $out, $err) = $node->psql('postgres', 'CREATE EXTENSION varve');
isnt($code, 0, 'refused');
like($err, qr/varve must be loaded when the server starts/, 'says why');
like($err, qr/HINT:.*shared_preload_libraries/, 'says where');

$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'");
$node->restart;
$node->safe_psql('postgres', 'CREATE EXTENSION varve');
is($node->safe_psql('postgres', 'SELECT varve_version()'), '0.1.0', 'accepted after a restart');
done_testing();
