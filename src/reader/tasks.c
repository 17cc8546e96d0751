#include "reader/tasks.h"

#include "reader/busy.h"
#include "reader/hours.h"
#include "reader/mail.h"
#include "reader/object.h"
#include "reader/scan.h"

#include <string.h>

enum { OPTIONS_MAX = 4096 };

static const struct reader_task tasks[] = {
    {"object", ICS_BYTES_MAX, ics_object, NULL},
    {"busy", ICS_BYTES_MAX + OPTIONS_MAX, ics_busy, NULL},
    {"hours", ICS_BYTES_MAX, ics_hours, NULL},
    {"mail", MAIL_IN_BYTES_MAX, mail_document, mail_ready},
};

const struct reader_task *reader_task_find(const char *name)
{
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (strcmp(tasks[i].name, name) == 0)
            return &tasks[i];
    return NULL;
}
