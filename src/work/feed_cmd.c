/* `jamund feed`: calendars to subscribe to, by who keeps the machine. */
#include "base/arena.h"
#include "base/id.h"
#include "cli_db.h"
#include "work/app.h"
#include "work/commands.h"
#include "work/secret.h"

#include <stdlib.h>
#include <string.h>

/* One `jamund feed`: what all its verbs need. */
struct run {
    const struct conf *conf;
    struct sync *db;
    struct app app; /* the key alone */
};

static const char usage[] = "usage: jamund feed rotate EMAIL | revoke EMAIL|ID | list\n"
                            "       jamund feed add SCOPE EMAIL [FIELD|EVENT] [--label=TEXT]\n";

/* The id of the expert with this e-mail, malloc'd; NULL: said why. */
static char *expert_of(struct run *r, const char *email)
{
    char *id = NULL;
    struct rows *rows = cli_ask(r->db, "feed", ASK_feed_of_email, (const char *[]){email});
    if (rows && rows_count(rows) == 1)
        id = strdup(rows_text(rows, 0, "expert_id"));
    else if (rows)
        fprintf(stderr, "jamund feed: there is no expert with this e-mail\n");
    rows_free(rows);
    return id;
}

/* Asks with a new secret among the args, and prints its URL, which is told once. */
static int print_url(struct run *r, enum ask ask, json_t *args)
{
    struct secret feed;
    char why[CONF_WHY];
    if (secret_key_read(conf_str(r->conf, CONF_secret_key_file), r->app.key, why) != OK) {
        fprintf(stderr, "jamund feed: %s\n", why);
        json_decref(args);
        return CLI_FAILED;
    }
    secret_new(&r->app, "feed", &feed);
    json_object_set_new(args, "feed", json_pack("{s:s, s:s}", "id", feed.id, "hash", feed.hash));
    json_t *reply = cli_reply(r->db, "feed", ask, args);
    if (!reply)
        return CLI_FAILED;
    struct arena *a = arena_new();
    printf("%s\n", secret_url(r->conf, r->app.key, a, "feed", feed.id));
    arena_free(a);
    json_decref(reply);
    return 0;
}

static int rotate(struct run *r, const char *email)
{
    char *expert = expert_of(r, email);
    int rc = expert ? print_url(r, ASK_feed_rotate, json_pack("{s:s}", "id", expert)) : CLI_FAILED;
    free(expert);
    return rc;
}

static int revoke(struct run *r, const char *which)
{
    if (id_is_uuid(which))
        return cli_print_reply(
            cli_reply(r->db, "feed", ASK_feed_end, json_pack("{s:s}", "id", which)));
    char *expert = expert_of(r, which);
    int rc = CLI_FAILED;
    if (expert)
        rc = cli_print_reply(
            cli_reply(r->db, "feed", ASK_feed_revoke, json_pack("{s:s}", "id", expert)));
    free(expert);
    return rc;
}

/* Whose: an expert's own, or what a user's role may see. */
static int add(struct run *r, const char *scope, const char *email, const char *of,
               const char *label)
{
    static const char *const scopes[] = {"expert", "field", "coordinator",
                                         "team",   "event", "panel"};
    bool known = false, takes = strcmp(scope, "field") == 0 || strcmp(scope, "event") == 0;
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
        known |= strcmp(scope, scopes[i]) == 0;
    if (!known || takes != (of != NULL) || (strcmp(scope, "event") == 0 && !id_is_uuid(of))) {
        fputs(usage, stderr);
        return CLI_USAGE;
    }
    json_t *body = json_pack("{s:s, s:s}", "scope", scope, "label", label ? label : "command line");
    json_t *args = json_pack("{s:o}", "body", body);
    if (strcmp(scope, "expert") != 0) {
        json_object_set_new(args, "owner", json_string(email));
        if (of)
            json_object_set_new(body, strcmp(scope, "event") == 0 ? "event_id" : "field",
                                json_string(of));
        return print_url(r, ASK_feed_add, args);
    }
    char *expert = expert_of(r, email);
    int rc = CLI_FAILED;
    if (expert) {
        json_object_set_new(body, "expert_id", json_string(expert));
        rc = print_url(r, ASK_feed_add, args);
    } else {
        json_decref(args);
    }
    free(expert);
    return rc;
}

int cli_feed(struct conf *c, int argc, char **argv)
{
    static const char *const columns[] = {"id",    "scope",      "subject",    "owner",
                                          "label", "created_at", "revoked_at", "fetched_at",
                                          "agent", NULL};
    const char *label = cli_value(&argc, argv, "--label");
    if (!cli_args(argc, argv, 1, 4))
        return CLI_USAGE;
    struct run r = {.conf = c, .app = {.conf = c}, .db = cli_db(c, "feed")};
    int rc = CLI_USAGE;
    if (!r.db)
        return CLI_FAILED;
    if (strcmp(argv[1], "rotate") == 0 && argc == 3)
        rc = rotate(&r, argv[2]);
    else if (strcmp(argv[1], "revoke") == 0 && argc == 3)
        rc = revoke(&r, argv[2]);
    else if (strcmp(argv[1], "list") == 0 && argc == 2)
        rc = cli_print_rows(cli_ask(r.db, "feed", ASK_feed_table, NULL), columns);
    else if (strcmp(argv[1], "add") == 0 && argc >= 4)
        rc = add(&r, argv[2], argv[3], argc == 5 ? argv[4] : NULL, label);
    else
        fputs(usage, stderr);
    sync_close(r.db);
    return rc;
}
