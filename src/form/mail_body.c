#include "form/clean.h"
#include "form/facts.h"
#include "form/when.h"
#include "mail_in.h"

#include <string.h>

/* What stands in the table: the time, whether it stands, the facts, why, until when. */
enum { LINES_MAX = FACTS_MAX + 4 };

static size_t lines_of(struct arena *a, const struct mail *m, enum lang lang, struct fact *ret);
static struct fact whether_it_stands(const struct revision *r, enum lang lang);
static const char *greeting(const struct mail *m, enum lang lang);
static void plain_in(struct buf *out, const struct mail *m, enum lang lang);
static void html_in(struct buf *out, const struct mail *m, enum lang lang);

void mail_plain(struct buf *out, const struct mail *m)
{
    struct buf text;
    buf_init(&text, out->max);
    plain_in(&text, m, m->lang);
    buf_str(&text, "\n----------------------------------------\n\n");
    plain_in(&text, m, m->lang == KO ? EN : KO);
    clean_block(out, text.data);
    out->full |= text.full;
    buf_done(&text);
}

void mail_html(struct buf *out, const struct mail *m)
{
    buf_str(out, "<!DOCTYPE html>\n");
    buf_str(out, m->lang == KO ? "<html lang=\"ko\">" : "<html lang=\"en\">");
    buf_str(out, "<head><meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "</head>\n"
                 "<body style=\"margin:0;padding:16px;background:#ffffff;color:#1b1b1b;"
                 "font:16px/1.6 sans-serif;word-break:keep-all;overflow-wrap:anywhere\">\n"
                 "<div style=\"max-width:600px;margin:0 auto\">\n");
    html_in(out, m, m->lang);
    buf_str(out, "<hr style=\"border:0;border-top:1px solid #cccccc;margin:24px 0\">\n");
    html_in(out, m, m->lang == KO ? EN : KO);
    buf_str(out, "</div>\n</body></html>\n");
}

void mail_brief(struct buf *out, const struct mail *m)
{
    struct arena *a = arena_new();
    struct fact lines[LINES_MAX];
    struct buf text;
    size_t count = lines_of(a, m, KO, lines);
    buf_init(&text, out->max);
    for (size_t i = 0; i < count; i++)
        if (lines[i].brief)
            buf_printf(&text, "- %s: %s\n", lines[i].label, lines[i].value);
    if (m->link_url)
        buf_printf(&text, "%s:\n%s\n", m->says[MAIL_BUTTON][KO], m->link_url);
    clean_block(out, text.data);
    out->full |= text.full;
    buf_done(&text);
    arena_free(a);
}

static size_t lines_of(struct arena *a, const struct mail *m, enum lang lang, struct fact *ret)
{
    struct buf when;
    buf_init(&when, BUF_MAX_DEFAULT);
    when_span(&when, m->revision->start, m->revision->end, lang);
    ret[0] = (struct fact){m->says[MAIL_WHEN][lang], arena_strdup(a, when.data), true};
    buf_reset(&when);

    bool all = strcmp(m->viewer, "coordinator") == 0;
    size_t count = 1;
    if (m->kind->flags & MAIL_STANDS)
        ret[count++] = whether_it_stands(m->revision, lang);
    if (!(m->kind->flags & MAIL_BRIEF))
        count += facts_of(a, m->revision, all ? SEATS_ALL : SEATS_LIVE, lang, ret + count);
    if (m->reason && *m->reason)
        ret[count++] = (struct fact){m->says[MAIL_REASON][lang], m->reason, false};
    if (m->respond_by) {
        when_point(&when, m->respond_by, lang);
        ret[count++] =
            (struct fact){m->says[MAIL_RESPOND_BY][lang], arena_strdup(a, when.data), true};
    }
    buf_done(&when);
    return count;
}

static struct fact whether_it_stands(const struct revision *r, enum lang lang)
{
    static const struct words label = {{"상태", "Status"}}, stands = {{"확정", "Confirmed"}},
                              waits = {{"미확정 (자문위원의 회신을 기다리고 있습니다)",
                                        "Not confirmed yet (the expert's answer is awaited)"}};
    return (struct fact){label.in[lang], (r->status == STATUS_TENTATIVE ? waits : stands).in[lang],
                         true};
}

static const char *greeting(const struct mail *m, enum lang lang)
{
    struct buf name;
    buf_init(&name, BUF_MAX_DEFAULT);
    clean_line(&name, m->to.name);
    bool nameless = name.len == 0;
    buf_done(&name);
    return m->says[nameless ? MAIL_HELLO : MAIL_GREETING][lang];
}

/* Further lines hang under their label. */
static void plain_value(struct buf *out, const char *value)
{
    struct buf clean;
    buf_init(&clean, out->max);
    clean_block(&clean, value);
    for (const char *s = clean.data; *s; s++) {
        buf_char(out, *s);
        if (*s == '\n')
            buf_str(out, "  ");
    }
    buf_done(&clean);
}

static void plain_in(struct buf *out, const struct mail *m, enum lang lang)
{
    struct arena *a = arena_new();
    struct fact lines[LINES_MAX];
    size_t count = lines_of(a, m, lang, lines);
    buf_printf(out, "%s\n\n%s\n\n", greeting(m, lang), m->says[MAIL_LEAD][lang]);
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "- %s: ", lines[i].label);
        plain_value(out, lines[i].value);
        buf_char(out, '\n');
    }
    if (m->link_url)
        buf_printf(out, "\n%s:\n%s\n", m->says[MAIL_BUTTON][lang], m->link_url);
    buf_printf(out, "\n%s\n%s\n\n%s\n", m->says[MAIL_CLOSE][lang],
               m->organizer.name ? m->organizer.name : m->organizer.email,
               m->says[MAIL_NOTE][lang]);
    arena_free(a);
}

static void html_paragraph(struct buf *out, const char *s)
{
    buf_str(out, "<p style=\"margin:0 0 16px\">");
    clean_html(out, s);
    buf_str(out, "</p>\n");
}

static void html_line(struct buf *out, const struct fact *line)
{
    buf_str(out, "<tr><th style=\"text-align:left;vertical-align:top;white-space:nowrap;"
                 "padding:6px 12px 6px 0;color:#555555;font-weight:normal\">");
    clean_html(out, line->label);
    buf_str(out, "</th><td style=\"padding:6px 0;vertical-align:top\">");
    clean_html(out, line->value);
    buf_str(out, "</td></tr>\n");
}

static void html_button(struct buf *out, const struct mail *m, enum lang lang)
{
    buf_str(out, "<p style=\"margin:0 0 16px\"><a href=\"");
    clean_html(out, m->link_url);
    buf_str(out, "\" style=\"display:inline-block;padding:12px 20px;background:#1f4e8c;"
                 "color:#ffffff;border-radius:6px;text-decoration:none\">");
    clean_html(out, m->says[MAIL_BUTTON][lang]);
    buf_str(out, "</a></p>\n<p style=\"margin:0 0 16px;font-size:13px;color:#555555;"
                 "word-break:break-all\">");
    clean_html(out, m->link_url);
    buf_str(out, "</p>\n");
}

static void html_in(struct buf *out, const struct mail *m, enum lang lang)
{
    struct arena *a = arena_new();
    struct fact lines[LINES_MAX];
    size_t count = lines_of(a, m, lang, lines);
    const char *sender = m->organizer.name ? m->organizer.name : m->organizer.email;
    buf_str(out, lang == KO ? "<div lang=\"ko\">\n" : "<div lang=\"en\">\n");
    html_paragraph(out, greeting(m, lang));
    html_paragraph(out, m->says[MAIL_LEAD][lang]);
    buf_str(out, "<table style=\"border-collapse:collapse;margin:0 0 16px;width:100%\">\n");
    for (size_t i = 0; i < count; i++)
        html_line(out, &lines[i]);
    buf_str(out, "</table>\n");
    if (m->link_url)
        html_button(out, m, lang);
    html_paragraph(out, arena_printf(a, "%s\n%s", m->says[MAIL_CLOSE][lang], sender));
    html_paragraph(out, m->says[MAIL_NOTE][lang]);
    buf_str(out, "</div>\n");
    arena_free(a);
}
