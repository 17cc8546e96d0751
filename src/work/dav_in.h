/* Inside work/dav*: a CalDAV call on its way.
 *
 *     dav_enter    the method's row, or 405; OPTIONS is answered
 *     dav_sign_in  401 without a name and a password
 *     dav_kept     whether an answer that is kept is still true (dav_kept.c), and if so that
 *     dav_who      who the name and password that came are is asked for
 *     dav_admit    who it is, 401 or 403: nothing of the body is looked at before
 *     dav_prepare  the row reads the body and says what to ask the database for, if anything
 *     dav_take     what came, as entries
 *     dav_docs     entries whose texts are wanted and not in memory are asked for and rendered
 *     dav_reply    the row answers
 */
#ifndef WORK_DAV_IN_H
#define WORK_DAV_IN_H

#include "base/id.h"
#include "form/dav_out.h"
#include "work/app.h"

#include <jansson.h>

enum { DAV_BODY_MAX = 16 << 20, DAV_OBJECT_MAX = 1 << 20 /* of a PUT */ };
enum { DAV_NOWHERE = 32 /* a place where nothing is */ };

struct dav_entry {
    struct dav_item item;
    const char *uid, *partstat, *state; /* state: of the appointment */
    int64_t version;
    int revision;
    bool shown;
    const json_t *doc; /* the revision, where it was asked for */
};

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
    struct dav_in in;
    struct dav_facts facts;
    json_t *ask; /* for api.dav_see */
    struct dav_entry *entries;
    size_t count;
    int64_t calendar;               /* its version */
    char salt[9];                   /* of all that texts depend on beside revision and answer */
    bool texts;                     /* are wanted */
    char question[ID_HASH_LEN + 1]; /* under which its answer is kept; "": it is not */
    int64_t log, until; /* what was asked is as of this version of the change log, and good until */
    struct put *put;    /* NULL but in a PUT */
};

/* dav_sign_in.c */
enum step dav_challenge(struct call *c);             /* 401 */
bool dav_credentials(struct call *c, struct dav *d); /* false: none that could be any */

/* dav_look.c */
bool dav_asks(const struct dav *d); /* for entries */
enum step dav_ask(struct call *c, struct dav *d);
enum step dav_admit(struct call *c);
enum step dav_take(struct call *c);
enum step dav_docs(struct call *c);
const char *dav_base(struct call *c); /* what stands before /dav in the public URL's path */
char *dav_token(struct call *c, const struct dav *d, int64_t version);
bool dav_token_read(struct call *c, const struct dav *d, const char *token, int64_t *ret);

/* dav_kept.c */
enum step dav_kept(struct call *c);
enum step dav_kept_reply(struct call *c);
void dav_keep(struct call *c, const char *bytes, size_t len); /* the answer, with status 207 */

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
