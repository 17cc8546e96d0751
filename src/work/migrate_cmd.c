/* `jamund migrate`: the schema, and the office's facts from the settings. */
#include "base/arena.h"
#include "store/migrate.h"
#include "store/sync.h"
#include "work/commands.h"

#include <jansson.h>
#include <stdlib.h>

static void say(void *ctx, const char *line)
{
    (void)ctx;
    puts(line);
}

/* The settings that SQL needs too; `jamund migrate` is how they get there. */
static json_t *office_facts(const struct conf *c)
{
    static const enum conf_key texts[] = {CONF_zone,           CONF_work_from,      CONF_work_until,
                                          CONF_mail_from,      CONF_mail_from_name, CONF_mail_host,
                                          CONF_center_district};
    static const enum conf_key numbers[] = {
        CONF_respond_work_minutes, CONF_align_minutes,         CONF_message_wait,
        CONF_undo_minutes,         CONF_cancel_notice_minutes, CONF_company_cap_per_year,
        CONF_ladder_offers_max,    CONF_nudge_work_minutes,    CONF_worklist_offer_minutes,
        CONF_report_due_minutes,   CONF_remind_first_minutes,  CONF_remind_last_minutes,
        CONF_remind_quiet_minutes, CONF_rating_delay_hours,    CONF_rating_days,
        CONF_rest_minutes,         CONF_rest_night_hours,      CONF_cooling_off_months,
        CONF_plan_requests_max,    CONF_plan_experts_max,      CONF_plan_slots_max,
        CONF_plan_seconds_max,
    };
    json_t *facts = json_object();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        json_object_set_new(facts, conf_row(texts[i])->name, json_string(conf_str(c, texts[i])));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        json_object_set_new(facts, conf_row(numbers[i])->name,
                            json_integer(conf_int(c, numbers[i])));
    return facts;
}

static int put_office(const struct conf *c)
{
    char why[CONF_WHY];
    struct sync *db = sync_open(conf_str(c, CONF_owner_database), why, sizeof why);
    if (!db) {
        fprintf(stderr, "jamund migrate: %s\n", why);
        return CLI_FAILED;
    }
    json_t *facts = office_facts(c);
    char *text = json_dumps(facts, JSON_COMPACT);
    enum err e = sync_ask(db, ASK_office_set, (const char *[]){text}, NULL);
    if (e != OK)
        fprintf(stderr, "jamund migrate: %s\n", sync_failure(db)->answer.message);
    free(text);
    json_decref(facts);
    sync_close(db);
    return e == OK ? 0 : CLI_FAILED;
}

int cli_migrate(struct conf *c, int argc, char **argv)
{
    struct migrate_conf m = {
        .conninfo = conf_str(c, CONF_owner_database),
        .dir = conf_str(c, CONF_migrations_dir),
        .daemon_role = conf_str(c, CONF_daemon_role),
        .dry_run = cli_option(&argc, argv, "--dry-run"),
        .say = say,
    };
    if (!cli_args(argc, argv, 0, 0))
        return CLI_USAGE;
    if (migrate_run(&m) != OK)
        return CLI_FAILED;
    return m.dry_run ? 0 : put_office(c);
}
