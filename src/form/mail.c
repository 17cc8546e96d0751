#include "form/mail.h"

#include "base/id.h"
#include "form/address.h"
#include "form/clean.h"
#include "form/facts.h"
#include "form/mime.h"
#include "form/take.h"
#include "form/when.h"
#include "mail_in.h"

#include <string.h>

enum { SHORT_MAX = 8192, ALARM_MINUTES_MAX = 28 * 24 * 60 };

static enum err read_message(struct arena *a, const struct mail_texts *texts, const json_t *json,
                             struct mail *m);
static const char *thread_of(struct take *t, const json_t *json);
static const struct mail_kind *kind_of(const char *kind, const struct mail *m);
static bool acceptable(const struct mail *m);
static void put_headers(struct buf *out, const struct mail *m);
static void put_title(struct buf *out, const struct mail *m, enum lang lang);
static void put_subject(struct buf *out, const struct mail *m);
static void put_alternatives(struct buf *out, const struct mail *m, const struct buf *ics);
static void put_mixed(struct buf *out, const struct mail *m, const struct buf *ics);

enum err mail_render(struct arena *a, const struct mail_texts *texts, const json_t *message,
                     struct buf *out, struct mail_envelope *ret)
{
    struct mail m;
    struct buf ics;
    enum err err = read_message(a, texts, message, &m);
    if (err != OK || !address_valid(m.to.email))
        return err != OK ? err : ERR_INVALID; /* a short text may go to a phone alone */
    struct ical_audience to = {.method = m.kind->method,
                               .organizer = m.organizer,
                               .attendee = m.to,
                               .partstat = m.partstat,
                               .lang = m.lang,
                               .alarmed = m.alarmed,
                               .alarm_minutes = m.alarm_minutes,
                               .comment = m.reason};
    buf_init(&ics, out->max);
    if (m.kind->method != ICAL_FEED)
        err = ical_itip(&ics, m.revision, &to);
    if (err == OK) {
        put_headers(out, &m);
        if (ics.len > 0)
            put_mixed(out, &m, &ics);
        else
            put_alternatives(out, &m, &ics);
        err = out->full || ics.full ? ERR_TOO_LARGE : OK;
    }
    buf_done(&ics);
    if (err == OK)
        *ret = (struct mail_envelope){m.reply_to ? m.reply_to : m.organizer.email, m.to.email,
                                      arena_printf(a, "%s@%s", m.id, m.host)};
    return err;
}

enum err mail_short(struct arena *a, const struct mail_texts *texts, const json_t *message,
                    const char **ret_title, const char **ret_text)
{
    struct mail m;
    struct buf raw, out;
    enum err err = read_message(a, texts, message, &m);
    if (err != OK)
        return err;
    buf_init(&raw, SHORT_MAX);
    buf_init(&out, SHORT_MAX);
    put_title(&raw, &m, KO);
    clean_line(&out, raw.data);
    *ret_title = arena_strdup(a, out.data);
    buf_char(&out, '\n');
    mail_brief(&out, &m);
    *ret_text = arena_strdup(a, out.data);
    err = raw.full || out.full ? ERR_TOO_LARGE : OK;
    buf_done(&out);
    buf_done(&raw);
    return err;
}

static bool given(const json_t *json, const char *name)
{
    const json_t *value = json_object_get(json, name);
    return value && !json_is_null(value);
}

static enum err read_message(struct arena *a, const struct mail_texts *texts, const json_t *json,
                             struct mail *m)
{
    struct take t = {.arena = a};
    struct revision *r = NULL;
    enum err err = revision_from_json(a, take_object(&t, json, "revision"), &r);
    if (err != OK)
        return err;
    const json_t *to = take_object(&t, json, "to");
    *m = (struct mail){
        .id = take_need(&t, json, "id"),
        .host = take_need(&t, json, "host"),
        .viewer = take_need(&t, json, "viewer"),
        .partstat = take_str(&t, to, "partstat"),
        .link_url = take_str(&t, json, "link_url"),
        .reason = take_str(&t, json, "reason"),
        .reply_to = take_str(&t, json, "reply_to"),
        .thread = thread_of(&t, json),
        .created = take_instant(&t, json, "created"),
        .to = person_take(&t, to),
        .organizer = person_take(&t, take_object(&t, json, "organizer")),
        .revision = r,
    };
    if (given(json, "respond_by"))
        m->respond_by = take_instant(&t, json, "respond_by");
    m->alarmed = given(json, "alarm_minutes");
    if (m->alarmed)
        m->alarm_minutes = take_int(&t, json, "alarm_minutes", 0, ALARM_MINUTES_MAX);
    const char *lang = take_str(&t, json, "language");
    m->lang = lang && strcmp(lang, "en") == 0 ? EN : KO;
    m->kind = kind_of(take_need(&t, json, "kind"), m);
    if (t.bad || !m->kind || !acceptable(m))
        return ERR_INVALID;
    if (m->reply_to && m->kind->method != ICAL_FEED)
        m->organizer.email = m->reply_to; /* From is the organizer, and calendars answer there */
    mail_says_all(a, texts, m);
    return OK;
}

/* "<id@host>" of the mail this one follows; printed raw, so it must be ours. */
static const char *thread_of(struct take *t, const json_t *json)
{
    const char *s = take_str(t, json, "thread");
    if (!s)
        return NULL;
    size_t len = strlen(s);
    if (len < 2 || s[0] != '<' || s[len - 1] != '>') {
        t->bad = true;
        return NULL;
    }
    char *id = arena_strndup(t->arena, s + 1, len - 2);
    char *at = strchr(id, '@');
    if (at)
        *at = '\0';
    if (!at || !id_is_uuid(id) || !host_valid(at + 1))
        t->bad = true;
    return s;
}

static const struct mail_kind *kind_of(const char *kind, const struct mail *m)
{
    if (strcmp(kind, "uninvite") == 0)
        return NULL; /* not a kind of its own */
    if (strcmp(kind, "cancel") == 0 && m->revision->status != STATUS_CANCELLED)
        kind = "uninvite";
    for (const struct mail_kind *k = mail_kinds; k < mail_kinds + mail_kind_count; k++)
        if (strcmp(k->kind, kind) == 0 && (!k->viewer || strcmp(k->viewer, m->viewer) == 0))
            return k;
    return NULL;
}

static bool acceptable(const struct mail *m)
{
    return id_is_uuid(m->id) && host_valid(m->host) && address_valid(m->organizer.email) &&
           (!m->reply_to || address_valid(m->reply_to)) &&
           (!m->link_url || link_valid(m->link_url));
}

static void put_headers(struct buf *out, const struct mail *m)
{
    buf_str(out, "Date: ");
    when_mail(out, m->created);
    buf_str(out, "\r\n");
    mime_mailbox(out, "From", m->organizer.name, m->organizer.email);
    mime_mailbox(out, "Reply-To", m->organizer.name, m->organizer.email);
    mime_mailbox(out, "To", m->to.name, m->to.email);
    put_subject(out, m);
    buf_printf(out, "Message-ID: <%s@%s>\r\n", m->id, m->host);
    if (m->thread)
        buf_printf(out, "In-Reply-To: %s\r\nReferences: %s\r\n", m->thread, m->thread);
    buf_str(out, "Auto-Submitted: auto-generated\r\n");
    if (m->kind->method != ICAL_FEED)
        buf_str(out, "Content-Class: urn:content-classes:calendarmessage\r\n");
    buf_str(out, "MIME-Version: 1.0\r\n");
}

static void put_title(struct buf *out, const struct mail *m, enum lang lang)
{
    buf_printf(out, "[%s] ", m->says[MAIL_TAG][lang]);
    when_short(out, m->revision->start);
    buf_char(out, ' ');
    facts_title(out, m->revision, lang);
}

static void put_subject(struct buf *out, const struct mail *m)
{
    struct buf text;
    buf_init(&text, BUF_MAX_DEFAULT);
    put_title(&text, m, m->lang);
    buf_printf(&text, " | %s", m->says[MAIL_TAG][m->lang == KO ? EN : KO]);
    mime_header(out, "Subject", text.data);
    buf_done(&text);
}

static void put_boundary(struct buf *out, const struct mail *m, char level, const char *end)
{
    buf_printf(out, "--=_%c_%s%s\r\n", level, m->id, end);
}

static void put_multipart(struct buf *out, const struct mail *m, const char *kind, char level)
{
    buf_printf(out, "Content-Type: multipart/%s;\r\n boundary=\"=_%c_%s\"\r\n\r\n", kind, level,
               m->id);
}

static void put_text(struct buf *out, const struct mail *m, const char *type,
                     void (*write)(struct buf *, const struct mail *))
{
    struct buf text, wire;
    buf_init(&text, out->max);
    buf_init(&wire, out->max);
    write(&text, m);
    mime_crlf(&wire, text.data);
    buf_printf(out,
               "Content-Type: text/%s; charset=UTF-8\r\n"
               "Content-Transfer-Encoding: base64\r\n\r\n",
               type);
    mime_base64(out, wire.data, wire.len);
    out->full |= text.full || wire.full;
    buf_done(&wire);
    buf_done(&text);
}

static void put_alternatives(struct buf *out, const struct mail *m, const struct buf *ics)
{
    put_multipart(out, m, "alternative", 'a');
    put_boundary(out, m, 'a', "");
    put_text(out, m, "plain", mail_plain);
    put_boundary(out, m, 'a', "");
    put_text(out, m, "html", mail_html);
    if (ics->len > 0) {
        put_boundary(out, m, 'a', "");
        buf_printf(out,
                   "Content-Type: text/calendar; charset=UTF-8; method=%s;\r\n"
                   " component=VEVENT\r\n"
                   "Content-Transfer-Encoding: base64\r\n\r\n",
                   ical_method_name(m->kind->method));
        mime_base64(out, ics->data, ics->len);
    }
    put_boundary(out, m, 'a', "--");
}

static void put_mixed(struct buf *out, const struct mail *m, const struct buf *ics)
{
    static const char *const files[] = {[ICAL_REQUEST] = "invite.ics",
                                        [ICAL_CANCEL] = "cancel.ics",
                                        [ICAL_DECLINECOUNTER] = "declinecounter.ics"};
    const char *file = files[m->kind->method];
    put_multipart(out, m, "mixed", 'm');
    put_boundary(out, m, 'm', "");
    put_alternatives(out, m, ics);
    put_boundary(out, m, 'm', "");
    buf_printf(out,
               "Content-Type: application/ics; name=\"%s\"\r\n"
               "Content-Disposition: attachment; filename=\"%s\"\r\n"
               "Content-Transfer-Encoding: base64\r\n\r\n",
               file, file);
    mime_base64(out, ics->data, ics->len);
    put_boundary(out, m, 'm', "--");
}
