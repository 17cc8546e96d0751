/* `jamund user`, `jamund token`, `jamund feed`: who may come in, and by which secret. */
#include "base/arena.h"
#include "base/id.h"
#include "cli_db.h"
#include "form/address.h"
#include "work/app.h"
#include "work/commands.h"

#include <stdlib.h>
#include <string.h>

/* Prints all rows, the columns separated by tabs. */
static int print_rows(struct rows *rows, const char *const *columns)
{
    if (!rows)
        return CLI_FAILED;
    for (size_t i = 0; i < rows_count(rows); i++)
        for (const char *const *c = columns; *c; c++)
            printf("%s%s", rows_text(rows, i, *c), c[1] ? "\t" : "\n");
    rows_free(rows);
    return 0;
}

static int print_reply(json_t *reply)
{
    if (!reply)
        return CLI_FAILED;
    json_dumpf(reply, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
    putchar('\n');
    json_decref(reply);
    return 0;
}

static int user_add(struct sync *db, const char *email, const char *role, const char *name)
{
    if (!address_valid(email)) {
        fprintf(stderr, "jamund user: EMAIL is not an address\n");
        return CLI_USAGE;
    }
    return print_reply(
        cli_reply(db, "user", ASK_user_add,
                  json_pack("{s:s, s:s, s:s}", "email", email, "role", role, "name", name)));
}

int cli_user(struct conf *c, int argc, char **argv)
{
    static const char *const columns[] = {"id", "email", "role", "name", "active", NULL};
    if (!cli_args(argc, argv, 1, 4))
        return CLI_USAGE;
    struct sync *db = cli_db(c, "user");
    int rc = CLI_USAGE;
    if (!db)
        return CLI_FAILED;
    if (strcmp(argv[1], "add") == 0 && argc == 5)
        rc = user_add(db, argv[2], argv[3], argv[4]);
    else if (strcmp(argv[1], "list") == 0 && argc == 2)
        rc = print_rows(cli_ask(db, "user", ASK_user_list, NULL), columns);
    else
        fprintf(stderr, "usage: jamund user add EMAIL ROLE NAME | list\n");
    sync_close(db);
    return rc;
}

/* The secret is printed once and kept nowhere. */
static int token_add(struct sync *db, const char *email, const char *label, const char *days)
{
    char token[ID_TOKEN_LEN + 1], hash[ID_HASH_LEN + 1], *end = NULL;
    long n = days ? strtol(days, &end, 10) : 0;
    if (days && (*end || n < 1 || n > 3660)) {
        fprintf(stderr, "jamund token: --days is a number from 1 to 3660\n");
        return CLI_USAGE;
    }
    id_random_token(token);
    id_hash(token, ID_TOKEN_LEN, hash);
    json_t *args = json_pack("{s:s, s:s, s:s*}", "user", email, "hash", hash, "label", label);
    if (days)
        json_object_set_new(args, "days", json_integer(n));
    json_t *reply = cli_reply(db, "token", ASK_token_add, args);
    if (!reply)
        return CLI_FAILED;
    printf("%s\n", token);
    json_decref(reply);
    return 0;
}

static int token_revoke(struct sync *db, const char *id)
{
    if (!id_is_uuid(id)) {
        fprintf(stderr, "jamund token: ID is a UUID of `jamund token list`\n");
        return CLI_USAGE;
    }
    return print_reply(cli_reply(db, "token", ASK_token_revoke, json_pack("{s:s}", "id", id)));
}

int cli_token(struct conf *c, int argc, char **argv)
{
    static const char *const columns[] = {"id",         "email",      "role",       "label",
                                          "created_at", "expires_at", "revoked_at", NULL};
    const char *days = cli_value(&argc, argv, "--days"), *label = cli_value(&argc, argv, "--label");
    if (!cli_args(argc, argv, 1, 2))
        return CLI_USAGE;
    struct sync *db = cli_db(c, "token");
    int rc = CLI_USAGE;
    if (!db)
        return CLI_FAILED;
    if (strcmp(argv[1], "add") == 0 && argc == 3)
        rc = token_add(db, argv[2], label, days);
    else if (strcmp(argv[1], "revoke") == 0 && argc == 3)
        rc = token_revoke(db, argv[2]);
    else if (strcmp(argv[1], "list") == 0 && argc == 2)
        rc = print_rows(cli_ask(db, "token", ASK_token_list, NULL), columns);
    else
        fprintf(stderr,
                "usage: jamund token add EMAIL [--days=N] [--label=TEXT] | revoke ID | list\n");
    sync_close(db);
    return rc;
}

static int feed_change(const struct conf *c, struct sync *db, const char *expert, bool rotate)
{
    struct app app = {.conf = c};
    struct secret feed;
    char why[CONF_WHY];
    if (!rotate)
        return print_reply(
            cli_reply(db, "feed", ASK_feed_revoke, json_pack("{s:s}", "id", expert)));
    if (secret_key_read(conf_str(c, CONF_secret_key_file), app.key, why) != OK) {
        fprintf(stderr, "jamund feed: %s\n", why);
        return CLI_FAILED;
    }
    secret_new(&app, "feed", &feed);
    json_t *reply = cli_reply(
        db, "feed", ASK_feed_rotate,
        json_pack("{s:s, s:{s:s, s:s}}", "id", expert, "feed", "id", feed.id, "hash", feed.hash));
    if (!reply)
        return CLI_FAILED;
    struct arena *a = arena_new();
    printf("%s\n", secret_url(c, app.key, a, "feed", feed.id));
    arena_free(a);
    json_decref(reply);
    return 0;
}

int cli_feed(struct conf *c, int argc, char **argv)
{
    if (!cli_args(argc, argv, 2, 2))
        return CLI_USAGE;
    bool rotate = strcmp(argv[1], "rotate") == 0;
    if (!rotate && strcmp(argv[1], "revoke") != 0) {
        fprintf(stderr, "usage: jamund feed rotate|revoke EMAIL\n");
        return CLI_USAGE;
    }
    struct sync *db = cli_db(c, "feed");
    if (!db)
        return CLI_FAILED;
    int rc = CLI_FAILED;
    struct rows *rows = cli_ask(db, "feed", ASK_feed_of_email, (const char *[]){argv[2]});
    if (rows && rows_count(rows) == 1)
        rc = feed_change(c, db, rows_text(rows, 0, "expert_id"), rotate);
    else if (rows)
        fprintf(stderr, "jamund feed: there is no expert with this e-mail\n");
    rows_free(rows);
    sync_close(db);
    return rc;
}
