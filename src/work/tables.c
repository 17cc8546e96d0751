/* The commands that print the program's own tables, in the form README.md has them. */
#include "core/weights.h"
#include "form/openapi.h"
#include "form/plan_json.h"
#include "form/shapes.h"
#include "store/ask.h"
#include "work/commands.h"
#include "work/routes.h"

#include <stdlib.h>
#include <string.h>

static const char *demands(const struct route *r)
{
    bool key = r->flags & ROUTE_KEY, match = r->flags & ROUTE_MATCH;
    return key && match ? "key, match" : key ? "key" : match ? "match" : "";
}

int cli_routes(struct conf *c, int argc, char **argv)
{
    (void)c;
    if (!cli_args(argc, argv, 0, 0))
        return CLI_USAGE;
    cli_head(stdout,
             (const char *const[]){"method", "path", "what it does", "who may", "needs", NULL});
    for (size_t i = 0; i < route_count; i++) {
        const struct route *r = &routes[i];
        char path[100];
        snprintf(path, sizeof path, "`%s`", r->path);
        cli_row(stdout, (const char *const[]){http_method_name(r->method), path, r->summary,
                                              may_row(r->who)->name, demands(r), NULL});
    }
    return 0;
}

int cli_permissions(struct conf *c, int argc, char **argv)
{
    static const char *const roles[] = {"admin", "manager", "coordinator", "field"};
    (void)c;
    if (!cli_args(argc, argv, 0, 0))
        return CLI_USAGE;
    cli_head(stdout, (const char *const[]){"permission", "roles", "what it allows", NULL});
    for (int m = 0; m < MAY_COUNT; m++) {
        const struct may_row *row = may_row((enum may)m);
        char who[100] = "";
        size_t n = 0;
        for (size_t i = 0; i < 4; i++)
            if (row->roles & role_of(roles[i]))
                n += (size_t)snprintf(who + n, sizeof who - n, "%s%s", n ? ", " : "", roles[i]);
        cli_row(stdout,
                (const char *const[]){row->name, n ? who : "everybody", row->sentence, NULL});
    }
    return 0;
}

int cli_scores(struct conf *c, int argc, char **argv)
{
    (void)c;
    if (!cli_args(argc, argv, 0, 0))
        return CLI_USAGE;
    cli_head(stdout, (const char *const[]){"part", "points", "한국어", "what earns them", NULL});
    for (int i = 0; i < PART_COUNT; i++) {
        const struct part_row *row = part_row((enum part_code)i);
        char most[16];
        snprintf(most, sizeof most, "%d", weights_default.most[i]);
        cli_row(stdout, (const char *const[]){row->code, most, row->ko, row->en, NULL});
    }
    return 0;
}

int cli_asks(struct conf *c, int argc, char **argv)
{
    static const char *const cards[] = {"one", "none or one", "many", "none"};
    (void)c;
    if (!cli_args(argc, argv, 0, 0))
        return CLI_USAGE;
    cli_head(stdout, (const char *const[]){"function", "arguments", "lane", "rows", NULL});
    for (size_t i = 0; i < ASK_COUNT; i++) {
        const struct ask_row *a = &ask_rows[i];
        cli_row(stdout, (const char *const[]){a->name, a->types, ask_lane_name(a->lane),
                                              cards[a->card], NULL});
    }
    return 0;
}

static int print_json(json_t *doc)
{
    json_dumpf(doc, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
    putchar('\n');
    json_decref(doc);
    return 0;
}

int cli_shapes(struct conf *c, int argc, char **argv)
{
    (void)c;
    if (!cli_args(argc, argv, 0, 0))
        return CLI_USAGE;
    json_t *components = json_object();
    for (size_t i = 0; shapes_in[i]; i++)
        json_decref(openapi_schema(shapes_in[i], components));
    for (size_t i = 0; shapes_out[i]; i++)
        json_decref(openapi_schema(shapes_out[i], components));
    json_decref(openapi_schema(&plan_shape, components)); /* no body: of `jamund plan` */
    return print_json(components);
}

int cli_openapi(struct conf *c, int argc, char **argv)
{
    (void)c;
    return cli_args(argc, argv, 0, 0) ? print_json(routes_openapi()) : CLI_USAGE;
}
