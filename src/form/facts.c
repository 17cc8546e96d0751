#include "form/facts.h"

#include "form/mode_name.h"

#include <string.h>

typedef void write_fn(struct buf *out, const struct revision *r, enum facts_seats s, enum lang l);

static write_fn write_mode, write_place, write_online, write_field, write_company, write_contact;
static write_fn write_experts, write_title, write_text, write_requester, write_owner;

static const struct {
    struct words label;
    write_fn *write;
    bool brief;
} rows[] = {
    {{{"분야", "Field"}}, write_field, false},
    {{{"방식", "Mode"}}, write_mode, true},
    {{{"장소", "Place"}}, write_place, true},
    {{{"접속 주소", "Join at"}}, write_online, true},
    {{{"기업", "Company"}}, write_company, false},
    {{{"기업 담당자", "Company contact"}}, write_contact, false},
    {{{"자문위원", "Expert"}}, write_experts, false},
    {{{"기업애로", "Difficulty"}}, write_title, false},
    {{{"내용", "Details"}}, write_text, false},
    {{{"현장 담당", "Visit team"}}, write_requester, false},
    {{{"센터 담당", "Centre"}}, write_owner, false},
};
_Static_assert(sizeof rows / sizeof *rows <= FACTS_MAX, "FACTS_MAX");

struct name {
    const char *code;
    struct words words;
};

static const struct name modes[] = {
    {"visit", {{"기업 방문", "Visit to the company"}}},
    {"center", {{"센터 방문", "At the centre"}}},
    {"online", {{"온라인", "Online"}}},
    {"phone", {{"전화", "By phone"}}},
    {"event", {{"행사장", "At the event"}}},
    {NULL, {{NULL, NULL}}},
};

static const struct name seat_states[] = {
    {"accepted", {{"수락", "accepted"}}},
    {"offered", {{"회신 대기", "not answered yet"}}},
    {"countered", {{"다른 시간 제안", "proposed another time"}}},
    {"declined", {{"거절", "declined"}}},
    {"expired", {{"기한 내 회신 없음", "did not answer in time"}}},
    {"withdrawn", {{"요청 철회", "withdrawn"}}},
    {NULL, {{NULL, NULL}}},
};

const char *mode_name_ko(const char *code)
{
    for (const struct name *n = modes; n->code; n++)
        if (strcmp(n->code, code) == 0)
            return n->words.in[KO];
    return code;
}

size_t facts_of(struct arena *a, const struct revision *r, enum facts_seats seats, enum lang lang,
                struct fact ret[FACTS_MAX])
{
    size_t count = 0;
    struct buf value;
    buf_init(&value, BUF_MAX_DEFAULT);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        rows[i].write(&value, r, seats, lang);
        if (value.len > 0)
            ret[count++] = (struct fact){.label = rows[i].label.in[lang],
                                         .value = arena_strdup(a, value.data),
                                         .brief = rows[i].brief};
        buf_reset(&value);
    }
    buf_done(&value);
    return count;
}

void facts_title(struct buf *out, const struct revision *r, enum lang lang)
{
    const char *field = words_in(&r->field, lang);
    buf_str(out, lang == KO ? "심층자문" : "Consultation");
    if (field)
        buf_printf(out, lang == KO ? "(%s)" : " (%s)", field);
    if (r->company)
        buf_printf(out, " %s", r->company);
}

static const char *say(const struct words *w, enum lang lang)
{
    const char *s = w->in[lang] ? w->in[lang] : w->in[KO];
    return s ? s : "";
}

static const char *say_code(const struct name *names, const char *code, enum lang lang)
{
    for (; code && names->code; names++)
        if (strcmp(names->code, code) == 0)
            return names->words.in[lang];
    return "";
}

/* Adds s behind what is there, with the separator only between two things. */
static void join(struct buf *out, size_t from, const char *separator, const char *s)
{
    if (!s || !*s)
        return;
    if (out->len > from)
        buf_str(out, separator);
    buf_str(out, s);
}

static void write_person(struct buf *out, const struct person *p)
{
    size_t from = out->len;
    join(out, from, "", p->name);
    if (p->affiliation && *p->affiliation)
        buf_printf(out, out->len > from ? " (%s)" : "%s", p->affiliation);
    join(out, from, ", ", p->phone);
    join(out, from, ", ", p->email);
}

static void write_field(struct buf *out, const struct revision *r, enum facts_seats s, enum lang l)
{
    (void)s;
    buf_str(out, say(&r->field, l));
}

static void write_mode(struct buf *out, const struct revision *r, enum facts_seats s, enum lang l)
{
    (void)s;
    buf_str(out, say_code(modes, r->mode, l));
}

static void write_place(struct buf *out, const struct revision *r, enum facts_seats s, enum lang l)
{
    (void)s;
    const char *place = say(&r->place, l);
    if (strcmp(place, say_code(modes, r->mode, l)) != 0) /* "Online, at: Online" says nothing */
        buf_str(out, place);
}

static void write_online(struct buf *out, const struct revision *r, enum facts_seats s, enum lang l)
{
    (void)s, (void)l;
    join(out, 0, "", r->online_url);
}

static void write_company(struct buf *out, const struct revision *r, enum facts_seats s,
                          enum lang l)
{
    (void)s;
    join(out, 0, "", r->company);
    join(out, 0, ", ", say(&r->district, l));
    if (!r->address || strcmp(say(&r->place, l), r->address) != 0) /* said as the place */
        join(out, 0, ", ", r->address);
}

static void write_contact(struct buf *out, const struct revision *r, enum facts_seats s,
                          enum lang l)
{
    (void)s, (void)l;
    write_person(out, &r->contact);
}

static void write_experts(struct buf *out, const struct revision *r, enum facts_seats s,
                          enum lang l)
{
    for (size_t i = 0; i < r->seat_count; i++) {
        const struct seat *seat = &r->seats[i];
        if (s == SEATS_LIVE && strcmp(seat->state, "accepted") != 0 &&
            strcmp(seat->state, "offered") != 0)
            continue;
        if (out->len > 0)
            buf_char(out, '\n');
        write_person(out, &seat->expert);
        const char *state = say_code(seat_states, seat->state, l);
        if (s == SEATS_ALL && *state)
            buf_printf(out, " - %s", state);
    }
}

static void write_title(struct buf *out, const struct revision *r, enum facts_seats s, enum lang l)
{
    (void)s, (void)l;
    join(out, 0, "", r->title);
}

static void write_text(struct buf *out, const struct revision *r, enum facts_seats s, enum lang l)
{
    (void)s, (void)l;
    join(out, 0, "", r->text);
}

static void write_requester(struct buf *out, const struct revision *r, enum facts_seats s,
                            enum lang l)
{
    (void)s, (void)l;
    write_person(out, &r->requester);
}

static void write_owner(struct buf *out, const struct revision *r, enum facts_seats s, enum lang l)
{
    (void)s, (void)l;
    write_person(out, &r->owner);
}
