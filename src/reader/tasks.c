#include "reader/tasks.h"

#include "reader/object.h"
#include "reader/scan.h"

#include <string.h>

static const struct reader_task tasks[] = {
    {"object", ICS_BYTES_MAX, ics_object},
};

const struct reader_task *reader_task_find(const char *name)
{
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (strcmp(tasks[i].name, name) == 0)
            return &tasks[i];
    return NULL;
}
