#include "form/mail_texts.h"

#include "base/utf8.h"
#include "form/json.h"
#include "form/template.h"
#include "mail_assets.h"
#include "mail_in.h"

#include <string.h>

enum { SECTION_MAX = 4000, COMMON = 0 };

const struct mail_kind mail_kinds[] = {
#define MAIL(file, kind, viewer, method, flags) {#file, kind, viewer, ICAL_##method, flags},
#include "mail_kinds.def"
#undef MAIL
};
const size_t mail_kind_count = sizeof mail_kinds / sizeof *mail_kinds;

/* common.txt, then one file for each row of mail_kinds. */
static const struct {
    const char *name, *text;
} files[] = {
    {"common.txt", web_common_txt},
#define MAIL(file, ...) {#file ".txt", web_##file##_txt},
#include "mail_kinds.def"
#undef MAIL
};
enum { FILES = sizeof files / sizeof *files };

static const struct {
    const char *name;
    bool common, block; /* block: may have several lines */
} sections[MAIL_SECTIONS] = {
    [MAIL_TAG] = {"tag", false, false},       [MAIL_LEAD] = {"lead", false, true},
    [MAIL_BUTTON] = {"button", false, false}, [MAIL_GREETING] = {"greeting", true, false},
    [MAIL_HELLO] = {"hello", true, false},    [MAIL_WHEN] = {"when", true, false},
    [MAIL_REASON] = {"reason", true, false},  [MAIL_RESPOND_BY] = {"respond_by", true, false},
    [MAIL_CLOSE] = {"close", true, true},     [MAIL_NOTE] = {"note", true, true},
};
static const char *const langs[LANGS] = {[KO] = "ko", [EN] = "en"};

struct part {
    const char *text; /* NULL: not there */
    int line;         /* of its first line */
};

struct mail_texts {
    struct arena *arena;
    const char *text[FILES][MAIL_SECTIONS][LANGS];
};

/* One file being read. */
struct reading {
    struct arena *arena;
    size_t file;
    struct part parts[MAIL_SECTIONS][LANGS];
    struct part *now; /* the section that we are in */
    int line;
    struct mail_text_problem *problem;
};

static bool read_lines(struct reading *r, char *text);
static bool check_parts(struct reading *r);

struct mail_texts *mail_texts_new(struct arena *a)
{
    struct mail_texts *t = arena_new_of(a, struct mail_texts);
    struct mail_text_problem problem;
    t->arena = a;
    for (size_t i = 0; i < FILES; i++)
        if (!mail_texts_put(t, files[i].name, files[i].text, strlen(files[i].text), &problem))
            return NULL; /* a test reads them all */
    return t;
}

const char *mail_texts_file(size_t i, const char **ret_text)
{
    if (i >= FILES)
        return NULL;
    *ret_text = files[i].text;
    return files[i].name;
}

const char *mail_texts_get(const struct mail_texts *t, const struct mail_kind *kind,
                           enum mail_section section, enum lang lang)
{
    size_t file = sections[section].common ? COMMON : (size_t)(kind - mail_kinds) + 1;
    return t->text[file][section][lang];
}

static bool wrong(struct reading *r, int line, const char *what)
{
    *r->problem = (struct mail_text_problem){line, what};
    return false;
}

static bool belongs(const struct reading *r, size_t section)
{
    return sections[section].common == (r->file == COMMON);
}

/* The bytes as text without what editors on Windows put in; NULL: it is not plain UTF-8. */
static char *clean_copy(struct arena *a, const char *text, size_t len)
{
    static const char mark[] = "\xef\xbb\xbf";
    char *copy = arena_alloc(a, len + 1), *to = copy;
    if (len >= 3 && memcmp(text, mark, 3) == 0) {
        text += 3;
        len -= 3;
    }
    if (!utf8_valid(text, len) || memchr(text, '\0', len))
        return NULL;
    for (size_t i = 0; i < len; i++)
        if (text[i] != '\r' || i + 1 == len || text[i + 1] != '\n')
            *to++ = text[i];
    *to = '\0';
    return copy;
}

bool mail_texts_put(struct mail_texts *t, const char *file, const char *text, size_t len,
                    struct mail_text_problem *ret)
{
    struct reading r = {.arena = t->arena, .problem = ret};
    while (r.file < FILES && strcmp(files[r.file].name, file) != 0)
        r.file++;
    if (r.file == FILES)
        return wrong(&r, 0, "there is no such template");
    if (len > MAIL_TEXT_MAX)
        return wrong(&r, 0, "is longer than 64 KiB");
    char *copy = clean_copy(t->arena, text, len);
    if (!copy)
        return wrong(&r, 0, "is not plain UTF-8");
    if (!read_lines(&r, copy) || !check_parts(&r))
        return false;
    for (size_t s = 0; s < MAIL_SECTIONS; s++)
        for (size_t l = 0; l < LANGS; l++)
            if (belongs(&r, s))
                t->text[r.file][s][l] = r.parts[s][l].text;
    return true;
}

/* ---- its lines ---- */

static bool begin_section(struct reading *r, const char *name)
{
    for (size_t s = 0; s < MAIL_SECTIONS; s++)
        for (size_t l = 0; l < LANGS; l++) {
            size_t n = strlen(langs[l]);
            if (!belongs(r, s) || strncmp(name, langs[l], n) != 0 || name[n] != '.' ||
                strcmp(name + n + 1, sections[s].name) != 0)
                continue;
            if (r->parts[s][l].text)
                return wrong(r, r->line, arena_printf(r->arena, "[%s] is there twice", name));
            r->now = &r->parts[s][l];
            *r->now = (struct part){"", r->line + 1};
            return true;
        }
    return wrong(r, r->line, arena_printf(r->arena, "there is no section [%s]", name));
}

/* Blank lines around a section's text are not part of it. */
static bool add_line(struct reading *r, const char *line)
{
    bool blank = line[strspn(line, " \t")] == '\0';
    if (utf8_has_control(line, strlen(line)))
        return wrong(r, r->line, "has a control character");
    if (!r->now)
        return blank || *line == '#' || wrong(r, r->line, "text before the first section");
    if (!*r->now->text) {
        if (!blank)
            *r->now = (struct part){line, r->line};
        return true;
    }
    r->now->text = arena_printf(r->arena, "%s\n%s", r->now->text, blank ? "" : line);
    return true;
}

static void end_section(struct reading *r)
{
    size_t len = r->now ? strlen(r->now->text) : 0;
    while (len > 0 && r->now->text[len - 1] == '\n')
        len--;
    if (r->now)
        r->now->text = arena_strndup(r->arena, r->now->text, len);
}

static bool read_lines(struct reading *r, char *text)
{
    for (char *line, *rest = text; (line = strsep(&rest, "\n"));) {
        size_t len = strlen(line);
        r->line++;
        if (len > 2 && line[0] == '[' && line[len - 1] == ']') {
            line[len - 1] = '\0';
            end_section(r);
            if (!begin_section(r, line + 1))
                return false;
        } else if (!add_line(r, line)) {
            return false;
        }
    }
    end_section(r);
    return true;
}

/* ---- its sections ---- */

static int line_at(const struct part *p, const char *at)
{
    int line = p->line;
    for (const char *s = p->text; s < at; s++)
        line += *s == '\n';
    return line;
}

/* Braces that are no tag: a template prints them, whoever wrote them meant something else. */
static const char *stray_brace(const char *text)
{
    for (const char *s = text; (s = strpbrk(s, "{}")); s++) {
        if (s[1] != *s)
            continue;
        const char *end = *s == '{' ? strpbrk(s + 2, "{}\n") : NULL;
        if (!end || end[0] != '}' || end[1] != '}')
            return s;
        s = end + 1;
    }
    return NULL;
}

static bool check_text(struct reading *r, const struct part *p, const char *name, bool block)
{
    static const char unknown[] = "is not in the context: ";
    const char *at = p->text;
    if (!*p->text)
        return wrong(r, p->line, arena_printf(r->arena, "[%s] is empty", name));
    if (strlen(p->text) > SECTION_MAX)
        return wrong(r, p->line, arena_printf(r->arena, "[%s] is too long", name));
    if (!block && (at = strchr(p->text, '\n')))
        return wrong(r, line_at(p, at + strspn(at, "\n")),
                     arena_printf(r->arena, "[%s] is one line", name));
    if ((at = stray_brace(p->text)))
        return wrong(r, line_at(p, at), "{{ and }} do not match");
    json_t *sample = mail_says_sample(r->file == COMMON ? NULL : &mail_kinds[r->file - 1]);
    const char *what = template_check_at(r->arena, p->text, sample, &at);
    json_decref(sample);
    if (!what)
        return true;
    if (strncmp(what, unknown, strlen(unknown)) == 0)
        what =
            arena_printf(r->arena, "there is no placeholder {{%s}} here", what + strlen(unknown));
    return wrong(r, line_at(p, at), what);
}

static bool check_parts(struct reading *r)
{
    for (size_t l = 0; l < LANGS; l++)
        for (size_t s = 0; s < MAIL_SECTIONS; s++) {
            const char *name = arena_printf(r->arena, "%s.%s", langs[l], sections[s].name);
            if (!belongs(r, s))
                continue;
            if (!r->parts[s][l].text)
                return wrong(r, r->line, arena_printf(r->arena, "[%s] is missing", name));
            if (!check_text(r, &r->parts[s][l], name, sections[s].block))
                return false;
        }
    return true;
}
