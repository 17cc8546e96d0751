/* Inside work/ only: what the commands that talk to the database share. */
#ifndef WORK_CLI_DB_H
#define WORK_CLI_DB_H

#include "base/conf.h"
#include "store/sync.h"

#include <jansson.h>

/* Who a command speaks for, in every audit entry it leaves. */
#define CLI_WHO "{\"actor_kind\": \"cli\", \"role\": \"admin\", \"via\": \"cli\"}"

struct sync *cli_db(const struct conf *c, const char *command); /* NULL: said why on stderr */

/* One ask; on failure says why on stderr and gives NULL. The caller frees the rows. */
struct rows *cli_ask(struct sync *db, const char *command, enum ask ask, const char *const args[]);

/* The same for a function that answers api.reply: its body, a new reference, or NULL. args is
 * stolen. */
json_t *cli_reply(struct sync *db, const char *command, enum ask ask, json_t *args);

/* All rows, the columns separated by tabs; the reply, indented. Both take what they print, and give
 * the exit status: NULL failed before. columns ends with NULL. */
int cli_print_rows(struct rows *rows, const char *const *columns);
int cli_print_reply(json_t *reply);

#endif
