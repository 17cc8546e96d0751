/*
 * One mail (RFC 5322, MIME) as one line of JSON: who sent it to whom, whether a machine wrote it,
 * what it says of a mail that did not arrive, and its calendars (RFC 6047).
 *
 *   {"from": [addresses], "to": [those of Delivered-To, X-Original-To, To, Cc],
 *    "auto": word|null, "tnef": bool, "text": the start of its plain text|null,
 *    "bounce": null | {"message_id": of the mail that did not arrive, without < >|null,
 *                      "recipients": [{"address", "action", "status", "diagnostic"}]},
 *    "calendars": [{"method", "events": [those of REPLY, COUNTER and REFRESH, the first 8 of the
 *      mail: "uid", "recurrence_id", "sequence", "dtstamp", "start", "end", "comment", "attendees":
 *      [the first 20: "address", "partstat"], as in reader/object.h]}, or {"error": …, "line": n}]}
 *   {"error": "not-a-mail"|"parts"|"too-long" (MAIL_IN_JSON_MAX), "line": 0}
 *
 * Addresses are in lower case. A calendar is a part of type text/calendar or application/ics,
 * wherever it stands and whatever its file's name (RFC 6047 2.4, 2.6); the same bytes twice are
 * one; "method" is the error where its type's method is not the calendar's (2.4). Messages within
 * the message are not looked into. "auto" is why a machine is thought to have written it (RFC
 * 3834): "submitted", "bulk", "list", "receipt", "daemon". "bounce" is read from multipart/report
 * (RFC 3464), and from the X-Failed-Recipients of those that send plain text.
 */
#ifndef READER_MAIL_H
#define READER_MAIL_H

#include "base/buf.h"

enum {
    MAIL_IN_BYTES_MAX = 8 << 20,
    MAIL_IN_PARTS_MAX = 100, /* boundaries and messages within */
    MAIL_IN_CALENDARS_MAX = 8,
    MAIL_IN_TEXT_MAX = 2000,     /* bytes of text that are handed on */
    MAIL_IN_JSON_MAX = 64 << 10, /* bytes of the answer */
};

void mail_ready(void); /* before the sandbox closes: what the MIME library loads */
void mail_document(struct buf *json, const char *bytes, size_t len);

#endif
