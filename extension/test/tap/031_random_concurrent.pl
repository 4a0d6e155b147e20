# Sessions that write random statements at the same time, each to keys of its own, find their rows in a
# hypertable as in a plain table after every statement, while chunks are made, filled, dropped and made
# anew around them, and their own are merged, split and converted to columns and back. VARVE_RANDOM_SEED and VARVE_RANDOM_SECONDS (20) as in 030_random.pl; a seed repeats the
# statements, not the order in which sessions take turns.
use strict;
use warnings;
use Cwd qw(abs_path);
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use Random::Statements;
use Random::Table;
use Random::Values;

use constant { SESSIONS => 4, STEPS => 40, STRANGER => 1000, TRIES => 15 };

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q{
    shared_preload_libraries = 'varve'
    fsync = off
    timescaledb.enable_chunk_skipping = on
    jit = off
    max_locks_per_transaction = 1024
    log_statement = none
});
$node->start;
$node->safe_psql('template1', 'CREATE EXTENSION varve; ' . Random::Table::TYPES);
my $directory = abs_path($PostgreSQL::Test::Utils::tmp_check);

sub start_session
{
    my ($database, $name, $sql) = @_;
    my $file = "$directory/$database.$name.sql";
    append_to_file($file, "\\set VERBOSITY verbose\nSET client_min_messages = error; SET deadlock_timeout = '50ms';\n$sql");
    my %session = (name => $name, out => '', err => '');
    $session{handle} = IPC::Run::start([ $node->installed_command('psql'), '-XAtq', '-d', $node->connstr($database), '-f', $file ],
        '<', \undef, '>', \$session{out}, '2>', \$session{err});
    return \%session;
}

# A statement that makes chunks in another order than a second session may be the victim of a deadlock, and
# is tried again, as an application has to: after a pause of random length, since those who come back at once
# only meet again.
sub persistently
{
    my ($statement, $try) = (@_, 1);
    my $sql = "$statement\\set found :SQLSTATE\n";
    return $sql if $try == TRIES;
    return "${sql}SELECT :'found' = '40P01' AS again \\gset\n\\if :again\nSELECT pg_sleep(random() * 0.05 * $try);\n"
        . persistently($statement, $try + 1) . "\\endif\n";
}

sub writer
{
    my ($table) = @_;
    my $own = sub { "(SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM $_[0].t WHERE " . $table->mine . ')' };
    my $sql = "SET search_path = plain, public;\n" . join('', $table->preparation);
    for my $step (0 .. STEPS - 1)
    {
        my $statement = single_write($table);
        # Output would be compared here if two states were two sessions; the rows say the same.
        $sql .= "\\o /dev/null\n\\warn \@\@\@ $step\nSET search_path = plain, public;\n$statement\\set expected :SQLSTATE\n";
        $sql .= "SET search_path = hyper, public;\n" . persistently($statement);
        $sql .= "\\o\n";
        $sql .= "SELECT 'step $step', :'expected', :'found' WHERE (:'expected' = '00000') <> (:'found' = '00000') OR " . $own->('plain')
            . ' IS DISTINCT FROM ' . $own->('hyper') . ";\n";
    }
    return $sql . "\\echo done\n";
}

# Two chunks of the writers become one, or one two; psql runs what the query makes.
sub rewriting
{
    return "SELECT format('CALL split_chunk(%L::regclass)', relation) FROM varve_catalog.chunk
        WHERE range_end::numeric - range_begin > CASE (SELECT atttypid FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'time') WHEN 'date'::regtype THEN 172799999999 ELSE 5 END ORDER BY random() LIMIT 1\n\\gexec\n"
        if chance(0.5);
    return "SELECT format('CALL merge_chunks(%L::regclass, %L::regclass)', c.relation, d.relation) FROM varve_catalog.chunk c
        JOIN varve_catalog.chunk d ON c.hypertable_id = d.hypertable_id AND c.range_end = d.range_begin ORDER BY random() LIMIT 1\n\\gexec\n";
}

# Or, in every other table, a chunk of the writers becomes columnar, or rows again.
sub converting
{
    return 'SELECT count(' . pick(('compress_chunk(relation)') x 2, 'decompress_chunk(relation, true)') . ") > 0 FROM (SELECT * FROM varve_catalog.chunk ORDER BY random() LIMIT 1) c;\n";
}

# Rows of a stranger, in a range that no writer reaches, of which chunks keep being dropped.
sub maintainer
{
    my ($table, $columnar) = @_;
    my $times = $table->{times};
    my $at = sub { time_sql($times, $times->{text}->($times->{around} - $times->{around} % $times->{width} + (20_000 + $_[0]) * $times->{width})) };
    my $sql = "SET search_path = hyper, public;\n";
    for (1 .. STEPS)
    {
        my $first = between(0, 7);
        $sql .= 'INSERT INTO t (time, k) SELECT time, ' . STRANGER . ' FROM (VALUES ' . join(', ', map { '(' . $at->($_) . ')' } $first .. $first + between(0, 3))
            . ") v(time) ON CONFLICT DO NOTHING;\n";
        $sql .= pick("ANALYZE t;\n", "VACUUM t;\n", map { $columnar ? converting() : rewriting() } 1 .. 2);
        $sql .= "SELECT count(*) > 0 FROM drop_chunks('t', newer_than => " . $at->($first) . ', older_than => ' . $at->($first + between(1, 4)) . ");\n";
    }
    return $sql . "\\echo done\n";
}

my @kinds = grep { $_ ne 'smallint' } sort keys %TIMES;    # there is room for a stranger
my $seed = $ENV{VARVE_RANDOM_SEED};
my $until = time + ($ENV{VARVE_RANDOM_SECONDS} // 20);
my $first = $seed // $ENV{VARVE_RANDOM_FROM} // 1;
my ($rounds, $bad, $deadlocks) = (0, 0, 0);

sub complain { diag("seed $_[0]: $_[1]; repeat with VARVE_RANDOM_SEED=$_[0]"); $bad++; }

for (my $at = $first; time < $until && $bad < 3; $at++)
{
    srand($at);
    my $columnar = $at % 2 == 0;
    my $database = "c$at";
    my $table = Random::Table->new(kinds => \@kinds, keys => [ 0, SESSIONS * 10 - 1 ]);
    my $definition = join('', $table->definition) . 'INSERT INTO dim VALUES (' . STRANGER . ", 'stranger');\n";
    my $interval = $table->{times}{interval}->($table->{times}{width});
    $node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template1");
    $node->safe_psql($database, "CREATE SCHEMA plain; CREATE SCHEMA hyper; SET search_path = plain, public; $definition
        SET search_path = hyper, public; $definition SELECT create_hypertable('t', 'time', chunk_time_interval => $interval); "
        . ($columnar ? 'ALTER TABLE t SET (timescaledb.compress); ' . q{SELECT enable_chunk_skipping(attrelid, attname, true) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'time' AND atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype)} : ''));
    my @scripts = ((map { [ "writer$_", writer($table->with_keys($_ * 10, $_ * 10 + 9)) ] } 0 .. SESSIONS - 1), [ 'maintainer', maintainer($table, $columnar) ]);
    my @sessions = map { start_session($database, @$_) } @scripts;
    for my $session (@sessions)
    {
        $session->{handle}->finish;
        $deadlocks += () = $session->{err} =~ /40P01/g;
        my $out = $session->{out} =~ s/^[tf]?\n//mgr;
        complain($at, "$session->{name} says " . ($out =~ /\A(.*)/)[0] . " (state of the plain table, of the hypertable)") if $out ne "done\n";
        complain($at, "$session->{name} met an internal error: $1") if $session->{err} =~ /((?:PANIC|FATAL|ERROR):  (?:XX|57|25P|08).*)/;
        complain($at, "$session->{name} met $1") if $session->{name} eq 'maintainer' && $session->{err} =~ /(ERROR:  (?!40P01).*)/;
    }
    my $differences = $node->safe_psql($database, q{
        SELECT count(*) FROM ((SELECT t::text FROM plain.t EXCEPT ALL SELECT t::text FROM hyper.t WHERE k <> 1000)
            UNION ALL (SELECT t::text FROM hyper.t WHERE k <> 1000 EXCEPT ALL SELECT t::text FROM plain.t)) d});
    complain($at, "$differences rows differ at the end") if $differences;
    $rounds++;
    $node->safe_psql('postgres', "DROP DATABASE $database");
    last if defined $seed;
}
diag("seeds $first to " . ($first + $rounds - 1) . ": $rounds rounds of " . SESSIONS . ' x ' . STEPS . " statements, $deadlocks deadlocks resolved");
is($bad, 0, "$rounds rounds of concurrent writers, from seed $first on, leave what a plain table holds");
$node->stop;
done_testing();
