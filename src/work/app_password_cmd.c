/* `jamund app-password`: which calendar programs of an expert may come in. */
#include "base/arena.h"
#include "cli_db.h"
#include "work/app.h"
#include "work/app_password.h"
#include "work/commands.h"
#include "work/secret.h"

#include <stdlib.h>
#include <string.h>

static int add(const struct conf *c, struct sync *db, const char *expert, const char *label)
{
    uint8_t key[ID_KEY_BYTES];
    char why[CONF_WHY];
    struct app_password p;
    if (secret_key_read(conf_str(c, CONF_secret_key_file), key, why) != OK) {
        fprintf(stderr, "jamund app-password: %s\n", why);
        return CLI_FAILED;
    }
    app_password_new(key, &p);
    json_t *reply =
        cli_reply(db, "app-password", ASK_app_password_add,
                  json_pack("{s:s, s:{s:s}, s:{s:s, s:s}}", "id", expert, "body", "label", label,
                            "app_password", "id", p.id, "hash", p.hash));
    if (!reply)
        return CLI_FAILED;
    printf("%s\n", p.text);
    json_decref(reply);
    return 0;
}

static int list(struct rows *rows)
{
    static const char *const columns[] = {"id", "label", "created_at", "last_used_at", NULL};
    for (size_t i = 0; i < rows_count(rows) && !rows_null(rows, i, "id"); i++)
        for (const char *const *c = columns; *c; c++)
            printf("%s%s", rows_text(rows, i, *c), c[1] ? "\t" : "\n");
    return 0;
}

static int revoke(struct sync *db, const char *id)
{
    if (!id_is_uuid(id)) {
        fprintf(stderr, "jamund app-password: ID is a UUID of `jamund app-password list`\n");
        return CLI_USAGE;
    }
    json_t *reply = cli_reply(db, "app-password", ASK_app_password_revoke,
                              json_pack("{s:s}", "password_id", id));
    bool done = reply != NULL;
    json_decref(reply);
    return done ? 0 : CLI_FAILED;
}

static int of_expert(const struct conf *c, struct sync *db, const char *email, const char *label)
{
    int rc = CLI_FAILED;
    struct rows *rows = cli_ask(db, "app-password", ASK_app_passwords_of, (const char *[]){email});
    if (rows && rows_count(rows) == 0)
        fprintf(stderr, "jamund app-password: there is no expert with this e-mail\n");
    else if (rows)
        rc = label ? add(c, db, rows_text(rows, 0, "expert_id"), label) : list(rows);
    rows_free(rows);
    return rc;
}

int cli_app_password(struct conf *c, int argc, char **argv)
{
    if (!cli_args(argc, argv, 2, 3))
        return CLI_USAGE;
    bool adds = strcmp(argv[1], "add") == 0 && argc == 4;
    bool lists = strcmp(argv[1], "list") == 0 && argc == 3;
    if (!adds && !lists && (strcmp(argv[1], "revoke") != 0 || argc != 3)) {
        fprintf(stderr, "usage: jamund app-password add EMAIL LABEL | list EMAIL | revoke ID\n");
        return CLI_USAGE;
    }
    struct sync *db = cli_db(c, "app-password");
    if (!db)
        return CLI_FAILED;
    int rc = adds || lists ? of_expert(c, db, argv[2], adds ? argv[3] : NULL) : revoke(db, argv[2]);
    sync_close(db);
    return rc;
}
