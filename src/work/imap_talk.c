/*
 * One conversation with an IMAP server. libcurl makes the connection, TLS and the sign-in (its
 * CONNECT_ONLY does all three); what is said then is said here, for libcurl reads a message by
 * BODY[] alone, which marks it read before it is written down anywhere, and hands the lines of any
 * other FETCH to nobody, or takes a line of a mail for the end of the answer.
 */
#include "imap_in.h"

#include "base/clock.h"
#include "base/log.h"

#include <poll.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    CHUNK = 16 << 10,
    WAIT_MS = 200,                          /* then the end is looked for */
    COMMAND_MAX = 2 * IMAP_FOLDER_MAX + 64, /* bytes */
    RESPONSES_MAX = 20000,                  /* to one command; 7: any number may come unasked */
};

struct imap_session {
    const struct conf *conf;
    CURL *easy; /* NULL: not connected */
    struct talks *talks;
    int64_t deadline;  /* of the task */
    const char *why;   /* the first thing that went wrong */
    bool too_long;     /* that was a message's length */
    uint32_t validity; /* of the selected folder */
    unsigned commands;
    char tag[IMAP_TAG_MAX + 1];
    struct buf in;
    size_t at, skip; /* of the response under way; the bytes of the last one */
};

struct imap_session *imap_session_new(const struct conf *conf)
{
    struct imap_session *s = calloc(1, sizeof *s);
    if (!s)
        fatal("out of memory");
    s->conf = conf;
    buf_init(&s->in, (size_t)conf_int(conf, CONF_mail_in_max) + 2 * IMAP_LINE_MAX);
    return s;
}

/* Its answer to LOGOUT is not waited for. */
static void hang_up(struct imap_session *s)
{
    static const char bye[] = "bye LOGOUT\r\n";
    curl_socket_t fd = CURL_SOCKET_BAD;
    size_t n;
    if (!s->easy)
        return;
    if (curl_easy_getinfo(s->easy, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK &&
        fd != CURL_SOCKET_BAD) {
        (void)curl_easy_send(s->easy, bye, sizeof bye - 1, &n);
        shutdown(fd, SHUT_RDWR);
    }
    curl_easy_cleanup(s->easy);
    s->easy = NULL;
}

void imap_session_free(struct imap_session *s)
{
    if (!s)
        return;
    hang_up(s);
    buf_done(&s->in);
    free(s);
}

static bool fail(struct imap_session *s, const char *why)
{
    if (!s->why)
        s->why = why;
    return false;
}

/* ---- bytes ---- */

static bool wait_for(struct imap_session *s, short what)
{
    struct pollfd p = {.events = what};
    if (curl_easy_getinfo(s->easy, CURLINFO_ACTIVESOCKET, &p.fd) != CURLE_OK ||
        p.fd == CURL_SOCKET_BAD)
        return fail(s, "cut");
    while (poll(&p, 1, WAIT_MS) == 0) {
        if (talks_ending(s->talks))
            return fail(s, "ending");
        if (clock_mono_ms() > s->deadline)
            return fail(s, "timeout");
    }
    return clock_mono_ms() <= s->deadline || fail(s, "timeout");
}

static bool send_all(struct imap_session *s, const char *bytes, size_t len)
{
    while (len > 0) {
        size_t n = 0;
        CURLcode rc = curl_easy_send(s->easy, bytes, len, &n);
        if (rc == CURLE_AGAIN && !wait_for(s, POLLOUT))
            return false;
        if (rc != CURLE_OK && rc != CURLE_AGAIN)
            return fail(s, "cut");
        bytes += n;
        len -= n;
    }
    return true;
}

static bool receive(struct imap_session *s)
{
    char chunk[CHUNK];
    size_t n = 0;
    CURLcode rc;
    if (talks_ending(s->talks)) /* of one who never pauses, nothing is waited for */
        return fail(s, "ending");
    while ((rc = curl_easy_recv(s->easy, chunk, sizeof chunk, &n)) == CURLE_AGAIN)
        if (!wait_for(s, POLLIN))
            return false;
    if (rc != CURLE_OK || n == 0)
        return fail(s, "cut");
    buf_add(&s->in, chunk, n);
    if (s->in.full)
        return fail(s, "endless");
    return clock_mono_ms() <= s->deadline || fail(s, "timeout"); /* however it trickles */
}

/* ---- commands and responses ---- */

static bool say(struct imap_session *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool say(struct imap_session *s, const char *fmt, ...)
{
    char line[COMMAND_MAX];
    va_list args;
    snprintf(s->tag, sizeof s->tag, "j%u", ++s->commands);
    int n = snprintf(line, sizeof line, "%s ", s->tag);
    va_start(args, fmt);
    n += vsnprintf(line + n, sizeof line - (size_t)n, fmt, args);
    va_end(args);
    if (n + 2 >= COMMAND_MAX)
        fatal("a command that is too long");
    memcpy(line + n, "\r\n", 2);
    return send_all(s, line, (size_t)n + 2);
}

/* The next response; r points into the buffer until the next call. */
static bool hear(struct imap_session *s, struct imap_response *r)
{
    enum imap_end end;
    buf_cut(&s->in, s->skip);
    s->skip = s->at = 0;
    while (
        (end = imap_response_end(s->in.data, s->in.len, (size_t)conf_int(s->conf, CONF_mail_in_max),
                                 &s->at, &s->skip)) == IMAP_MORE)
        if (!receive(s))
            return false;
    s->too_long = end == IMAP_LONG;
    if (end != IMAP_WHOLE)
        return fail(s, "endless");
    imap_response_read(s->in.data, s->skip, s->tag, r);
    return r->word != IMAP_BYE || fail(s, "sent-away");
}

typedef void heard_fn(struct imap_session *s, const struct imap_response *r, void *into);

/* To the end of the command; NO and BAD are failures of that name. */
static bool hear_all(struct imap_session *s, heard_fn *heard, void *into, const char *refused)
{
    struct imap_response r;
    for (int i = 0; i < RESPONSES_MAX; i++) {
        if (!hear(s, &r))
            return false;
        if (heard)
            heard(s, &r, into);
        if (r.tagged)
            return r.word == IMAP_OK || fail(s, refused);
    }
    return fail(s, "endless");
}

/* ---- connecting ---- */

bool imap_password(const struct conf *conf, char ret[IMAP_PASSWORD_MAX + 2], char why[CONF_WHY])
{
    if (!conf_secret_file(CONF_imap_password_file, conf_str(conf, CONF_imap_password_file), ret,
                          IMAP_PASSWORD_MAX + 2, why))
        return false;
    ret[strcspn(ret, "\r\n")] = '\0';
    size_t len = strlen(ret);
    if (len > 0 && len <= IMAP_PASSWORD_MAX)
        return true;
    snprintf(why, CONF_WHY, "imap_password_file: its first line must have 1 to %d bytes",
             IMAP_PASSWORD_MAX);
    return false;
}

static const char *connect_word(CURLcode rc)
{
    static const struct {
        CURLcode rc;
        const char *word;
    } words[] = {
        {CURLE_LOGIN_DENIED, "sign-in"},       {CURLE_OPERATION_TIMEDOUT, "timeout"},
        {CURLE_COULDNT_CONNECT, "away"},       {CURLE_COULDNT_RESOLVE_HOST, "no-such-host"},
        {CURLE_USE_SSL_FAILED, "tls"},         {CURLE_SSL_CONNECT_ERROR, "tls"},
        {CURLE_SSL_CACERT_BADFILE, "tls"},     {CURLE_PEER_FAILED_VERIFICATION, "tls"},
        {CURLE_ABORTED_BY_CALLBACK, "ending"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].rc == rc)
            return words[i].word;
    return "no-imap";
}

static void set_options(struct imap_session *s, const char *password)
{
    const struct conf *c = s->conf;
    talks_prepare(s->talks, s->easy);
    curl_easy_setopt(s->easy, CURLOPT_URL, conf_str(c, CONF_imap_url));
    curl_easy_setopt(s->easy, CURLOPT_PROTOCOLS_STR, "imap,imaps");
    curl_easy_setopt(s->easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    curl_easy_setopt(s->easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(s->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)IMAP_CONNECT_MS);
    curl_easy_setopt(s->easy, CURLOPT_TIMEOUT_MS, (long)IMAP_TALK_MS);
    curl_easy_setopt(s->easy, CURLOPT_USERNAME, conf_str(c, CONF_imap_user));
    curl_easy_setopt(s->easy, CURLOPT_PASSWORD, password);
    if (*conf_str(c, CONF_imap_ca_file))
        curl_easy_setopt(s->easy, CURLOPT_CAINFO, conf_str(c, CONF_imap_ca_file));
}

static bool sign_in(struct imap_session *s)
{
    char password[IMAP_PASSWORD_MAX + 2], why[CONF_WHY];
    if (!imap_password(s->conf, password, why))
        return fail(s, "password-file");
    s->easy = curl_easy_init();
    if (!s->easy)
        fatal("out of memory");
    set_options(s, password);
    sodium_memzero(password, sizeof password);
    CURLcode rc = curl_easy_perform(s->easy);
    buf_reset(&s->in);
    s->skip = 0;
    return rc == CURLE_OK || fail(s, connect_word(rc));
}

static void on_select(struct imap_session *s, const struct imap_response *r, void *into)
{
    (void)into;
    if (r->uid_validity)
        s->validity = r->uid_validity;
    if (r->tagged && r->read_only)
        fail(s, "read-only"); /* all of it would come again each time */
}

static bool select_folder(struct imap_session *s)
{
    char folder[2 * IMAP_FOLDER_MAX + 3];
    imap_folder_quote(conf_str(s->conf, CONF_imap_folder), folder);
    s->validity = 0;
    if (!say(s, "SELECT %s", folder) || !hear_all(s, on_select, NULL, "no-such-folder") || s->why)
        return false;
    return s->validity || fail(s, "no-uids");
}

/* ---- tasks ---- */

static void on_search(struct imap_session *s, const struct imap_response *r, void *talk)
{
    struct imap_talk *t = talk;
    if (r->word == IMAP_SEARCH)
        t->n = imap_search_read(s->in.data, s->skip, t->uid, t->uids, IMAP_BATCH_MAX, &t->more);
}

/* n:* names the last message, too, where all are below n (6.4.8): those are left out again. */
static bool look(struct imap_session *s, struct imap_talk *t)
{
    t->validity = s->validity;
    if (t->uid == UINT32_MAX)
        return true;
    return say(s, "UID SEARCH UNSEEN UNDELETED UID %u:*", t->uid + 1) &&
           hear_all(s, on_search, t, "search");
}

static void on_size(struct imap_session *s, const struct imap_response *r, void *talk)
{
    struct imap_talk *t = talk;
    if (r->word != IMAP_FETCH || r->uid != t->uid || r->size < 0)
        return;
    bool fits = r->size <= conf_int(s->conf, CONF_mail_in_max);
    t->became = fits ? IMAP_DONE : IMAP_TOO_LONG;
}

static void on_body(struct imap_session *s, const struct imap_response *r, void *talk)
{
    struct imap_talk *t = talk;
    (void)s;
    if (r->word != IMAP_FETCH || r->uid != t->uid || !r->body)
        return;
    buf_reset(t->message);
    buf_add(t->message, r->body, r->body_len);
    t->became = IMAP_DONE;
}

/* Its size first; a server whose sizes are wrong is told by the literal's. */
static bool get(struct imap_session *s, struct imap_talk *t)
{
    t->became = IMAP_GONE;
    if (!say(s, "UID FETCH %u (UID RFC822.SIZE)", t->uid) || !hear_all(s, on_size, t, "fetch"))
        return false;
    if (t->became != IMAP_DONE)
        return true;
    t->became = IMAP_GONE;
    return say(s, "UID FETCH %u (UID BODY.PEEK[])", t->uid) && hear_all(s, on_body, t, "fetch");
}

/* Read before it is moved: one that cannot be moved shall not come again for ever, nor hold up
 * those behind it. */
static bool mark(struct imap_session *s, struct imap_talk *t)
{
    char folder[2 * IMAP_FOLDER_MAX + 3];
    const char *done = conf_str(s->conf, CONF_imap_done_folder);
    const char *flags = t->mark == IMAP_FLAGGED ? "\\Seen \\Flagged" : "\\Seen";
    if (!say(s, "UID STORE %u +FLAGS.SILENT (%s)", t->uid, flags) ||
        !hear_all(s, NULL, NULL, "store"))
        return false;
    if (t->mark == IMAP_FLAGGED || !*done)
        return true;
    imap_folder_quote(done, folder);
    if (say(s, "UID MOVE %u %s", t->uid, folder) && hear_all(s, NULL, NULL, "move"))
        return true;
    t->unmoved = strcmp(s->why, "move") == 0;
    return t->unmoved;
}

static bool on_folder(struct imap_session *s, struct imap_talk *t)
{
    typedef bool task_fn(struct imap_session * s, struct imap_talk * t);
    static task_fn *const tasks[] = {[IMAP_LOOK] = look, [IMAP_GET] = get, [IMAP_MARK] = mark};
    if (!s->easy && !(sign_in(s) && select_folder(s)))
        return false;
    if (t->validity && t->validity != s->validity) {
        t->became = IMAP_MOVED_ON;
        hang_up(s); /* the round is over */
        return true;
    }
    return tasks[t->task](s, t);
}

void imap_session_do(struct imap_session *s, struct talks *talks, struct imap_talk *t)
{
    s->talks = talks;
    s->deadline = clock_mono_ms() + IMAP_TALK_MS;
    s->why = NULL;
    s->too_long = false;
    if (t->task == IMAP_LEAVE) {
        hang_up(s);
        return;
    }
    if (on_folder(s, t))
        return;
    t->became = t->task == IMAP_GET && s->too_long ? IMAP_TOO_LONG : IMAP_FAILED;
    t->why = s->why;
    hang_up(s);
}
