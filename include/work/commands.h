/* The sub-commands' functions, by the file that holds them; cli.c's table lists them. */
#ifndef WORK_COMMANDS_H
#define WORK_COMMANDS_H

#include "work/cli.h"

cli_fn cli_serve;                               /* serve.c */
cli_fn cli_migrate;                             /* migrate_cmd.c */
cli_fn cli_import;                              /* import.c */
cli_fn cli_user, cli_token;                     /* people.c */
cli_fn cli_feed;                                /* feed_cmd.c */
cli_fn cli_app_password;                        /* app_password_cmd.c */
cli_fn cli_templates;                           /* templates.c */
cli_fn cli_sample;                              /* sample_cmd.c */
cli_fn cli_routes, cli_permissions, cli_scores; /* tables.c */
cli_fn cli_asks, cli_shapes, cli_openapi;
cli_fn cli_lifecycles, cli_disclosures, cli_audiences; /* tables_db.c */

cli_fn cli_deliver; /* deliver.c */

cli_fn cli_plan;   /* plan_cmd.c */
cli_fn cli_worker; /* worker_cmd.c; before the settings are read: it has none */

cli_fn cli_manual, cli_completion; /* manual.c */

#endif
