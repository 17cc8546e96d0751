# TAP from bash, to be sourced:
#   ok NAME COMMAND...        passes when the command succeeds
#   is NAME GOT WANTED        passes when both are the same text
#   like NAME GOT REGEX       passes when the regular expression (bash's) is found
#   skip NAME REASON
#   done_testing              last: prints the plan, fails when a point failed

tap_count=0
tap_failed=0

tap_point() { # STATUS NAME
    tap_count=$((tap_count + 1))
    if [ "$1" = 0 ]; then
        echo "ok $tap_count - $2"
    else
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $2"
    fi
}

tap_note() { printf '%s\n' "$1" | head -40 | sed 's/^/# /'; }

ok() {
    local name=$1 out rc=0
    shift
    out=$("$@" 2>&1) || rc=$?
    tap_point $rc "$name"
    [ $rc = 0 ] || tap_note "$* -> $rc: $out"
}

is() {
    if [ "$2" = "$3" ]; then
        tap_point 0 "$1"
    else
        tap_point 1 "$1"
        tap_note "got:    $2"
        tap_note "wanted: $3"
    fi
}

like() {
    if [[ $2 =~ $3 ]]; then
        tap_point 0 "$1"
    else
        tap_point 1 "$1"
        tap_note "got:  $2"
        tap_note "like: $3"
    fi
}

skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

done_testing() {
    echo "1..$tap_count"
    [ $tap_failed = 0 ]
}
