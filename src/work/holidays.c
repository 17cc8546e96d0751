/* Holidays from iCalendar files: the route, and what `jamund import holidays` and the sample data
 * share. */
#include "work/holidays.h"

#include "base/arena.h"
#include "cli_db.h"
#include "form/holidays.h"
#include "form/json.h"
#include "work/cli.h"
#include "work/reading.h"
#include "work/routes.h"

#include <stdlib.h>
#include <string.h>

static enum step read_file(struct call *c);
static enum step add(struct call *c);
static enum step reply(struct call *c);

step_fn *const holidays_import[] = {read_file, reading_check, add, reply, NULL};

static enum step read_file(struct call *c)
{
    return reading_ask(c, "days");
}

static enum step add(struct call *c)
{
    struct shape_errors errors = {.arena = call_arena(c)};
    json_t *body = holidays_take(reading_doc(c), &errors);
    if (!body)
        return call_fail_fields(c, ERR_INVALID, &errors);
    bool dry = json_is_true(json_object_get(call_query(c), "dry_run"));
    json_object_set_new(body, "dry_run", json_boolean(dry));
    json_t *extra = json_pack("{s:o}", "body", body);
    arena_hook(call_arena(c), json_hook, extra);
    return call_ask(c, ASK_holiday_add, call_who(c), call_args(c, extra));
}

static enum step reply(struct call *c)
{
    return call_reply_row(c, NULL);
}

static void print_errors(const struct shape_errors *errors)
{
    for (size_t i = 0; i < errors->n; i++)
        fprintf(stderr, "%s: %s / %s\n", errors->list[i].pointer, errors->list[i].ko,
                errors->list[i].en);
}

static void print_added(const json_t *body, bool dry)
{
    static const char *const lists[] = {"added", "changed"};
    size_t i, n[2];
    json_t *h;
    for (size_t l = 0; l < 2; l++) {
        json_t *list = json_object_get(body, lists[l]);
        n[l] = json_array_size(list);
        json_array_foreach(list, i, h)
            printf("%s\t%s\t%s\n", lists[l], json_string_value(json_object_get(h, "date")),
                   json_string_value(json_object_get(h, "ko")));
    }
    printf("%s%zu holidays added, %zu named anew, %lld unchanged; %zu meetings stand on them\n",
           dry ? "dry run: " : "", n[0], n[1],
           json_integer_value(json_object_get(body, "unchanged")),
           json_array_size(json_object_get(body, "collisions")));
}

static json_t *take(const char *bytes, size_t len)
{
    struct arena *a = arena_new();
    struct shape_errors errors = {.arena = a};
    json_t *object = reading_now("days", bytes, len);
    const char *word = json_string_value(json_object_get(object, "error"));
    json_t *body = object && !word ? holidays_take(object, &errors) : NULL;
    if (!object || word)
        fprintf(stderr, "jamund import: not a calendar that can be read: %s (line %lld)\n",
                word ? word : "no answer", json_integer_value(json_object_get(object, "line")));
    print_errors(&errors);
    json_decref(object);
    arena_free(a);
    return body;
}

int holidays_bytes(struct sync *db, const char *bytes, size_t len, bool dry)
{
    json_t *body = take(bytes, len);
    if (!body)
        return CLI_FAILED;
    json_object_set_new(body, "dry_run", json_boolean(dry));
    json_t *reply = cli_reply(db, "import", ASK_holiday_add, json_pack("{s:o}", "body", body));
    if (reply)
        print_added(reply, dry);
    json_decref(reply);
    return reply ? 0 : CLI_FAILED;
}

int holidays_korea(struct sync *db)
{
    return holidays_bytes(db, holidays_kr, strlen(holidays_kr), false);
}
