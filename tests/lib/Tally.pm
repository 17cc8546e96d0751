# prove --harness Tally: prove as it is, a line "floor passed failed skipped" of single test points
# appended to the file $TALLY, and each point that failed, with what it says, to "$TALLY.failed".
# A test program that broke off counts as one failed point.
package Tally;
use strict;
use warnings;
use parent 'TAP::Harness';

sub append {
    my ($file, @lines) = @_;
    open my $out, '>>', $file or die "$file: $!";
    print {$out} map { "$_\n" } @lines;
    close $out or die "$file: $!";
}

sub floor { $ENV{TALLY_FLOOR} // 'tests' }

# prove shows the numbers of failed points alone; their comments come after them.
sub make_parser {
    my ($self, $job) = @_;
    my ($parser, $session) = $self->SUPER::make_parser($job);
    my $keep = 0;
    return ($parser, $session) unless $ENV{TALLY};
    $parser->callback(test => sub {
        $keep = !$_[0]->is_ok;
        append("$ENV{TALLY}.failed", floor() . ' ' . $job->description . ': ' . $_[0]->as_string) if $keep;
    });
    $parser->callback(comment => sub {
        append("$ENV{TALLY}.failed", '  ' . $_[0]->as_string) if $keep;
    });
    return ($parser, $session);
}

sub summary {
    my ($self, $all) = @_;
    $self->SUPER::summary($all);
    my ($skipped, $broken) = (scalar $all->skipped, 0);
    for my $name ($all->descriptions) {
        my ($p) = $all->parsers($name);
        $skipped++ if defined $p->skip_all;
        next unless $p->has_problems && !$p->failed;
        $broken++;
        append("$ENV{TALLY}.failed", floor() . " $name: broke off, exit " . $p->exit) if $ENV{TALLY};
    }
    my $passed = $all->passed - $all->skipped;
    my $failed = $all->failed + $broken;
    append($ENV{TALLY}, join ' ', floor(), $passed, $failed, $skipped) if $ENV{TALLY};
}

1;
