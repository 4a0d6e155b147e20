# Runs the same steps in every state, and finds the first one whose outcome differs.
package Random::Comparison;
use strict;
use warnings;
use Cwd qw(abs_path);
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Random::Values;

# A state is a schema in which the table of the case exists, as the state has it:
#   name       of the schema; the first state is what the others are compared with
#   settings   SQL at the beginning of its session
#   adopt      SQL after the empty table was created
#   settle     SQL half way through, when the table holds rows
#   database   1 where it has a database of its own: serializable transactions that make chunks meet in our catalog,
#              and the more there are at a time, the more of them fail
#   maintain   a list of SQL, of which something runs now and then between two steps
# SQL may hold %TIME (the chunk interval of the case), %WIDTH (half of it) and %HALF (0 or 1, by chance). None
# of it may change what a query returns.
sub state_sql
{
    my ($table, $sql) = @_;
    my $times = $table->{times};
    my $interval = $times->{interval}->($times->{width});
    my $half = $times->{interval}->(int($times->{width} / 2) || 1);
    return $sql =~ s/%TIME/$interval/gr =~ s/%WIDTH/$half/gr =~ s/%HALF/$table->{half}/gr;
}

# The script of one state. Marks tell steps apart: "@@@ number" begins one, "@@ SQLSTATE" is behind the
# output of each statement. Maintenance has marks of its own.
sub script
{
    my ($table, $state, $case) = @_;
    my $sql = "\\set VERBOSITY verbose\nSET client_min_messages = error; SET search_path = $state->{name}, public;\n";
    $sql .= "SET timezone = '$case->{zone}';\nSET deadlock_timeout = '10s';\n";
    $sql .= join("\n", map { "$_;" } @{ $case->{settings}{ $state->{name} } }) . "\n";
    $sql .= "CREATE SCHEMA $state->{name};\n" . join('', @{ $case->{definition} });
    $sql .= maintenance($table, $state->{adopt});
    $sql .= join('', @{ $case->{preparation} });
    my $step = 0;
    for (@{ $case->{steps} })
    {
        $sql .= maintenance($table, $state->{settle}) if $step == int(@{ $case->{steps} } / 2);
        $sql .= maintenance($table, $case->{maintenance}{ $state->{name} }[$step]);
        $sql .= "\\echo \@\@\@ $step\n\\warn \@\@\@ $step\n" . join('', map { "$_\\echo \@\@ :SQLSTATE :ROW_COUNT\n" } @{ $_->{statements} });
        $sql .= "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM t;\n";
        $sql .= "SELECT count(*), md5(string_agg(l::text, '|' ORDER BY l::text)) FROM log l;\n" if $table->{audited};
        $step++;
    }
    return $sql . "\\echo \@\@\@ end\n";
}

sub maintenance
{
    my ($table, $sql) = @_;
    return '' unless $sql;
    return "\\echo \@\@\@ maintenance\n\\warn \@\@\@ maintenance\n" . state_sql($table, $sql) . ";\n\\echo \@\@ :SQLSTATE\n";
}

# Chooses everything that chance decides beside the steps, so that it does not depend on the states' order.
sub plan
{
    my ($table, $states, $steps) = @_;
    my %case = (
        steps => $steps, definition => [ $table->definition ], preparation => [ $table->preparation ],
        zone => pick('UTC', 'America/New_York', 'Asia/Kathmandu'));
    for my $state (@$states)
    {
        my @maintain = @{ $state->{maintain} // [] };
        $case{maintenance}{ $state->{name} } = [ map { @maintain && chance(0.08) ? pick(@maintain) : undef } @$steps ];
        $case{settings}{ $state->{name} } = [ @{ $state->{settings} // [] }, map { pick(@$_) } @{ $state->{options} // [] } ];
    }
    return \%case;
}

sub database_of { my ($state, $database) = @_; return $state->{database} ? "$database$state->{name}" : $database; }

# The databases of a case.
sub databases { my ($states, $database) = @_; my %names = map { database_of($_, $database) => 1 } @$states; return sort keys %names; }

# What the states have printed: per state and step a list of lines, and how each ended.
sub run
{
    my ($node, $database, $table, $states, $case) = @_;
    my (@running, %outcome);
    for my $state (@$states)
    {
        my $own = database_of($state, $database);
        my $file = abs_path($PostgreSQL::Test::Utils::tmp_check) . "/$database.$state->{name}";
        unlink "$file.sql";
        append_to_file("$file.sql", script($table, $state, $case));
        my %session = (name => $state->{name}, out => '', err => '', file => $file);
        $session{handle} = IPC::Run::start(
            [ $node->installed_command('psql'), '-XAtq', '-v', "file=$file.data", '-d', $node->connstr($own), '-f', "$file.sql" ],
            '<', \undef, '>', \$session{out}, '2>', \$session{err});
        push @running, \%session;
    }
    for my $session (@running)
    {
        $session->{handle}->finish;
        $outcome{ $session->{name} } = parse($session->{out}, $session->{err}, $case);
        $outcome{ $session->{name} }{err} = $session->{err};
    }
    return \%outcome;
}

sub parse
{
    my ($out, $err, $case) = @_;
    my %outcome = (steps => [], maintenance => []);
    for my $part (split /^\@\@\@ /m, $out)
    {
        my ($name, $lines) = $part =~ /\A(\w+)\n(.*)\z/s or next;
        if ($name eq 'maintenance') { push @{ $outcome{maintenance} }, $lines unless $lines =~ /^\@\@ 00000$/m; next; }
        $outcome{complete} = 1 if $name eq 'end';
        next if $name eq 'end';
        my @parts = map { [ split /\n/ ] } split /^(?=\@\@ )/m, $lines;
        @parts = map { [ sort @$_ ] } @parts unless $case->{steps}[$name]{ordered};
        $outcome{steps}[$name] = [ map { @$_ } @parts ];
    }
    my ($preparation) = split /^\@\@\@ /m, $err;
    push @{ $outcome{maintenance} }, $1 while ($preparation // '') =~ /(ERROR: .*)/g;
    # psql 15 does not set SQLSTATE where COPY FROM STDIN fails.
    for my $part (split /^\@\@\@ /m, $err)
    {
        my ($name, $lines) = $part =~ /\A(\d+)\n(.*)\z/s or next;
        push @{ $outcome{steps}[$name] }, map { "\@\@ $_" } $lines =~ /^psql:.*(?:ERROR|FATAL|PANIC):  (\w{5}):/mg;
    }
    return \%outcome;
}

# Where a statement breaks several rules, which row is met first decides what it says.
sub comparable
{
    my ($lines) = @_;
    return 'nothing' unless $lines;
    return join("\n", map { s/^(\@\@ )(2[123]|44)...( .*)?/$1refused/r } @$lines);
}

# The first step that differs between two states, with what to print; nothing if none does.
sub difference
{
    my ($case, $expected, $found) = @_;
    my $steps = @{ $case->{steps} };
    for my $step (0 .. $steps - 1)
    {
        my ($a, $b) = map { comparable($_->{steps}[$step]) } $expected, $found;
        return { step => $step, expected => $a, found => $b } if $a ne $b;
    }
    my @broken = map { @{ $_->{maintenance} } } $expected, $found;
    return { step => $steps, found => "definition or maintenance failed: @broken" } if @broken;
    return { step => $steps, found => 'the session was lost' } unless $found->{complete};
    return;
}

# How many steps met an error.
sub failures { my ($outcome) = @_; return scalar grep { grep { /^\@\@ (?!00000)/ } @$_ } grep { defined } @{ $outcome->{steps} }; }

1;
