#!/bin/bash
# core/board's starts, with who, against a slow and obvious list in SQL (lib/slots.sql) on random panels.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${TEST_CLUSTER:-}" ]; then exec "$here/../lib/with_db.sh" "$0"; fi
. "$here/../lib/pg.sh"
rounds=${SLOTS_ROUNDS:-1200}
dir=$(mktemp -d /tmp/jamund-slots.XXXXXX)
trap 'rm -rf "$dir"' EXIT
pg_fresh jamund_slots
"$BUILD/tests/sql/panels" facts "$rounds" >"$dir/facts"
"$BUILD/tests/sql/panels" starts "$rounds" >"$dir/core"
pg_sql --dbname=jamund_slots --file="$here/lib/slots.sql" <"$dir/facts" | grep '|' >"$dir/sql" || :
n=$(wc -l <"$dir/sql")
echo 1..2
if [ "$n" -gt 2000 ]; then echo "ok 1 - $n starts"; else echo "not ok 1 - only $n starts"; fi
if diff "$dir/sql" "$dir/core" >"$dir/diff"; then
    echo "ok 2 - SQL and core say the same"
else
    echo "not ok 2 - SQL and core say the same"
    head -20 "$dir/diff" | sed 's/^/# /'
fi
