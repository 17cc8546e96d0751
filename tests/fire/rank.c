/* Ranks panels with the real core, for tests in other languages: one panel (form/panel_json.h), as
 * JSON, a line of standard input; a line of standard output with the best team, {"start",
 * "expert_ids"}, null where there is none, or the word for what is wrong. `rank shares`: instead,
 * [minutes served in this term, the expert's share of them] of every expert. */
#include "core/team.h"
#include "form/panel_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *best(struct arena *a, const json_t *doc)
{
    struct panel *panel;
    const char *why;
    if (panel_from_json(a, doc, &panel, &why) != OK)
        return json_string(why);
    const struct teams *teams = teams_find(a, panel);
    if (teams->n == 0)
        return json_null();
    const struct team *team = &teams->at[0];
    json_t *ids = json_array();
    for (size_t i = 0; i < team->n; i++)
        json_array_append_new(ids, json_string(team->members[i].expert->id));
    return json_pack("{s:I, s:o}", "start", (json_int_t)team->start, "expert_ids", ids);
}

static json_t *shares(struct arena *a, const json_t *doc)
{
    struct panel *panel;
    const char *why;
    json_t *list = json_array();
    if (panel_from_json(a, doc, &panel, &why) != OK)
        return json_string(why);
    for (size_t i = 0; i < panel->expert_count; i++)
        json_array_append_new(list, json_pack("[i, I]", panel->experts[i].minutes_this_term,
                                              (json_int_t)panel->experts[i].share));
    return list;
}

int main(int argc, char **argv)
{
    bool want_shares = argc > 1 && strcmp(argv[1], "shares") == 0;
    char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, stdin) > 0) {
        struct arena *a = arena_new();
        json_t *doc = json_loads(line, 0, NULL);
        json_t *said = want_shares ? shares(a, doc) : best(a, doc);
        json_dumpf(said, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
        putchar('\n');
        fflush(stdout);
        json_decref(said);
        json_decref(doc);
        arena_free(a);
    }
    free(line);
    return 0;
}
