#include "reader/tasks.h"

#include "reader/busy.h"
#include "reader/hours.h"
#include "reader/mail.h"
#include "reader/object.h"
#include "reader/scan.h"

#include <string.h>

enum { OPTIONS_MAX = 4096, ANSWER_MAX = 256 << 10 };

static const struct reader_task tasks[] = {
    {"object", ICS_BYTES_MAX, OBJECT_JSON_MAX, ics_object, NULL},
    {"days", ICS_BYTES_MAX, DAYS_JSON_MAX, ics_days, NULL},
    {"busy", ICS_BYTES_MAX + OPTIONS_MAX, ANSWER_MAX, ics_busy, NULL},
    {"hours", ICS_BYTES_MAX, ANSWER_MAX, ics_hours, NULL},
    {"mail", MAIL_IN_BYTES_MAX, MAIL_IN_JSON_MAX, mail_document, mail_ready},
};

const struct reader_task *reader_task_find(const char *name)
{
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (strcmp(tasks[i].name, name) == 0)
            return &tasks[i];
    return NULL;
}
