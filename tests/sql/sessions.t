#!/bin/bash
# What takes two sessions (lib/sessions.sql), on a database of its own.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${TEST_CLUSTER:-}" ]; then exec "$here/../lib/with_db.sh" "$0"; fi
. "$here/../lib/pg.sh"
pg_fresh jamund_sessions
pg_sql --dbname=jamund_sessions --file="$here/lib/sessions.sql"
