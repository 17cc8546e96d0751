/* What `jamund-reader NAME` does with a document: a row each in src/reader/tasks.c. */
#ifndef READER_TASKS_H
#define READER_TASKS_H

#include "base/buf.h"

struct reader_task {
    const char *name;
    size_t bytes_max;  /* of the document */
    size_t answer_max; /* of its answer; above that it is "too-long" */
    void (*run)(struct buf *json, const char *bytes, size_t len);
    void (*ready)(void); /* before the sandbox closes; may be NULL */
};

const struct reader_task *reader_task_find(const char *name); /* NULL: there is none */

#endif
