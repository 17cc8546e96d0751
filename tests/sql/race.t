#!/bin/bash
# 64 clients of the daemon's role race for one slot, 200 rounds: an expert's, a company's, a room's
# and one request's. Then everything at once: answers, cancels, sweeps, claims, imports. On a cluster
# of its own, so that nobody else waits for it. RACE_ROUNDS=n for fewer.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/pg.sh"
rounds=${RACE_ROUNDS:-200} clients=64 planted=4 db=race
dir=$(mktemp -d /tmp/jamund-race.XXXXXX)
chmod 711 "$dir"
trap 'pg_stop "$dir"; rm -rf "$dir"' EXIT
export PGOPTIONS='-c client_min_messages=warning'
pg_start "$dir"

client() { psql -X -q -A -t -U jamund -d "$db" "$@"; }
sql() { pg_sql --dbname="$db" "$@"; }
n=0
is() { # GOT WANT NAME
    n=$((n + 1))
    if [ "$1" = "$2" ]; then echo "ok $n - $3"; else printf 'not ok %d - %s\n# got:  %s\n# want: %s\n' $n "$3" "$1" "$2"; fi
}
race() { # FIRST LAST: the rounds; $dir/out has a line for each call
    local pids=() i
    for i in $(seq $clients); do printf '\\o %s\nselect t.script(%d, %d, %d);\n' "$dir/$i.sql" "$i" "$1" "$2"; done | sql
    rm -f "$dir/gate" # of the race before
    sql -c "select count(pg_advisory_lock(7, r)) from generate_series($1, $2) r" \
        -c '\echo gates closed' -c "call t.start($1, $2, $clients)" >"$dir/gate" &
    pids+=($!)
    until grep -qs closed "$dir/gate"; do read -rt 0.05 <> <(:) || :; done
    for i in $(seq $clients); do
        client --file="$dir/$i.sql" >"$dir/$i.out" 2>"$dir/$i.err" &
        pids+=($!)
    done
    for i in "${pids[@]}"; do wait "$i"; done
    cat "$dir"/[0-9]*.out >"$dir/out"
}
deadlocks() { # the statistics of a session arrive when it ends
    sql -c "select pg_stat_force_next_flush()" -c "select deadlocks from pg_stat_database where datname = '$db'" | tail -1
}

pg_fresh $db
sql --set=rounds=$((rounds + planted)) --file="$here/lib/race_world.sql"
race 1 "$rounds"
is "$(wc -l <"$dir/out")" $((rounds * clients)) "$clients clients, $rounds rounds: every call ended"
is "$(awk '$3 == "00000" { w[$1]++ } END { for (r in w) if (w[r] == 1) k++; print k + 0 }' "$dir/out")" "$rounds" \
    'exactly one winner in each round'
is "$(awk '$3 != "00000" { print $2, $3 }' "$dir/out" | sort -u | tr '\n' ';')" \
    'company 23P01;expert 23P01;place 23P01;request JM002;' 'every loser learns why'
is "$(sql -c 'select count(*) from t.overlap')" 0 'nobody is in two meetings'
is "$(sql -c "select count(*) from jamund.appointments where state = 'tentative'")" "$rounds" 'one appointment per round'
is "$(sql -c 'select count(*) from jamund.holds h where not exists (select from jamund.appointments where id = h.appointment_id)')$(
    sql -c 'select count(*) from jamund.idempotency where status <> 201')" 00 'losers left nothing'
is "$(deadlocks)" 0 'no deadlock'

# everything at once, on what the race made
mixed() { # CLIENT: calls in an order of its own
    sql -c "select line from (
        select format('select * from api.seat_accept(t, %L) \g /dev/null', t.args(t.seat(id), '{\"via\": \"phone\"}')) as line from jamund.appointments
        union all select format('select * from api.appointment_cancel(t, %L) \g /dev/null', t.args(id, '{\"reason\": \"x\"}')) from jamund.appointments
        union all select format('select api.link_answer(%L, %L) \g /dev/null', id, t.form((array['accept', 'decline'])[1 + (random() * 1)::int], 1, 'x')) from jamund.links
        union all select 'select count(*) from api.outbox_claim(''w$1'', 5, 60) \g /dev/null' from generate_series(1, 200)
        union all select 'select count(api.outbox_sent(id, ''w$1'', ''x'')) from jamund.messages where leased_by = ''w$1'' and state = ''sending'' \g /dev/null' from generate_series(1, 100)
        union all select 'select api.offers_expire(3) \g /dev/null' from generate_series(1, 50)
        union all select format('select * from api.%s(t, %L) \g /dev/null', f, t.args(e.id, b::jsonb)) from jamund.experts e, (values
            ('absence_add', '{\"from\": \"2020-01-01T00:00:00Z\", \"until\": \"2099-01-01T00:00:00Z\"}'), ('hand_over', '{\"reason\": \"x\"}')) v (f, b)
        union all select format('select * from api.import_experts(t, %L, false) \g /dev/null', (select jsonb_agg(jsonb_build_object('line', i, 'row',
                t.expert_body('e' || i || '@example.kr', jsonb_build_object('phone', '010-' || g,
                    'term', jsonb_build_object('from', now()::date - 1, 'until', now()::date + 700)))) order by random()) from generate_series(1, 64) i))
            from generate_series(1, 3) g) x order by random() limit 250" |
        sed "s/(t, /('$(sql -c "select t.who('coordinator')")', /; s/\$/\n\\\\echo :SQLSTATE/"
}
mix() {
    local pids=() i
    for i in 1 2 3 4 5 6 7 8; do mixed $i >"$dir/mix.$i.sql"; done
    for i in 1 2 3 4 5 6 7 8; do # the owner's role: its clock is ahead, so that offers are due
        PGOPTIONS="$PGOPTIONS -c jamund.now=$(date -u -d '+8 days' +%FT%TZ)" psql -X -q -A -t -U jamund_owner -d "$db" \
            --file="$dir/mix.$i.sql" >"$dir/mix.$i.out" 2>"$dir/mix.$i.err" &
        pids+=($!)
    done
    for i in "${pids[@]}"; do wait "$i"; done
}
mix
is "$(sort "$dir"/mix.*.out | uniq | tr '\n' ' ')" '00000 JM002 ' 'all at once: done or in another state, nothing else'
is "$(deadlocks)" 0 'no deadlock'
is "$(sql -c 'select count(*) from t.overlap')" 0 'nobody is in two meetings'
is "$(sql -c 'select max(version) - count(*) from jamund.change_log')" 0 'versions have no gaps'
is "$(sql -c "select count(*) from jamund.appointments a where (state in ('tentative', 'confirmed'))
    <> exists (select from jamund.holds where appointment_id = a.id)")" 0 'who is live holds time, who is not does not'
is "$(sql -c "select count(*) from jamund.messages m join jamund.appointments a on a.id = m.appointment_id
    where m.kind = 'invite' and m.leased_by is not null and a.state = 'cancelled' and not exists (select from jamund.messages c
        where c.appointment_id = m.appointment_id and c.party = m.party and c.kind = 'cancel')")" 0 'whoever was invited to what ended is told'
is "$(sql -c "select count(*) from jamund.messages m where m.kind = 'cancel' and not exists (select from jamund.messages c
    where c.appointment_id = m.appointment_id and c.party = m.party and c.kind = 'invite' and c.leased_by is not null)")" 0 'and nobody else'
is "$(sql -c "select bool_and(x) from (select count(*) > 0 as x from jamund.audit group by action) y,
    (select count(distinct action) >= 5 as z from jamund.audit) w where z")" t 'and much of everything happened'

# the same race without the constraint: the test can fail
sql -c 'alter table jamund.holds drop constraint holds_no_overlap' -c 'delete from jamund.absences'
race $((rounds + 1)) $((rounds + planted))
is "$(sql -c 'select count(*) > 0 from t.overlap')" t 'without the constraint the overlaps are seen'
echo "1..$n"
