/* A roster file into the database: what `jamund import` and the sample data share. */
#ifndef WORK_IMPORT_H
#define WORK_IMPORT_H

#include "form/roster.h"
#include "store/sync.h"

/* One transaction, all or nothing. Prints what changed, or every fault; an exit status. */
int import_bytes(struct sync *db, enum roster_kind kind, const char *bytes, size_t len, bool dry);

#endif
