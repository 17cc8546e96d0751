/*
 * Inside work/ only: the address of an expert's own calendar, which is a secret of theirs that has
 * to be fetched. The database gets it sealed (base/seal.h) for the calendar's id, its host to be
 * shown, and what tells the same address again: an HMAC of it.
 */
#ifndef WORK_CALENDAR_SECRET_H
#define WORK_CALENDAR_SECRET_H

#include "base/id.h"
#include "form/json.h"

struct arena;

/* As api.calendar_add wants it: {"id", "address", "host", "same"}. The caller's. */
json_t *calendar_address_seal(const uint8_t key[ID_KEY_BYTES], struct arena *a, const char *id,
                              const char *url);

/* The arena's; NULL: not of this server's key and this calendar. */
const char *calendar_address_open(const uint8_t key[ID_KEY_BYTES], struct arena *a, const char *id,
                                  const char *sealed);

#endif
