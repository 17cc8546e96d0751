/*
 * `jamund sample`: the sample data, entered through the API's own functions with the clock set
 * back, in the order in which it would have happened, and in one transaction: all of it or nothing.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "cli_db.h"
#include "form/sample.h"
#include "sample_life.h"
#include "work/commands.h"
#include "work/holidays.h"
#include "work/import.h"

#include <stdlib.h>
#include <string.h>

enum { DAY = 86400 };

static const struct {
    const char *email, *role, *name;
} people[] = {
    {"admin@example.kr", "admin", "시스템 관리자"},
    {"manager@example.kr", "manager", "자문단 관리자"},
    {"coordinator-1@example.kr", "coordinator", "자문 담당 1"},
    {"coordinator-2@example.kr", "coordinator", "자문 담당 2"},
    {"field-1@example.kr", "field", "현장방문 1팀"},
    {"field-2@example.kr", "field", "현장방문 2팀"},
    {"field-3@example.kr", "field", "현장방문 3팀"},
};

static const struct {
    const char *ko, *en;
} rooms[] = {{"상담실 1", "Room 1"}, {"상담실 2", "Room 2"}, {"회의실", "Meeting room"}};

static bool is_empty(struct sync *db);
static bool load(struct sync *db, const struct conf *c, uint64_t seed, int64_t today);

int cli_sample(struct conf *c, int argc, char **argv)
{
    const char *seed = cli_value(&argc, argv, "--seed");
    char why[CONF_WHY];
    if (!cli_args(argc, argv, 0, 0))
        return CLI_USAGE;
    struct sync *db = sync_open(conf_str(c, CONF_owner_database), why, sizeof why);
    if (!db) {
        fprintf(stderr, "jamund sample: %s\n", why);
        return CLI_FAILED;
    }
    int rc = CLI_FAILED;
    if (!is_empty(db))
        fprintf(stderr, "jamund sample: the database is not empty\n");
    else if (sync_exec(db, "begin") == OK &&
             load(db, c, seed ? strtoull(seed, NULL, 10) : 1, clock_now() / DAY) &&
             sync_exec(db, "commit") == OK)
        rc = 0;
    sync_close(db);
    return rc;
}

static bool is_empty(struct sync *db)
{
    struct rows *rows = cli_ask(db, "sample", ASK_user_list, NULL);
    bool empty = rows && rows_count(rows) == 0;
    rows_free(rows);
    return empty;
}

static bool add_people(struct sync *db)
{
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        json_t *args = json_pack("{s:s, s:s, s:s, s:s}", "email", people[i].email, "role",
                                 people[i].role, "name", people[i].name, "phone", "053-000-0000");
        json_t *reply = cli_reply(db, "sample", ASK_user_add, args);
        if (!reply)
            return false;
        json_decref(reply);
    }
    return true;
}

static bool add_rooms(struct sync *db)
{
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        json_t *args = json_pack("{s:{s:s, s:s, s:i}}", "body", "ko", rooms[i].ko, "en",
                                 rooms[i].en, "turnaround", 10);
        json_t *reply = cli_reply(db, "sample", ASK_place_add, args);
        if (!reply)
            return false;
        json_decref(reply);
    }
    return true;
}

static bool add_rosters(struct sync *db, uint64_t seed, int64_t today)
{
    struct buf csv;
    buf_init(&csv, SAMPLE_CSV_BYTES);
    sample_experts(seed, today, &csv);
    bool ok = import_bytes(db, ROSTER_EXPERTS, csv.data, csv.len, false) == 0;
    buf_reset(&csv);
    sample_companies(seed, &csv);
    ok = ok && import_bytes(db, ROSTER_COMPANIES, csv.data, csv.len, false) == 0;
    buf_done(&csv);
    return ok;
}

static bool load(struct sync *db, const struct conf *c, uint64_t seed, int64_t today)
{
    json_t *cases = sample_cases(seed, today);
    bool seoul = strcmp(conf_str(c, CONF_zone), "Asia/Seoul") == 0;
    bool ok = life_clock(db, (today - SAMPLE_DAYS - 1) * DAY) && add_people(db) && add_rooms(db) &&
              (!seoul || holidays_korea(db) == 0) && add_rosters(db, seed, today) &&
              life_run(db, c, cases, today);
    json_decref(cases);
    return ok;
}
