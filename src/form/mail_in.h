/* Shared by mail.c (headers, parts) and mail_body.c (what the reader reads). */
#ifndef FORM_MAIL_IN_H
#define FORM_MAIL_IN_H

#include "form/ical.h"
#include "form/revision.h"

/* The words of one kind of mail to one kind of reader (mail_text.def). */
struct mail_words {
    const char *kind, *viewer; /* viewer NULL: any */
    enum ical_method method;   /* ICAL_FEED: no calendar part */
    bool brief;                /* only the time: the rest is no longer the reader's business */
    struct words tag, lead, button;
};

struct mail {
    const struct mail_words *words;
    const char *id, *host, *viewer, *partstat, *link_url, *reason, *thread;
    instant created, respond_by; /* respond_by 0: none */
    struct person to, organizer;
    const struct revision *revision;
};

void mail_plain(struct buf *out, const struct mail *m); /* UTF-8, '\n' */
void mail_html(struct buf *out, const struct mail *m);  /* UTF-8, '\n' */
void mail_brief(struct buf *out, const struct mail *m); /* Korean: time, place, until when, link */

#endif
