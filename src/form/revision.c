#include "form/revision.h"

#include "form/take.h"

#include <string.h>

/* A meeting that somebody missed is over, like one that took place: calendars know no third way. */
static const struct {
    const char *name;
    enum status status;
} statuses[] = {
    {"tentative", STATUS_TENTATIVE}, {"confirmed", STATUS_CONFIRMED},
    {"cancelled", STATUS_CANCELLED}, {"completed", STATUS_COMPLETED},
    {"no_show", STATUS_COMPLETED},
};

static void take_times(struct take *t, const json_t *json, struct revision *r);
static void take_company(struct take *t, const json_t *json, struct revision *r);
static void take_seats(struct take *t, const json_t *seats, struct revision *r);
static struct words take_words(struct take *t, const json_t *json);
static enum status take_status(struct take *t, const json_t *json);

const char *words_in(const struct words *w, enum lang lang)
{
    return w->in[lang] ? w->in[lang] : w->in[lang == KO ? EN : KO];
}

enum err revision_from_json(struct arena *a, const json_t *json, struct revision **ret)
{
    struct take t = {.arena = a};
    struct revision *r = arena_new_of(a, struct revision);
    const json_t *difficulty = take_object(&t, json, "case");

    r->uid = take_need(&t, json, "uid");
    r->zone = take_need(&t, json, "zone");
    r->mode = take_str(&t, json, "mode");
    r->online_url = take_str(&t, json, "online_url");
    r->status = take_status(&t, json);
    take_times(&t, json, r);
    r->field = take_words(&t, take_object(&t, json, "field"));
    r->place = take_words(&t, take_object(&t, json, "place"));
    take_company(&t, take_object(&t, json, "company"), r);
    r->title = take_str(&t, difficulty, "title");
    r->text = take_str(&t, difficulty, "text");
    take_seats(&t, take_array(&t, json, "seats"), r);
    r->requester = person_take(&t, take_object(&t, json, "requester"));
    r->owner = person_take(&t, take_object(&t, json, "owner"));
    if (t.bad)
        return ERR_INVALID;
    *ret = r;
    return OK;
}

struct person person_take(struct take *t, const json_t *json)
{
    return (struct person){
        .name = take_str(t, json, "name"),
        .affiliation = take_str(t, json, "affiliation"),
        .email = take_str(t, json, "email"),
        .phone = take_str(t, json, "phone"),
    };
}

static void take_times(struct take *t, const json_t *json, struct revision *r)
{
    r->number = take_int(t, json, "number", 0, INT32_MAX);
    r->sequence = take_int(t, json, "sequence", 0, INT32_MAX);
    r->created = take_instant(t, json, "created");
    r->stamp = take_instant(t, json, "stamp");
    r->modified = take_instant(t, json, "modified");
    r->start = take_instant(t, json, "start");
    r->end = take_instant(t, json, "end");
    t->bad |= r->end <= r->start;
}

static void take_company(struct take *t, const json_t *json, struct revision *r)
{
    r->company = take_str(t, json, "name");
    r->address = take_str(t, json, "address");
    r->district = take_words(t, take_object(t, json, "district"));
    r->contact = person_take(t, take_object(t, json, "contact"));
}

static void take_seats(struct take *t, const json_t *seats, struct revision *r)
{
    size_t count = json_array_size(seats);
    if (count > REVISION_SEATS_MAX) {
        t->bad = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *seat = json_array_get(seats, i);
        r->seats[i].expert = person_take(t, take_object(t, seat, "expert"));
        r->seats[i].state = take_need(t, seat, "state");
    }
    r->seat_count = count;
}

static struct words take_words(struct take *t, const json_t *json)
{
    return (struct words){{take_str(t, json, "ko"), take_str(t, json, "en")}};
}

static enum status take_status(struct take *t, const json_t *json)
{
    const char *name = take_need(t, json, "status");
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (strcmp(statuses[i].name, name) == 0)
            return statuses[i].status;
    t->bad = true;
    return STATUS_TENTATIVE;
}
