#!/bin/bash
# The body of `make demo`: the service's main job, played against a running `make run`, each step
# with its request, what came back, the mails and the calendars. It may be played again and again.
set -euo pipefail
cd "$(dirname "$0")/../.."

JAMUND=$(realpath "${JAMUND:-build/release/jamund}")
state=${JAMUND_STATE:-$PWD/run}
unset JAMUND_STATE # it is no setting of the program's
here=tests/lib
TRIES=600 # a tenth of a second each

main() {
    find_service
    roster
    company_and_case
    request
    candidates
    offer
    link_page
    accept
    invitations
    feed
    next_expert
    another_time
    undo
    advice_at_once
    certificate
    how_it_stands
    expo
}

# ---- what happens ----

roster() {
    step '자문위원 명단' 'The roster from a spreadsheet: what would change, and what is wrong with a bad one'
    run import experts tests/golden/roster/experts-cp949.csv --dry-run
    run import experts tests/golden/roster/experts-faulty.csv --dry-run
}

company_and_case() {
    local name="데모정밀 $RANDOM" like
    step '기업과 기업애로' 'The visit team enters a company, its contact and the case'
    like=$(fetch "$field" /v1/companies | jq -r '.items[0].name')
    post "$field" /v1/companies "$(jq -n --arg name "(주) $like" --arg number "$($here/demo.py registration)" \
        '{name: $name, registration_number: $number, district: "suseong"}')"
    show '{code, detail, likely: [.likely[] | {name, registration_number, district}]}'
    post "$field" /v1/companies "$(jq -n --arg name "$name" --arg number "$($here/demo.py registration)" \
        '{name: $name, registration_number: $number, district: "suseong",
          address: "대구광역시 수성구 예시로 1", industry: "정밀가공"}')"
    company=$(body .id)
    post "$field" "/v1/companies/$company/contacts" "$(jq -n --arg mail "contact-$RANDOM@example.kr" \
        '{name: "김예시", email: $mail, phone: "010-0000-0000", consent: true}')"
    contact=$(body .id)
    post "$field" /v1/cases "$(jq -n --arg company "$company" \
        '{company_id: $company, channel: "visit", triage: "deep", title: "수출품 부가세 환급이 늦어집니다",
          text: "영세율 첨부서류를 어떻게 갖추어야 하는지 모르겠습니다.\n두 분기째 환급이 미뤄졌습니다."}')"
    show '{state, triage, title}'
    case=$(body .id)
}

request() {
    step '심층자문 요청' 'What the case needs: a tax expert of level 2 or more, an hour at the company'
    post "$field" /v1/requests "$(jq -n --arg case "$case" --arg contact "$contact" \
        --arg from "$(day 2 09:00)" --arg until "$(day 16 18:00)" \
        '{case_id: $case, contact_id: $contact, seats: [{field: "tax", min_level: 2}], mode: "visit",
          minutes: 60, windows: [{from: $from, until: $until}], topics: ["부가세"]}')"
    show '{state, seats, mode, minutes, windows}'
    request=$(body .id)
}

candidates() {
    step '추천' 'Who may serve it, ranked and explained; who may not, and why'
    get "$coordinator" "/v1/requests/$request/candidates"
    jq -r '.candidates[:3][] | "   \(.rank). \(.expert.name)  \(.score)점   \(.slots[:3] | join("  "))",
        (.parts[] | "      \(.points | tostring | (" " * (4 - length)) + .)  \(.ko)")' "$answer"
    echo "   … $(body '.candidates | length')명 가운데 셋 (of so many)"
    echo "   추천하지 못하는 위원 (ineligible): $(body '.ineligible | length')명"
    jq -r '[.ineligible | group_by(.reason)[] | .[0]][:6][]
        | "      \(.expert.name): \(.ko) / \(.en)"' "$answer"
    cp "$answer" "$work/candidates"
}

offer() {
    local expert start
    step '위원에게 요청' 'The best expert is asked; the time is held for everybody'
    expert=$(jq -r '.candidates[0].expert.id' "$work/candidates")
    start=$(jq -r '.candidates[0].slots[0]' "$work/candidates")
    post "$coordinator" /v1/appointments "$(jq -n --arg request "$request" --arg expert "$expert" \
        --arg start "$start" '{request_id: $request, expert_id: $expert, start: $start}')"
    show '{state, start, end: .end, place: (.place.ko), seats: [.seats[] | {expert: (.expert.name), state: .state, respond_by: .respond_by}]}'
    appointment=$(body .id)
    expert_mail=$(fetch "$manager" "/v1/experts/$expert" | jq -r .email)
    mail_of "$appointment" offer
    show_mail "$mail"
}

link_page() {
    step '위원의 페이지' 'The link in the mail: looking changes nothing'
    url=$($here/demo.py link "$mail")
    echo "→ GET ${url%/*}/… (the secret link)"
    curl -sS "$url" | $here/demo.py page | indent
}

accept() {
    step '수락' 'Only the form changes something'
    echo '→ POST (the same address)  answer=accept'
    curl -sS "$url" -d answer=accept -d revision=1 | $here/demo.py page | sed -n 1,3p | indent
}

invitations() {
    local viewer
    step '초대' 'The expert, the company and the visit team get an invitation, each with what they may see'
    for viewer in expert company field; do
        mail_of "$appointment" invite $viewer
        show_mail "$mail" | sed -e '/^ *$/,$d' -e '/Content-Type/d'
        echo
    done
    echo '   기업이 읽는 글 (what the company reads; its English part is left out here):'
    echo
    mail_of "$appointment" invite company
    show_mail "$mail" | sed -e '1,/^ *$/d' -e '/^ *---/,/^ *parts:/ { /parts:/!d }'
    echo
    $here/demo.py calendar "$mail" | indent
}

feed() {
    local feed uid
    step '구독 캘린더' "The expert's own calendar, at a secret address"
    echo "\$ jamund feed rotate $expert_mail"
    feed=$("$JAMUND" feed rotate "$expert_mail")
    echo "   ${feed%/*}/….ics (secret: told this once)"
    echo '→ GET (the feed)'
    uid=$(fetch "$coordinator" "/v1/appointments/$appointment" | jq -r .uid)
    curl -sS -D "$headers" -o "$answer" "$feed"
    grep -iE '^(HTTP|content-type|etag|cache-control|last-modified)' "$headers" | tr -d '\r' | indent
    tr -d '\r' <"$answer" | sed '/^BEGIN:VTIMEZONE/,$d' | indent
    echo "   … $(grep -c '^BEGIN:VEVENT' "$answer") events, this one among them:"
    event_of "$uid" <"$answer" | indent
    echo "→ GET (the feed)  If-None-Match: $(tag)"
    curl -sS -D - -o /dev/null -H "If-None-Match: $(tag)" "$feed" | sed -n 1p | tr -d '\r' | indent
}

# Nobody looks for the next expert where the request has the policy `auto`.
next_expert() {
    step '다음 위원에게 저절로' 'An expert declines; under the policy auto the service asks the next one by itself'
    post "$field" /v1/requests "$(jq -n --arg case "$case" --arg contact "$contact" \
        --arg from "$(day 3 09:00)" --arg until "$(day 16 18:00)" \
        '{case_id: $case, contact_id: $contact, seats: [{field: "tax", min_level: 2}], mode: "phone",
          minutes: 30, windows: [{from: $from, until: $until}], policy: "auto"}')"
    request=$(body .id)
    asked
    say_by_link answer=decline 'reason=그 주에는 출장입니다'
    asked
}

another_time() {
    local i start times=()
    step '다른 시간 제안' 'That expert proposes other times: they wait on the worklist until one is taken'
    for i in 1 2 3; do
        times+=("proposal_$i=$(TZ=Asia/Seoul date -d "$((RANDOM % 7 + 7)) days" +%F)T1$((i * 2)):00")
    done
    say_by_link answer=counter "${times[@]}"
    echo '→ GET /v1/worklist?kind=countered&all=true'
    fetch "$coordinator" '/v1/worklist?kind=countered&all=true' |
        jq --arg request "$request" '.items[] | select(.request_id == $request) | {kind, ko, en}' | indent
    get "$coordinator" "/v1/seats/$seat"
    show '{state, proposals}'
    tag >"$work/tag"
    for start in $(body '.proposals[]'); do # until one is free for the company, too
        change "$coordinator" "/v1/seats/$seat/take" "$(cat "$work/tag")" \
            "$(jq -n --arg start "$start" '{start: $start, override_reason: "위원이 스스로 제안한 시간"}')"
        if [ "$status" = 200 ]; then break; fi
        show '{code, detail, conflict, rules}'
    done
    show '{state, answered_via}'
    get "$coordinator" "/v1/appointments/$appointment"
    show '{state, start}'
}

# One right after the other, and shown afterwards: what has waited for message_wait is told, and not undone.
undo() {
    local where=/v1/appointments/$appointment why='{"reason": "다른 일정을 취소하려다 잘못 누름"}' first second
    step '되돌리기' 'Cancelled by mistake: nobody was told yet, so it is undone and nobody hears of it'
    first=$(tag)
    answer=$work/cancelled headers=$work/cancelled.headers
    send_change "$coordinator" "$where/cancel" "$first" "$why"
    second=$(tag)
    answer=$work/answer headers=$work/headers
    send_change "$coordinator" "$where/undo" "$second" '{}'
    (
        answer=$work/cancelled headers=$work/cancelled.headers
        show_change "$where/cancel" "$first" "$why"
        show '{state}'
    )
    show_change "$where/undo" "$second" '{}'
    show '{state, start}'
}

# A meeting that is still to come takes no report; and somebody may be needed today: an offer that
# breaks soft rules, with the reason, answered on the phone.
advice_at_once() {
    local start expert etag i ahead=5
    step '급한 자문과 결과' 'A report before the meeting is refused; a call at once, against soft rules, with a reason'
    get "$coordinator" "/v1/appointments/$appointment"
    change "$coordinator" "/v1/appointments/$appointment/complete" "$(tag)" "$(report)"
    show '{code, detail}'
    post "$field" /v1/requests "$(jq -n --arg case "$case" --arg contact "$contact" \
        --arg from "$(day 0 00:00)" --arg until "$(day 1 23:30)" \
        '{case_id: $case, contact_id: $contact, seats: [{field: "tax", min_level: 1}], mode: "phone",
          minutes: 15, urgency: "urgent", windows: [{from: $from, until: $until}]}')"
    request=$(body .id)
    for expert in $(jq -r '.candidates[].expert.id' "$work/candidates"); do # until one has no meeting now, and answers before it begins
        start=$(date -u -d "$ahead seconds" +%Y-%m-%dT%H:%M:%SZ)
        post "$coordinator" /v1/appointments "$(jq -n --arg request "$request" --arg expert "$expert" \
            --arg start "$start" '{request_id: $request, expert_id: $expert, start: $start,
              override_reason: "오늘이 신고 마감이라 위원과 전화로 바로 상의하기로 함"}')"
        if [ "$status" != 201 ]; then
            show '{code, detail, conflict}'
            continue
        fi
        show '{state, start, seats: [.seats[] | {expert: (.expert.name), overridden: .overridden, override_reason: .override_reason}]}'
        appointment=$(body .id)
        get "$coordinator" "/v1/seats/$(body '.seats[0].id')"
        change "$coordinator" "/v1/seats/$(body .id)/accept" "$(tag)" '{"via": "phone", "note": "통화로 수락"}'
        show '{state, answered_via}'
        if [ "$status" = 200 ]; then break; fi
        ahead=$((ahead * 2)) # on a busy machine five seconds may never do
    done
    fetch "$coordinator" "/v1/appointments/$appointment" >/dev/null
    etag=$(tag)
    for ((i = 0; i < TRIES; i++)); do # until it has begun
        change "$coordinator" "/v1/appointments/$appointment/complete" "$etag" "$(report)" >"$work/said"
        if [ "$status" != 409 ]; then break; fi
        sleep 0.1
    done
    cat "$work/said"
    show '{state, report}'
}

report() {
    echo '{"outcome": "solved", "summary": "첨부서류 목록을 안내했고 오늘 다시 신고하기로 함", "minutes": 15, "follow_up": false}'
}

certificate() {
    step '자문확인서' 'What the expert did, as a page to print and sign'
    echo "→ GET /v1/appointments/$appointment/certificate"
    fetch "$coordinator" "/v1/appointments/$appointment/certificate" | $here/demo.py page | indent
}

how_it_stands() {
    step '지금' 'How the case stands'
    get "$coordinator" "/v1/cases/$case"
    show '{title, state, request_ids}'
    for request in $(body '.request_ids[]'); do
        fetch "$coordinator" "/v1/requests/$request" | jq -c '{mode, urgency, state}' | indent
    done
}

expo() {
    local i event plan
    step '박람회 배정안' 'Many requests at once: a plan is computed and looked at; `apply` would book all of it'
    event=$(fetch "$coordinator" /v1/events | jq -r '.items[0].id')
    post "$coordinator" /v1/plans "{\"event_id\": \"$event\"}"
    plan=$(body .id)
    for ((i = 0; i < TRIES; i++)); do # until it is computed
        fetch "$coordinator" "/v1/plans/$plan" >/dev/null
        if [ "$(body .state)" != computing ]; then break; fi
        sleep 0.2
    done
    etag=$(tag)
    jq -c '{state, requests, assigned, unserved}, (.outcome | {end: .end, served, quality, load_cost, gap_ppm}), .outcome.frontier[]' \
        "$answer" | indent
    fetch "$coordinator" "/v1/plans/$plan/items?state=assigned&limit=3" \
        | jq -r '.items[] | "\(.from[11:16])  \(.company.name): \(.title) → \(.experts[0].name), \(.points)점"' | indent
    echo '   배정되지 못한 요청 (unserved)'
    fetch "$coordinator" "/v1/plans/$plan/items?state=unserved&limit=3" \
        | jq -r '.items[] | "   \(.company.name): \(.ko) / \(.en)"' | indent
    change "$coordinator" "/v1/plans/$plan/discard" "$etag" '{}' # applied, it would fill the experts' week
    show '{state}'
}

# ---- how it is asked and shown ----

find_service() {
    export JAMUND_CONFIG=$state/jamund.conf
    base=$(sed -n 's/^public_url = //p' "$JAMUND_CONFIG" 2>/dev/null || true)
    admin=$(sed -n 's/^admin_listen = //p' "$JAMUND_CONFIG" 2>/dev/null || true)
    if [ -z "$base" ] || ! curl -fs -o /dev/null "http://$admin/readyz"; then
        echo "Nothing is running in $state. Start it with \`make run\` in another terminal." >&2
        exit 1
    fi
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    answer=$work/answer headers=$work/headers
    coordinator=$(token coordinator-1) field=$(token field-1) manager=$(token manager)
}

token() { "$JAMUND" token add "$1@example.kr" --label=demo --days=1; }

steps=0
step() {
    steps=$((steps + 1))
    printf '\n━━ %d. %s  %s\n\n' $steps "$1" "$2"
}
indent() { sed 's/^/   /'; }
body() { jq -r "$1" "$answer"; }
tag() { sed -n 's/^[Ee][Tt]ag: //p' "$headers" | tr -d '\r'; }
show() { jq "$1" "$answer" | indent; }
day() { date -d "$(TZ=Asia/Seoul date -d "$1 days" +%F) $2 +0900" -u +%Y-%m-%dT%H:%M:%SZ; }

run() { # jamund ...; a refusal is part of the play
    echo "\$ jamund $*"
    { "$JAMUND" "$@" 2>&1 || true; } >"$answer"
    { sed -n 1,4p "$answer"; sed '1,4d;$d' "$answer" | grep -c . | sed 's/$/ more …/'; tail -n 1 "$answer"; } |
        indent
}

send() { # TOKEN METHOD PATH curl's options...
    local token=$1 method=$2 path=$3
    shift 3
    status=$(curl -sS -o "$answer" -D "$headers" -w '%{http_code}' -X "$method" \
        -H "Authorization: Bearer $token" "$@" "$base$path")
}
fetch() { send "$1" GET "$2" && cat "$answer"; }

get() { # TOKEN PATH
    send "$1" GET "$2"
    echo "→ GET $2"
    came
}
post() { # TOKEN PATH BODY
    local key
    key=$(cat /proc/sys/kernel/random/uuid)
    send "$1" POST "$2" -H 'Content-Type: application/json' -H "Idempotency-Key: $key" -d "$3"
    echo "→ POST $2"
    jq -c . <<<"$3" | indent
    came
}
change() { # TOKEN PATH ETAG BODY
    send_change "$@"
    show_change "${@:2}"
}
send_change() { # TOKEN PATH ETAG BODY
    local key
    key=$(cat /proc/sys/kernel/random/uuid)
    send "$1" POST "$2" -H 'Content-Type: application/json' -H "Idempotency-Key: $key" -H "If-Match: $3" -d "$4"
}
show_change() { # PATH ETAG BODY
    echo "→ POST $1  If-Match: $2"
    jq -c . <<<"$3" | indent
    came
}
came() {
    local about
    about=$(tr -d '\r' <"$headers" | sed -nE '/^(etag|location):/Ip' | paste -sd ' ')
    echo "← $(sed -n '1s/^HTTP[^ ]* //p' "$headers" | tr -d '\r')  $about"
}

# The file of a mail in the spool, once it is there.
mail_of() { # APPOINTMENT KIND [VIEWER [WHOSE]]
    local i id
    for ((i = 0; i < TRIES; i++)); do
        id=$(fetch "$coordinator" "/v1/messages?appointment_id=$1" | jq -r --arg kind "$2" --arg viewer "${3:-}" --arg party "${4:-}" \
            '[.items[] | select(.kind == $kind and .state == "sent" and ($viewer == "" or .viewer == $viewer)
                and ($party == "" or .party == $party))][0].id // ""')
        mail=$state/spool/$id.eml
        if [ -n "$id" ] && [ -f "$mail" ]; then return; fi
        sleep 0.1
    done
    echo "The mail ($2) did not come to $state/spool." >&2
    exit 1
}
show_mail() {
    echo "✉ ${1##*/}" | indent
    $here/demo.py mail "$1" | indent
}

# Waits until the service has asked somebody of the request whom it had not asked before.
asked() {
    local i before=${seat:-}
    for ((i = 0; i < TRIES; i++)); do
        appointment=$(fetch "$coordinator" "/v1/requests/$request" | jq -r '.appointment_ids[-1] // ""')
        if [ -n "$appointment" ]; then
            fetch "$coordinator" "/v1/appointments/$appointment" >"$work/meeting"
            seat=$(jq -r '[.seats[] | select(.state == "offered")][0].id // ""' "$work/meeting")
            if [ -n "$seat" ] && [ "$seat" != "$before" ]; then break; fi
        fi
        sleep 0.2
    done
    echo '   …'
    jq '{state, start, seats: [.seats[] | {expert: .expert.name, state}]}' "$work/meeting" | indent
}

# The newest offer's link, by an expert; FIELD=VALUE...
say_by_link() {
    local form=()
    mail_of "$appointment" offer expert "$(jq -r --arg seat "$seat" '.seats[] | select(.id == $seat) | .expert.id' "$work/meeting")"
    echo "→ POST (the link in the mail)  $*"
    for part in "$@" "revision=$(jq .revision "$work/meeting")"; do form+=(--data-urlencode "$part"); done
    curl -sS "$($here/demo.py link "$mail")" "${form[@]}" | $here/demo.py page | sed -n 2,3p | indent
}

event_of() { # UID; its VEVENT from a calendar on standard input
    tr -d '\r' | awk -v uid="UID:$1" '/^BEGIN:VEVENT/ { text = ""; hit = 0 } { text = text $0 "\n" }
        index($0, uid) == 1 { hit = 1 } /^END:VEVENT/ && hit { printf "%s", text }'
}

main
