/* Ranks panels with the real core, for tests in other languages: one panel (form/panel_json.h), as
 * JSON, a line of standard input; its ranking a line of standard output, or the word for what is wrong. */
#include "form/panel_json.h"

#include <stdio.h>
#include <stdlib.h>

static void rank_line(struct arena *a, const json_t *doc)
{
    struct panel *panel;
    const char *why;
    if (panel_from_json(a, doc, &panel, &why) != OK) {
        printf("\"%s\"\n", why);
        return;
    }
    json_t *ranked = ranking_json(panel, rank(a, panel));
    json_dumpf(ranked, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(ranked);
}

int main(void)
{
    char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, stdin) > 0) {
        struct arena *a = arena_new();
        json_t *doc = json_loads(line, 0, NULL);
        rank_line(a, doc);
        fflush(stdout);
        json_decref(doc);
        arena_free(a);
    }
    free(line);
    return 0;
}
