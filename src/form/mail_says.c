/* The placeholders of templates, and the words of one message with its values in them. */
#include "base/buf.h"
#include "form/clean.h"
#include "form/facts.h"
#include "form/json.h"
#include "form/template.h"
#include "form/when.h"
#include "mail_in.h"

#include <string.h>

typedef void value_fn(struct buf *out, const struct mail *m, enum lang l);
static value_fn write_to, write_organizer, write_title, write_start, write_company, write_field,
    write_respond_by, write_reason;

static const struct placeholder {
    const char *name, *what;
    value_fn *write;
    unsigned only, never; /* flags of the kinds that have it, or have not */
    bool common;          /* in common.txt, too */
} placeholders[] = {
    {"to", "The reader's name.", write_to, 0, 0, true},
    {"organizer", "Who sends it: mail_from_name.", write_organizer, 0, 0, true},
    {"title", "What the appointment is called: 심층자문(세무) 가나다정밀.", write_title, 0, 0,
     false},
    {"start", "When it starts, with the weekday.", write_start, 0, 0, false},
    {"field", "The field, in the language of the section.", write_field, 0, MAIL_BRIEF, false},
    {"company", "The company's name.", write_company, 0, MAIL_BRIEF, false},
    {"respond_by", "Until when an answer is awaited.", write_respond_by, MAIL_ASKS, 0, false},
    {"reason", "Why, where somebody said so; else nothing.", write_reason, 0, 0, false},
};
enum { PLACEHOLDERS = sizeof placeholders / sizeof *placeholders };

static bool has(const struct mail_kind *kind, const struct placeholder *p)
{
    if (!kind)
        return p->common;
    return (kind->flags & p->only) == p->only && !(kind->flags & p->never);
}

const char *mail_texts_placeholder(struct arena *a, size_t i, const char **ret_what,
                                   const char **ret_files)
{
    if (i >= PLACEHOLDERS)
        return NULL;
    const struct placeholder *p = &placeholders[i];
    const char *files = p->common ? "common" : "";
    bool all = p->common;
    for (size_t k = 0; k < mail_kind_count; k++) {
        all &= has(&mail_kinds[k], p);
        if (has(&mail_kinds[k], p))
            files = arena_printf(a, "%s%s%s", files, *files ? " " : "", mail_kinds[k].file);
    }
    *ret_what = p->what;
    *ret_files = all ? "" : files;
    return p->name;
}

json_t *mail_says_sample(const struct mail_kind *kind)
{
    json_t *sample = json_object();
    for (size_t i = 0; i < PLACEHOLDERS; i++)
        if (has(kind, &placeholders[i]))
            json_object_set_new(sample, placeholders[i].name, json_string("x"));
    return sample;
}

/* Values are single lines, whatever people typed. */
static json_t *values(const struct mail *m, enum lang lang)
{
    json_t *all = json_object();
    struct buf raw, line;
    buf_init(&raw, BUF_MAX_DEFAULT);
    buf_init(&line, BUF_MAX_DEFAULT);
    for (size_t i = 0; i < PLACEHOLDERS; i++) {
        placeholders[i].write(&raw, m, lang);
        clean_line(&line, raw.data);
        json_object_set_new(all, placeholders[i].name, json_string(line.data));
        buf_reset(&raw);
        buf_reset(&line);
    }
    buf_done(&line);
    buf_done(&raw);
    return all;
}

void mail_says_all(struct arena *a, const struct mail_texts *t, struct mail *m)
{
    struct buf out;
    buf_init(&out, BUF_MAX_DEFAULT);
    for (size_t l = 0; l < LANGS; l++) {
        json_t *context = values(m, (enum lang)l);
        for (size_t s = 0; s < MAIL_SECTIONS; s++) {
            const char *text = mail_texts_get(t, m->kind, (enum mail_section)s, (enum lang)l);
            enum err err = template_render(&out, text, context, TEMPLATE_TEXT);
            m->says[s][l] = err == OK ? arena_strdup(a, out.data) : "";
            buf_reset(&out);
        }
        json_decref(context);
    }
    buf_done(&out);
}

static void write_to(struct buf *out, const struct mail *m, enum lang l)
{
    (void)l;
    buf_str(out, m->to.name ? m->to.name : "");
}

static void write_organizer(struct buf *out, const struct mail *m, enum lang l)
{
    (void)l;
    buf_str(out, m->organizer.name ? m->organizer.name : m->organizer.email);
}

static void write_title(struct buf *out, const struct mail *m, enum lang l)
{
    (void)l;
    facts_title(out, m->revision, KO);
}

static void write_start(struct buf *out, const struct mail *m, enum lang l)
{
    when_point(out, m->revision->start, l);
}

static void write_field(struct buf *out, const struct mail *m, enum lang l)
{
    const char *in = m->revision->field.in[l];
    buf_str(out, in ? in : "");
}

static void write_company(struct buf *out, const struct mail *m, enum lang l)
{
    (void)l;
    buf_str(out, m->revision->company ? m->revision->company : "");
}

static void write_respond_by(struct buf *out, const struct mail *m, enum lang l)
{
    if (m->respond_by)
        when_point(out, m->respond_by, l);
}

static void write_reason(struct buf *out, const struct mail *m, enum lang l)
{
    (void)l;
    buf_str(out, m->reason ? m->reason : "");
}
