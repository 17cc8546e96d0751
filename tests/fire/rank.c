/* Ranks panels with the real core, for tests in other languages: one panel (form/panel_json.h), as
 * JSON, a line of standard input; a line of standard output with the best team, {"start",
 * "expert_ids"}, null where there is none, or the word for what is wrong. */
#include "core/team.h"
#include "form/panel_json.h"

#include <stdio.h>
#include <stdlib.h>

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

int main(void)
{
    char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, stdin) > 0) {
        struct arena *a = arena_new();
        json_t *doc = json_loads(line, 0, NULL);
        json_t *team = best(a, doc);
        json_dumpf(team, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
        putchar('\n');
        fflush(stdout);
        json_decref(team);
        json_decref(doc);
        arena_free(a);
    }
    free(line);
    return 0;
}
