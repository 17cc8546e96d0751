/* Inside work/dav*: a CalDAV call on its way.
 *
 *     dav_enter    the method's row, or 405; OPTIONS is answered
 *     dav_sign_in  401 without a name and a password
 *     dav_open     whether the calendar that is kept is still true is asked for
 *     dav_see      it is held, and what has changed since is asked for; where none is kept, all of
 * it dav_admit    whose calendar it is, 401 or 403: nothing of the body is looked at before
 *     dav_prepare  the row reads the body and picks what it is about
 *     dav_texts    texts that are wanted and were not wanted before are asked for, some at a time
 *     dav_render   and rendered, until all are there
 *     dav_reply    the row answers
 */
#ifndef WORK_DAV_IN_H
#define WORK_DAV_IN_H

#include "base/id.h"
#include "dav_calendar.h"
#include "work/app.h"

enum { DAV_BODY_MAX = 16 << 20, DAV_OBJECT_MAX = 1 << 20 /* of a PUT */ };
enum { DAV_NOWHERE = 32 /* a place where nothing is */ };

struct dav;
struct put;
typedef enum step dav_fn(struct call *c, struct dav *d);

struct dav_verb {
    enum http_method method;
    unsigned places;
    dav_fn *prepare; /* STEP_MORE, or it has replied */
    dav_fn *reply;
};

struct dav {
    unsigned place;
    const char *name; /* of the object in the path; NULL: none, or none of ours */
    const struct dav_verb *verb;
    const char *who;
    char hash[ID_HASH_LEN + 1];
    char key[ID_HASH_LEN + 1];     /* of both: what the calendar is kept by */
    struct dav_calendar *calendar; /* held; NULL: not known yet */
    bool asked;                    /* for the calendar */
    int looks;                     /* how often it was another one when its texts came */
    struct dav_in in;
    struct dav_entry **picked; /* what the call is about; NULL among them: there is no such thing */
    size_t count;
    bool cut;        /* there are more than was asked for */
    int64_t since;   /* of a sync: the version that its token is of */
    bool texts;      /* are wanted */
    bool texts_come; /* were asked for */
    struct put *put; /* NULL but in a PUT */
};

/* dav_sign_in.c */
enum step dav_challenge(struct call *c);             /* 401 */
bool dav_credentials(struct call *c, struct dav *d); /* false: none that could be any */

/* dav_look.c */
step_fn dav_open, dav_see, dav_admit, dav_texts, dav_render;
enum step
dav_again(struct call *c); /* the calendar is not what it is by now; STEP_DONE where that went on */
const char *dav_base(struct call *c); /* what stands before /dav in the public URL's path */
char *dav_token(struct call *c, const struct dav *d, int64_t version);
bool dav_token_read(struct call *c, const struct dav *d, const char *token, int64_t *ret);

/* dav_pick.c: what of the calendar a call is about */
typedef bool dav_match_fn(const struct dav *d, const struct dav_entry *e);
void dav_pick(struct call *c, struct dav *d, dav_match_fn *fn); /* those that fn is true of */
void dav_pick_one(struct call *c, struct dav *d, const char *id, dav_match_fn *fn); /* or none */
dav_match_fn dav_is_any, dav_is_shown; /* any: what is gone, too */

/* dav_report.c */
dav_fn dav_propfind_prepare, dav_propfind_reply, dav_proppatch_prepare, dav_proppatch_reply;
dav_fn dav_report_prepare, dav_report_reply;

/* dav_object.c */
dav_fn dav_get_prepare, dav_get_reply;
bool dav_match(const char *list, const char *etag); /* weakly, RFC 9110 13.1.2 */
/* Whether its If header holds (RFC 4918 10.4): 0, or the status to answer; e: NULL, nothing there
 */
int dav_if_status(struct call *c, const struct dav *d, const struct dav_entry *e);

/* dav_put.c */
dav_fn dav_put_prepare, dav_put_reply;

/* dav.c: replies, each STEP_DONE */
enum step dav_send(struct call *c, int status, struct buf *xml); /* takes the buf */
enum step dav_send_bytes(struct call *c, int status, const char *bytes, size_t len);
enum step dav_refuse(struct call *c, int status, const char *ns, const char *precondition);
enum step dav_status(struct call *c, int status);
bool dav_minimal(struct call *c); /* what is not there need not be told (RFC 8144) */

#endif
