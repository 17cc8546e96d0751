#include "reader/mail.h"

#include "mail_in.h"
#include "reader/object.h"
#include "reader/scan.h"

#include <iconv.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 20 };

struct found {
    json_t *calendars;
    size_t events; /* in them */
    GByteArray *seen[MAIL_IN_CALENDARS_MAX];
    size_t n_seen;
    GMimeTextPart *plain;
    bool tnef;
};

static bool few_parts(const char *bytes, size_t len);
static json_t *document(GMimeMessage *m);
static json_t *addresses(GMimeMessage *m, const char *const *headers);
static const char *automatic(GMimeMessage *m);
static void look(struct found *f, GMimeObject *part, int depth);
static void name_charset(GMimeObject *part);
static void take_calendar(struct found *f, GMimeObject *part);

/* Converters stay open, so that their modules stay loaded when no file can be opened any more. */
static const char *const charsets[] = {"EUC-KR", "CP949", "ISO-8859-1", "ISO-8859-15", "CP1252"};
static iconv_t volatile converters[sizeof charsets / sizeof *charsets];

void mail_ready(void)
{
    g_mime_init();
    for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++)
        converters[i] = iconv_open("UTF-8", charsets[i]);
}

void mail_document(struct buf *json, const char *bytes, size_t len)
{
    if (!few_parts(bytes, len)) {
        ics_error(json, "parts", 0);
        return;
    }
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, len);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *m = g_mime_parser_construct_message(parser, NULL);
    json_t *doc = m && g_mime_header_list_get_count(g_mime_object_get_header_list((GMimeObject *)m))
                      ? document(m)
                      : NULL;
    char *text = doc ? json_dumps(doc, JSON_COMPACT) : NULL;
    if (text)
        buf_str(json, text);
    else
        ics_error(json, "not-a-mail", 0);
    free(text);
    json_decref(doc);
    if (m)
        g_object_unref(m);
    g_object_unref(parser);
    g_object_unref(stream);
}

static size_t count(const char *bytes, size_t len, const char *word)
{
    size_t n = strlen(word), found = 0;
    for (size_t i = 0; i + n <= len; i++)
        found += (bytes[i] | 32) == word[0] && strncasecmp(bytes + i, word, n) == 0;
    return found;
}

/* Nesting costs stack and time: what makes it is counted before anything is parsed. */
static bool few_parts(const char *bytes, size_t len)
{
    return count(bytes, len, "boundary") + count(bytes, len, "message/") <= MAIL_IN_PARTS_MAX;
}

static json_t *document(GMimeMessage *m)
{
    static const char *const from[] = {"From", NULL};
    static const char *const to[] = {"Delivered-To", "X-Original-To", "To", "Cc", NULL};
    struct found f = {.calendars = json_array()};
    const char *why = automatic(m);
    if (g_mime_message_get_mime_part(m))
        look(&f, g_mime_message_get_mime_part(m), 0);
    char *text = f.plain ? g_mime_text_part_get_text(f.plain) : NULL;
    json_t *bounce = mail_bounce(m);
    json_t *doc = json_pack("{s:o, s:o, s:s?, s:b, s:o, s:o, s:o}", "from", addresses(m, from),
                            "to", addresses(m, to), "auto", why, "tnef", f.tnef, "text",
                            mail_text(text, MAIL_IN_TEXT_MAX), "bounce",
                            bounce ? bounce : json_null(), "calendars", f.calendars);
    g_free(text);
    for (size_t i = 0; i < f.n_seen; i++)
        g_byte_array_unref(f.seen[i]);
    return doc;
}

json_t *mail_text(const char *s, size_t most)
{
    if (!s)
        return json_null();
    gchar *valid = g_utf8_make_valid(s, (gssize)strnlen(s, most));
    json_t *text = json_string(valid);
    g_free(valid);
    return text;
}

/* ---- the head ---- */

static void add_address(json_t *list, InternetAddress *one)
{
    const char *addr = INTERNET_ADDRESS_IS_MAILBOX(one)
                           ? internet_address_mailbox_get_addr((InternetAddressMailbox *)one)
                           : NULL;
    char *low = addr ? g_ascii_strdown(addr, -1) : NULL;
    if (low && strlen(low) <= 254 && json_array_size(list) < 50)
        json_array_append_new(list, mail_text(low, 254));
    g_free(low);
}

static json_t *addresses(GMimeMessage *m, const char *const *headers)
{
    json_t *list = json_array();
    for (; *headers; headers++) {
        const char *value = g_mime_object_get_header((GMimeObject *)m, *headers);
        InternetAddressList *all = value ? internet_address_list_parse(NULL, value) : NULL;
        for (int i = 0; all && i < internet_address_list_length(all); i++)
            add_address(list, internet_address_list_get_address(all, i));
        if (all)
            g_object_unref(all);
    }
    return list;
}

static bool header_begins(GMimeMessage *m, const char *name, const char *word)
{
    const char *s = g_mime_object_get_header((GMimeObject *)m, name);
    return s && strncasecmp(s, word, strlen(word)) == 0;
}

static const char *automatic(GMimeMessage *m)
{
    static const char *const bulk[] = {"bulk", "junk", "auto_reply", "auto-reply", "list"};
    GMimeObject *o = (GMimeObject *)m, *part = g_mime_message_get_mime_part(m);
    if (g_mime_object_get_header(o, "Auto-Submitted") && !header_begins(m, "Auto-Submitted", "no"))
        return "submitted";
    if (g_mime_object_get_header(o, "X-Autoreply") || g_mime_object_get_header(o, "X-Autorespond"))
        return "submitted";
    for (size_t i = 0; i < sizeof bulk / sizeof *bulk; i++)
        if (header_begins(m, "Precedence", bulk[i]))
            return "bulk";
    if (g_mime_object_get_header(o, "List-Id"))
        return "list";
    if (part && mail_is(part, "multipart", "report"))
        return "receipt";
    const char *from = g_mime_object_get_header(o, "From");
    return from && strcasestr(from, "mailer-daemon") ? "daemon" : NULL;
}

/* ---- the parts ---- */

bool mail_is(GMimeObject *part, const char *type, const char *subtype)
{
    GMimeContentType *t = g_mime_object_get_content_type(part);
    return t && g_mime_content_type_is_type(t, type, subtype);
}

static void look(struct found *f, GMimeObject *part, int depth)
{
    if (GMIME_IS_MULTIPART(part) && depth < DEPTH_MAX) {
        int n = g_mime_multipart_get_count((GMimeMultipart *)part);
        for (int i = 0; i < n; i++)
            look(f, g_mime_multipart_get_part((GMimeMultipart *)part, i), depth + 1);
    } else if (mail_is(part, "text", "calendar") || mail_is(part, "application", "ics")) {
        name_charset(part);
        take_calendar(f, part);
    } else if (mail_is(part, "application", "ms-tnef")) {
        f->tnef = true;
    } else if (!f->plain && GMIME_IS_TEXT_PART(part) && mail_is(part, "text", "plain")) {
        name_charset(part);
        f->plain = (GMimeTextPart *)part;
    }
}

/* Korean programs call CP949 by the names of EUC-KR, which it extends: so does the Encoding
 * Standard. */
static void name_charset(GMimeObject *part)
{
    static const char *const names[] = {"euc-kr",   "euckr",  "ks_c_5601", "ksc5601",
                                        "ksc_5601", "korean", "cseuckr",   "csksc5601"};
    const char *charset = g_mime_object_get_content_type_parameter(part, "charset");
    for (size_t i = 0; charset && i < sizeof names / sizeof *names; i++)
        if (strncasecmp(charset, names[i], strlen(names[i])) == 0) {
            g_mime_object_set_content_type_parameter(part, "charset", "CP949");
            return;
        }
}

GByteArray *mail_bytes(GMimeObject *part, size_t most)
{
    GMimeDataWrapper *content =
        GMIME_IS_PART(part) ? g_mime_part_get_content((GMimePart *)part) : NULL;
    if (!content)
        return NULL;
    GMimeStream *mem = g_mime_stream_mem_new(), *out = g_mime_stream_filter_new(mem);
    const char *charset = g_mime_object_get_content_type_parameter(part, "charset");
    GMimeFilter *to_utf8 = charset && strcasecmp(charset, "utf-8") != 0
                               ? g_mime_filter_charset_new(charset, "utf-8")
                               : NULL;
    if (to_utf8) {
        g_mime_stream_filter_add((GMimeStreamFilter *)out, to_utf8);
        g_object_unref(to_utf8);
    }
    g_mime_data_wrapper_write_to_stream(content, out);
    g_mime_stream_flush(out);
    GByteArray *bytes = g_byte_array_ref(g_mime_stream_mem_get_byte_array((GMimeStreamMem *)mem));
    g_mime_stream_mem_set_owner((GMimeStreamMem *)mem, false);
    g_object_unref(out);
    g_object_unref(mem);
    if (bytes->len <= most)
        return bytes;
    g_byte_array_unref(bytes);
    return NULL;
}

static bool seen(struct found *f, GByteArray *bytes)
{
    for (size_t i = 0; i < f->n_seen; i++)
        if (f->seen[i]->len == bytes->len && memcmp(f->seen[i]->data, bytes->data, bytes->len) == 0)
            return true;
    return false;
}

/* RFC 6047 2.4: the two say the same, or nobody knows what it is. */
static bool methods_agree(GMimeObject *part, const json_t *calendar)
{
    const char *outer = g_mime_object_get_content_type_parameter(part, "method");
    const char *inner = json_string_value(json_object_get(calendar, "method"));
    return !outer || !inner || strcasecmp(outer, inner) == 0;
}

static void take_calendar(struct found *f, GMimeObject *part)
{
    struct buf text;
    if (f->n_seen == MAIL_IN_CALENDARS_MAX)
        return;
    GByteArray *bytes = mail_bytes(part, ICS_BYTES_MAX);
    if (bytes && (bytes->len == 0 || seen(f, bytes))) {
        g_byte_array_unref(bytes);
        return;
    }
    buf_init(&text, OBJECT_JSON_MAX);
    if (bytes) {
        f->seen[f->n_seen++] = bytes;
        ics_object(&text, (const char *)bytes->data, bytes->len);
    } else {
        ics_error(&text, "too-long", 0);
    }
    json_t *calendar = text.full ? NULL : json_loads(text.data, 0, NULL);
    if (!calendar || !methods_agree(part, calendar)) {
        const char *why = calendar ? "method" : "too-long";
        json_decref(calendar);
        calendar = json_pack("{s:s, s:i}", "error", why, "line", 0);
    }
    json_array_append_new(f->calendars, mail_answers(calendar, &f->events));
    json_decref(calendar);
    buf_done(&text);
}
