/* Shared by mail.c (headers, parts), mail_body.c (what the reader reads), mail_texts.c (the words'
 * files) and mail_says.c (the words with a message's values in them). */
#ifndef FORM_MAIL_IN_H
#define FORM_MAIL_IN_H

#include "form/ical.h"
#include "form/mail_texts.h"
#include "form/revision.h"

enum {
    MAIL_BRIEF = 1,  /* only the time: the rest is no longer the reader's business */
    MAIL_ASKS = 2,   /* it waits for an answer */
    MAIL_STANDS = 4, /* it may stand or wait for an expert: it says which */
};

/* One kind of mail to one kind of reader (mail_kinds.def). */
struct mail_kind {
    const char *file;          /* its words: {file}.txt */
    const char *kind, *viewer; /* viewer NULL: any */
    enum ical_method method;   /* ICAL_FEED: no calendar part */
    unsigned flags;
};
extern const struct mail_kind mail_kinds[];
extern const size_t mail_kind_count;

/* The first ones are each kind's own, the others common. */
enum mail_section {
    MAIL_TAG,    /* in the subject: what it is about */
    MAIL_LEAD,   /* the first paragraph */
    MAIL_BUTTON, /* over the link */
    MAIL_GREETING,
    MAIL_HELLO, /* greeting of somebody without a name */
    MAIL_WHEN,  /* labels */
    MAIL_REASON,
    MAIL_RESPOND_BY,
    MAIL_CLOSE,
    MAIL_NOTE,
    MAIL_SECTIONS,
};

struct mail {
    const struct mail_kind *kind;
    const char *id, *host, *viewer, *partstat, *link_url, *reason, *thread, *reply_to;
    instant created, respond_by; /* respond_by 0: none */
    enum lang lang;              /* the reader's: comes first */
    bool alarmed;
    int64_t alarm_minutes;
    struct person to, organizer;
    const struct revision *revision;
    const char *says[MAIL_SECTIONS][LANGS];
};

/* The text of a section, with its placeholders; of the kind's file, or of common.txt. */
const char *mail_texts_get(const struct mail_texts *t, const struct mail_kind *kind,
                           enum mail_section section, enum lang lang);

/* Placeholders' names with a value each, for a check of kind's file (NULL: common.txt). */
json_t *mail_says_sample(const struct mail_kind *kind);
void mail_says_all(struct arena *a, const struct mail_texts *t, struct mail *m); /* fills m->says */

void mail_plain(struct buf *out, const struct mail *m); /* UTF-8, '\n' */
void mail_html(struct buf *out, const struct mail *m);  /* UTF-8, '\n' */
void mail_brief(struct buf *out, const struct mail *m); /* Korean: time, place, until when, link */

#endif
