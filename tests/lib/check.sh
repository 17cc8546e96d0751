#!/bin/bash
# check.sh all|fast|asan: runs the floors of tests, goes on after a failure, ends with a table of
# single test points (kept in build/tally). Exits 1 when one failed or none ran.
set -uo pipefail
cd "$(dirname "$0")/../.."
mkdir -p build
export TALLY=$PWD/build/tally
: >"$TALLY"

there() { # FLOOR: a floor is its folder's test programs
    compgen -G "tests/$1/*_test.c" >/dev/null || compgen -G "tests/$1/*.t" >/dev/null ||
        compgen -G "tests/$1/*.sql" >/dev/null
}

floors() { # FLAVOUR FLOOR...
    local flavour=$1 floor lines
    shift
    for floor in "$@"; do
        there "$floor" || continue
        lines=$(wc -l <"$TALLY")
        echo "== $floor ($flavour)"
        make --no-print-directory -s -j2 FLAVOUR="$flavour" "$floor" </dev/null
        if [ "$(wc -l <"$TALLY")" = "$lines" ]; then # it did not come as far as its tests
            echo "$floor/$flavour 0 1 0" >>"$TALLY"
        fi
    done
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
    floors release lint unit store form sql http fire
    floors clang unit
    there fuzz && make --no-print-directory -s -j2 fuzz-replay </dev/null
    builds asan
    floors asan unit store form http fire
    ;;
esac

awk '
    function row(name, p, f, s) { printf "%-20s %6d passed %5d failed %5d skipped\n", name, p, f, s }
    { row($1, $2, $3, $4); p += $2; f += $3; s += $4 }
    END { row("all", p, f, s); exit f > 0 || p == 0 }
' "$TALLY"
