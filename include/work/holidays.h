/* Holidays into the database, in one transaction. Both print what changed, or every fault. */
#ifndef WORK_HOLIDAYS_H
#define WORK_HOLIDAYS_H

#include "store/sync.h"

#include <stdbool.h>
#include <stddef.h>

int holidays_bytes(struct sync *db, const char *bytes, size_t len, bool dry); /* an exit status */
int holidays_korea(struct sync *db); /* those that come with the program */

#endif
