#!/bin/bash
# README's tables whose home is the database are as a migrated one prints them.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib/pg.sh
. tests/lib/tap.sh

pg_fresh jamund_readme >/dev/null 2>&1
export JAMUND_DATABASE="host=$PGHOST dbname=jamund_readme user=$PG_DAEMON"
for table in lifecycles disclosures audiences; do
    ok "$table: as the database has it" tests/lint/readme.py --compare $table "$JAMUND"
done
done_testing
