/* Reports that a mail did not arrive: RFC 3464, and the plain texts of older servers. */
#include "mail_in.h"

#include <string.h>
#include <strings.h>

enum { REPORT_MAX = 256 << 10, RECIPIENTS_MAX = 20, FIELD_MAX = 500, LINES_MAX = 2000 };

static void look(GMimeObject *part, json_t **recipients, char **message_id);
static json_t *read_status(const char *text);
static char *find_id(const char *text);
static json_t *plain_report(GMimeMessage *m);

json_t *mail_bounce(GMimeMessage *m)
{
    GMimeObject *part = g_mime_message_get_mime_part(m);
    if (!part || !mail_is(part, "multipart", "report") || !GMIME_IS_MULTIPART(part))
        return part ? plain_report(m) : NULL;
    json_t *recipients = NULL;
    char *id = NULL;
    int n = g_mime_multipart_get_count((GMimeMultipart *)part);
    for (int i = 0; i < n; i++)
        look(g_mime_multipart_get_part((GMimeMultipart *)part, i), &recipients, &id);
    json_t *bounce = recipients ? json_pack("{s:o, s:o}", "message_id", mail_text(id, 254),
                                            "recipients", recipients)
                                : NULL; /* another report: of a mail that was read */
    g_free(id);
    return bounce;
}

static char *text_of(GMimeObject *part)
{
    GByteArray *bytes = mail_bytes(part, REPORT_MAX);
    char *text = bytes ? g_strndup((const char *)bytes->data, bytes->len) : NULL;
    if (bytes)
        g_byte_array_unref(bytes);
    return text;
}

static void look(GMimeObject *part, json_t **recipients, char **message_id)
{
    if (GMIME_IS_MESSAGE_PART(part)) {
        GMimeMessage *inner = g_mime_message_part_get_message((GMimeMessagePart *)part);
        const char *id = inner ? g_mime_message_get_message_id(inner) : NULL;
        if (id && !*message_id)
            *message_id = g_strdup(id);
        return;
    }
    bool status = mail_is(part, "message", "delivery-status") ||
                  mail_is(part, "message", "global-delivery-status");
    bool head =
        mail_is(part, "text", "rfc822-headers") || mail_is(part, "message", "global-headers");
    char *text = status || head ? text_of(part) : NULL;
    if (text && status && !*recipients)
        *recipients = read_status(text);
    else if (text && head && !*message_id)
        *message_id = find_id(text);
    g_free(text);
}

/* "Final-Recipient: rfc822; a@b.kr" and the like: what stands behind the type. */
static const char *behind_type(const char *value)
{
    const char *semi = strchr(value, ';');
    value = semi ? semi + 1 : value;
    return value + strspn(value, " \t");
}

static void read_field(json_t *group, const char *name, const char *value)
{
    static const struct {
        const char *field, *key;
        bool typed;
    } fields[] = {
        {"Action", "action", false},
        {"Status", "status", false},
        {"Final-Recipient", "address", true},
        {"Diagnostic-Code", "diagnostic", true},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcasecmp(name, fields[i].field) == 0)
            json_object_set_new(group, fields[i].key,
                                mail_text(fields[i].typed ? behind_type(value) : value, FIELD_MAX));
}

/* A group ends: one about a recipient tells what was done. */
static json_t *end_group(json_t *group, json_t *all)
{
    if (json_object_get(group, "action") && json_array_size(all) < RECIPIENTS_MAX)
        json_array_append(all, group);
    json_decref(group);
    return json_object();
}

/* Groups of header fields: the first is about the report, the others about a recipient each. */
static json_t *read_status(const char *text)
{
    json_t *all = json_array(), *group = json_object();
    char **lines = g_strsplit(text, "\n", LINES_MAX);
    for (char **l = lines; *l; l++) {
        char *colon = strchr(g_strchomp(*l), ':');
        if (**l == '\0') {
            group = end_group(group, all);
        } else if (colon && **l != ' ' && **l != '\t') {
            *colon = '\0';
            read_field(group, *l, g_strstrip(colon + 1));
        }
    }
    json_decref(end_group(group, all));
    g_strfreev(lines);
    return all;
}

/* The first Message-ID in a text that has the head of another mail in it. */
static char *find_id(const char *text)
{
    const char *at = strcasestr(text, "message-id:");
    const char *from = at ? strchr(at, '<') : NULL;
    size_t n = from ? strcspn(from + 1, ">\r\n") : 0;
    return from && from[1 + n] == '>' && n <= 254 ? g_strndup(from + 1, n) : NULL;
}

static char *find_id_in(GMimeObject *part, int depth)
{
    char *id = NULL;
    if (GMIME_IS_MULTIPART(part) && depth < 4) {
        int n = g_mime_multipart_get_count((GMimeMultipart *)part);
        for (int i = 0; i < n && !id; i++)
            id = find_id_in(g_mime_multipart_get_part((GMimeMultipart *)part, i), depth + 1);
        return id;
    }
    char *text = text_of(part);
    id = text ? find_id(text) : NULL;
    g_free(text);
    return id;
}

static json_t *plain_report(GMimeMessage *m)
{
    const char *failed = g_mime_object_get_header((GMimeObject *)m, "X-Failed-Recipients");
    if (!failed)
        return NULL;
    char *id = find_id_in(g_mime_message_get_mime_part(m), 0);
    json_t *bounce = json_pack("{s:o, s:[{s:o, s:s, s:s, s:n}]}", "message_id", mail_text(id, 254),
                               "recipients", "address", mail_text(failed, 254), "action", "failed",
                               "status", "", "diagnostic");
    g_free(id);
    return bounce;
}
