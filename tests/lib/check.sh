#!/bin/bash
# check.sh all|fast|asan: runs the floors of tests, goes on after a failure, ends with a table of
# single test points (kept in build/tally) under what each failed one said. Exits 1 when one failed
# or none ran.
set -uo pipefail
cd "$(dirname "$0")/../.."
mkdir -p build
export TALLY=$PWD/build/tally
: >"$TALLY" >"$TALLY.failed"

FAILED_LINES_MAX=200
FLOOR_SECONDS=1800 # a floor that hangs is a failure; the longest takes ten minutes where nothing else runs

there() { # FLOOR: a floor is its folder's test programs
    compgen -G "tests/${1%-replay}/*_test.c" >/dev/null || compgen -G "tests/${1%-replay}/*.t" >/dev/null ||
        compgen -G "tests/${1%-replay}/*.sql" >/dev/null
}

floors() { # FLAVOUR FLOOR...
    local flavour=$1 floor lines rc
    shift
    for floor in "$@"; do
        there "$floor" || continue
        lines=$(wc -l <"$TALLY")
        echo "== $floor ($flavour)"
        rc=0
        timeout --kill-after=30 $FLOOR_SECONDS \
            make --no-print-directory -s -j2 FLAVOUR="$flavour" "$floor" </dev/null || rc=$?
        # it did not come as far as its tests, or failed beside them
        if [ "$(wc -l <"$TALLY")" = "$lines" ] || { [ $rc != 0 ] && ! failed_since "$lines"; }; then
            echo "$floor/$flavour 0 1 0" >>"$TALLY"
        fi
    done
}

failed_since() { # LINES
    awk -v from="$1" 'NR > from { f += $3 } END { exit f == 0 }' "$TALLY"
}

builds() { # FLAVOUR: warnings are errors
    echo "== build ($1)"
    if make --no-print-directory -s -j2 FLAVOUR="$1" build </dev/null; then
        echo "build/$1 1 0 0" >>"$TALLY"
    else
        echo "build/$1 0 1 0" >>"$TALLY"
    fi
}

case ${1:-all} in
fast)
    builds release
    floors release lint unit store
    ;;
asan)
    builds asan
    floors asan unit store form http fire
    ;;
all)
    builds release
    builds clang
    floors release lint unit store form sql http fire fuzz-replay
    floors clang unit
    builds asan
    floors asan unit store form http fire
    ;;
esac

if [ -s "$TALLY.failed" ]; then
    echo '== failed'
    head -n $FAILED_LINES_MAX "$TALLY.failed"
fi
awk '
    function row(name, p, f, s) { printf "%-20s %6d passed %5d failed %5d skipped\n", name, p, f, s }
    { row($1, $2, $3, $4); p += $2; f += $3; s += $4 }
    END { row("all", p, f, s); exit f > 0 || p == 0 }
' "$TALLY"
