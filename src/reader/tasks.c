#include "reader/tasks.h"

#include "reader/mail.h"
#include "reader/object.h"
#include "reader/scan.h"

#include <string.h>

static const struct reader_task tasks[] = {
    {"object", ICS_BYTES_MAX, ics_object, NULL},
    {"mail", MAIL_IN_BYTES_MAX, mail_document, mail_ready},
};

const struct reader_task *reader_task_find(const char *name)
{
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (strcmp(tasks[i].name, name) == 0)
            return &tasks[i];
    return NULL;
}
