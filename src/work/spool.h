/* Inside work/ only: mails as files, for a service without a mail server. Writing a small local
 * file is the one I/O that does not go through the loop; a real service sets smtp_url. */
#ifndef WORK_SPOOL_H
#define WORK_SPOOL_H

#include <stdbool.h>
#include <stddef.h>

bool spool_open(const char *dir); /* makes the folder (0700); false: it cannot be written */
/* {dir}/{id}.eml, whole or not at all; writing it again gives the same file. */
bool spool_write(const char *dir, const char *id, const char *bytes, size_t len);

#endif
