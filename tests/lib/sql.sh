#!/bin/bash
# sql.sh PROVE...: the pgTAP files on a freshly migrated database, as its superuser (a test takes
# the role it is about: `set local role jamund`). Each file begins, plans and rolls back.
set -euo pipefail
. "$(dirname "$0")/pg.sh"

pg_fresh jamund_sql
pg_sql --dbname=jamund_sql -c 'create extension if not exists pgtap'
exec "$@" --ext .sql --source pgTAP --pgtap-option username=postgres --pgtap-option dbname=jamund_sql
