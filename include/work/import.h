/* A roster file into the database: what `jamund import` and the sample data share. */
#ifndef WORK_IMPORT_H
#define WORK_IMPORT_H

#include "base/conf.h"
#include "form/roster.h"

/* One transaction, all or nothing. Prints what changed, or every fault; an exit status. */
int import_bytes(const struct conf *c, enum roster_kind kind, const char *bytes, size_t len,
                 bool dry);

#endif
