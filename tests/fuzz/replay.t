#!/bin/bash
# Each fuzz target over its corpus, once: what was found stays mended.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/tap.sh

for source in tests/fuzz/*.c; do
    [ -e "$source" ] || break
    target=$(basename "$source" .c)
    mapfile -t inputs < <(find "tests/fuzz/corpus/$target" -type f 2>/dev/null | sort)
    if [ ${#inputs[@]} = 0 ]; then # without inputs the target would look for new ones, for ever
        ok "$target has a corpus" false
        continue
    fi
    ok "$target stands its corpus (${#inputs[@]} inputs)" "build/fuzz/tests/fuzz/$target" \
        -timeout=5 -rss_limit_mb=2048 -artifact_prefix=build/ "${inputs[@]}"
done
[ $tap_count -gt 0 ] || skip 'fuzz targets' 'there are none yet'
done_testing
