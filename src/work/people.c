/* `jamund user`, `jamund token`: who may come in, and by which secret. */
#include "base/arena.h"
#include "base/id.h"
#include "cli_db.h"
#include "form/address.h"
#include "work/app.h"
#include "work/commands.h"

#include <stdlib.h>
#include <string.h>

static int user_add(struct sync *db, const char *email, const char *role, const char *name)
{
    if (!address_valid(email)) {
        fprintf(stderr, "jamund user: EMAIL is not an address\n");
        return CLI_USAGE;
    }
    return cli_print_reply(
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
        rc = cli_print_rows(cli_ask(db, "user", ASK_user_list, NULL), columns);
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
    return cli_print_reply(cli_reply(db, "token", ASK_token_revoke, json_pack("{s:s}", "id", id)));
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
        rc = cli_print_rows(cli_ask(db, "token", ASK_token_list, NULL), columns);
    else
        fprintf(stderr,
                "usage: jamund token add EMAIL [--days=N] [--label=TEXT] | revoke ID | list\n");
    sync_close(db);
    return rc;
}
