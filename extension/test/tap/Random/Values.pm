# Random numbers, times and values, drawn from the shapes that break code: borders of chunks, ends of
# types, NULL, NaN, infinities, minus zero, values that are compressed or moved out of line.
package Random::Values;
use strict;
use warnings;
use Exporter 'import';
use POSIX qw(floor strftime);
our @EXPORT = qw(chance pick some between quoted %TIMES %COLUMNS near_time any_time time_sql shift_sql
    some_shift);

sub chance { return rand() < $_[0]; }
sub pick { return $_[ int(rand(@_)) ]; }
sub between { return $_[0] + int(rand($_[1] - $_[0] + 1)); }

# Some of them, at least one, in their order.
sub some
{
    my @chosen = grep { chance(0.5) } @_;
    return @chosen ? @chosen : pick(@_);
}

sub quoted
{
    my ($text) = @_;
    return 'NULL' unless defined $text;
    $text =~ s/'/''/g;
    return $text =~ /\\/ ? "E'" . ($text =~ s/\\/\\\\/gr) . "'" : "'$text'";
}

# Times are integers here: microseconds since 1970, days, or the integers themselves. `widths` are
# chunk intervals in that unit, `interval` turns one into SQL.
use constant SECOND => 1_000_000;
use constant DAY => 86_400 * SECOND;

sub microseconds_text
{
    my ($time) = @_;
    my $seconds = floor($time / SECOND);
    $seconds-- while $seconds * SECOND > $time;    # a double may have rounded up
    return strftime('%Y-%m-%d %H:%M:%S', gmtime($seconds)) . sprintf('.%06d', $time - $seconds * SECOND);
}

sub instants
{
    my ($type, $zone) = @_;
    return {
        type => $type, base => $type, widths => [ DAY, 3600 * SECOND, 7 * DAY, 30 * DAY ], around => 19_723 * DAY,
        interval => sub { "interval '$_[0] microseconds'" },
        text => sub { microseconds_text($_[0]) . $zone },
        shift => sub { "interval '$_[0] microseconds'" },
        ends => [ "4714-11-24 00:00:00 BC", '294276-12-31 23:59:59.999999', '0001-01-01 00:00:00', '1970-01-01 00:00:00' ],
    };
}

sub integers
{
    my ($type, $lowest, $highest, @widths) = @_;
    return {
        type => $type, base => $type, widths => \@widths, around => 0,
        interval => sub { $_[0] }, text => sub { $_[0] }, shift => sub { $_[0] },
        ends => [ $lowest, $highest, $lowest + 1, $highest - 1, 0, -1 ],
    };
}

our %TIMES = (
    timestamptz => instants('timestamptz', '+00'),
    timestamp => instants('timestamp', ''),
    date => {
        type => 'date', base => 'date', widths => [ 1, 10, 30 ], around => 19_723,
        interval => sub { "interval '$_[0] days'" },
        text => sub { strftime('%Y-%m-%d', gmtime($_[0] * 86_400)) },
        shift => sub { $_[0] },
        ends => [ '4714-11-24 BC', '290000-12-31', '0001-01-01', '1969-12-31' ],
    },
    smallint => integers('smallint', -32768, 32767, 10, 1, 1000),
    integer => integers('integer', -2147483648, 2147483647, 10, 1000),
    bigint => integers('bigint', '-9223372036854775808', '9223372036854775806', 10, 1_000_000_000_000),
    instant => { %{ instants('timestamptz', '+00') }, type => 'instant' },    # domains
    tick => { %{ integers('integer', -2147483648, 2147483647, 10, 7) }, type => 'tick' },
);

# A time in or beside one of a dozen chunks, often exactly at a border.
sub near_time
{
    my ($times) = @_;
    my $width = $times->{width};
    my $chunk = floor($times->{around} / $width) + between(-2, 9);
    my $offset = pick(0, 0, 1, $width - 1, int($width / 2), between(0, $width - 1), between(0, $width - 1));
    return $chunk * $width + ($offset % $width);
}

# Mostly that, else at the ends of the type where the case has them; as text.
sub any_time
{
    my ($times) = @_;
    return pick(@{ $times->{ends} }) if $times->{extreme} && chance(0.03);
    return $times->{text}->(near_time($times));
}

sub time_sql { my ($times, $text) = @_; return quoted($text) . "::$times->{base}"; }

# By how much an UPDATE moves times: within the chunk, to the next ones, or far.
sub some_shift
{
    my ($times) = @_;
    my $width = $times->{width};
    return pick(1, -1, $width, -$width, 3 * $width, 12 * $width, -25 * $width, int($width / 2) || 1);
}
sub shift_sql { my ($times, $shift) = @_; return '(' . $times->{shift}->($shift) . ')'; }

sub letters { return join '', map { pick('a' .. 'f', ' ', "'", '\\', "\t", ',', 'é') } 1 .. between(0, 9); }

# Half of the long ones compress well.
sub text_value
{
    return letters() if chance(0.97);
    return chance(0.5) ? letters() x 700 : join '', map { sprintf '%08x', int(rand(2**32)) } 1 .. between(300, 900);
}

# By name: the type, and what makes a value as text. Sums of doubles are exact, whatever their order:
# the queries leave out those for which that does not hold.
our %COLUMNS = (
    v => [ 'float8', sub { chance(0.15) ? pick('NaN', 'Infinity', '-Infinity', '-0', '1e308', '-1e-320', '0') : between(-400, 400) / 4 } ],
    n => [ 'numeric', sub { pick('NaN', 'Infinity', '0', '-0.000', '1.0', '1.00', between(-999, 999) / 8, '9' x between(1, 60), '1e-30') } ],
    s => [ 'text', \&text_value ],
    w => [ 'varchar(12)', \&letters ],
    f => [ 'float4', sub { chance(0.2) ? pick('NaN', '-0', '-Infinity', '3.4e38') : between(-40, 40) / 2 } ],
    b => [ 'boolean', sub { pick('t', 'f') } ],
    x => [ 'smallint', sub { chance(0.1) ? pick(-32768, 32767) : between(-9, 9) } ],
    l => [ 'bigint', sub { chance(0.1) ? pick('-9223372036854775808', '9223372036854775807') : between(-99, 99) } ],
    j => [ 'jsonb', sub { pick('null', '{}', '[1, 2.50, "x"]', '{"a": {"b": null}}', between(0, 9), '"' . ('long ' x between(0, 900)) . '"') } ],
    a => [ 'int[]', sub { '{' . join(',', map { chance(0.1) ? 'NULL' : between(0, 9) } 1 .. between(0, 6)) . '}' } ],
    i => [ 'interval', sub { between(-40, 40) . ' ' . pick('days', 'mons', 'hours', 'us') } ],
    u => [ 'uuid', sub { join '', map { sprintf '%08x', int(rand(4)) } 1 .. 4 } ],
    y => [ 'bytea', sub { '\\x' . 'ff00' x (chance(0.02) ? 1500 : between(0, 8)) } ],
    o => [ 'timestamptz', sub { pick('infinity', '-infinity', '2024-03-31 01:30:00+00', '1900-01-01 00:00:00+00') } ],
    h => [ 'inet', sub { pick('10.0.0.1', '10.0.0.0/8', '::1') } ],
    c => [ '"char"', sub { pick('a' .. 'e') } ],
);

1;
