package Script;

# Files of SQL for pgbench and psql, kept with the node they are for: tests share everything else.
use strict;
use warnings;
use Exporter 'import';
use PostgreSQL::Test::Utils;
our @EXPORT = qw(script);

# The path of a new file with this text.
sub script
{
    my ($node, $name, $text) = @_;
    my $file = $node->basedir . "/$name.sql";
    append_to_file($file, $text);
    return $file;
}

1;
