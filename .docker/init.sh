#!/bin/bash
# Run once by the database's container: the two roles, the database, and who may be which role. Peers
# on the socket are known by their user: nobody is the daemon, postgres migrates. No passwords.
set -euo pipefail

psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --file /jamund/roles.sql
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'END'
create database jamund owner jamund_owner;
revoke all on database jamund from public;
grant connect on database jamund to jamund;
END
cat >"$PGDATA/pg_ident.conf" <<'END'
jamund nobody   jamund
jamund postgres jamund_owner
jamund postgres postgres
END
cat >"$PGDATA/pg_hba.conf" <<'END'
local all all peer map=jamund
END
