#include "form/roster.h"

#include "base/utf8.h"
#include "form/csv.h"
#include "roster_in.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

/* roster_in.h's struct roster is what the cells see; this is the whole file. */
struct file {
    struct roster r;
    const struct column *columns;
    struct csv csv;
    const char *names[CSV_MAX_COLUMNS]; /* the header, as the file has it */
    size_t count;
    int place[CSV_MAX_COLUMNS]; /* of each column of the table in the file, or -1 */
    json_t *rows, *seen;        /* seen: identity -> the line that had it */
};

static void header_read(struct file *f);
static void record_read(struct file *f);
static json_t *row_read(struct file *f);
static void row_finish(struct roster *r, json_t *row);
static void identity_check(struct file *f, const json_t *row);
static void csv_fault_tell(struct file *f);
static char *tidy(char *text, bool list);
static json_t *owned(struct arena *a, json_t *j);

enum err roster_read(struct arena *a, enum roster_kind kind, const char *bytes, size_t len,
                     json_t **ret_rows, json_t **ret_errors)
{
    struct file *f = arena_new_of(a, struct file);
    *f = (struct file){
        .r = {.arena = a, .errors = owned(a, json_array()), .column = ""},
        .columns = kind == ROSTER_EXPERTS ? roster_expert_columns : roster_company_columns,
        .rows = owned(a, json_array()),
        .seen = owned(a, json_object()),
    };
    enum csv_fault fault = csv_open(&f->csv, a, bytes, len);
    if (fault == CSV_TOO_LARGE)
        return ERR_TOO_LARGE;
    if (fault != CSV_FINE)
        csv_fault_tell(f);
    else
        header_read(f);
    while (csv_next(&f->csv) && json_array_size(f->r.errors) < ROSTER_MAX_ERRORS)
        record_read(f);
    *ret_rows = f->rows;
    *ret_errors = f->r.errors;
    return OK;
}

json_t *roster_fault(struct roster *r, const char *ko, const char *en, const char *value)
{
    enum { SHOWN = 60 };
    r->faulty = true;
    if (json_array_size(r->errors) >= ROSTER_MAX_ERRORS)
        return NULL;
    if (value) {
        size_t n = strlen(value), cut = n < SHOWN ? n : SHOWN;
        while (cut > 0 && cut < n && ((unsigned char)value[cut] & 0xc0) == 0x80)
            cut--;
        const char *shown = arena_strndup(r->arena, value, cut), *dots = cut < n ? "…" : "";
        ko = arena_printf(r->arena, "%s: ‘%s%s’", ko, shown, dots);
        en = arena_printf(r->arena, "%s: ‘%s%s’", en, shown, dots);
    }
    json_array_append_new(r->errors, json_pack("{s:I, s:s, s:s, s:s}", "line", (json_int_t)r->line,
                                               "column", r->column, "ko", ko, "en", en));
    return NULL;
}

/* --- the header --------------------------------------------------------------------------- */

static bool named(const struct column *col, const char *name)
{
    return strcasecmp(col->as.code, name) == 0 || strcmp(col->as.ko, name) == 0;
}

static void name_take(struct file *f, size_t i)
{
    struct roster *r = &f->r;
    const struct column *col = f->columns;
    r->column = f->names[i];
    while (col->as.code && !named(col, f->names[i]))
        col++;
    int *place = &f->place[col - f->columns];
    if (!col->as.code)
        roster_fault(r, "모르는 열입니다", "there is no such column", NULL);
    else if (*place >= 0)
        roster_fault(r, "같은 열이 두 번 있습니다", "the column is there twice", NULL);
    else
        *place = (int)i;
}

static void header_read(struct file *f)
{
    struct roster *r = &f->r;
    for (size_t i = 0; i < CSV_MAX_COLUMNS; i++)
        f->place[i] = -1;
    r->line = 1;
    if (!csv_next(&f->csv)) {
        roster_fault(r, "파일이 비어 있습니다", "the file is empty", NULL);
        return;
    }
    r->line = f->csv.line;
    f->count = f->csv.count;
    for (size_t i = 0; i < f->count; i++)
        f->names[i] = tidy(csv_unguard(f->csv.fields[i]), false);
    csv_fault_tell(f);
    for (size_t i = 0; i < f->count; i++)
        name_take(f, i);
    for (const struct column *col = f->columns; col->as.code; col++) {
        r->column = col->as.ko;
        if (col->as.required && f->place[col - f->columns] < 0)
            roster_fault(r, "꼭 있어야 하는 열이 없습니다", "a required column is missing",
                         col->as.code);
    }
}

/* --- records ------------------------------------------------------------------------------ */

/* A spreadsheet leaves lines of nothing but commas at the end. */
static bool record_blank(const struct csv *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->fields[i][strspn(c->fields[i], " \t\r\n")] != '\0')
            return false;
    return true;
}

static void record_read(struct file *f)
{
    struct roster *r = &f->r;
    r->line = f->csv.line;
    r->faulty = false;
    if (f->csv.fault) {
        csv_fault_tell(f);
        return;
    }
    if (record_blank(&f->csv))
        return;
    json_t *row = row_read(f);
    if (r->faulty)
        json_decref(row);
    else
        json_array_append_new(f->rows,
                              json_pack("{s:I, s:o}", "line", (json_int_t)r->line, "row", row));
}

static const char *column_name(const struct file *f, const struct column *col)
{
    int place = f->place[col - f->columns];
    return place >= 0 ? f->names[place] : col->as.ko;
}

/* The value of a column in this record; NULL: left out, or a fault that was told. */
static json_t *cell_read(struct file *f, const struct column *col)
{
    struct roster *r = &f->r;
    int place = f->place[col - f->columns];
    bool there = place >= 0 && (size_t)place < f->csv.count;
    r->column = column_name(f, col);
    char *text = there ? tidy(csv_unguard(f->csv.fields[place]), col->list) : NULL;
    if (text && utf8_has_control(text, strlen(text)))
        return roster_fault(r, "제어 문자가 있습니다", "there is a control character", NULL);
    if (text && *text)
        return col->read(r, col, text);
    if (col->as.required && place >= 0)
        return roster_fault(r, "비워 둘 수 없습니다", "must not be empty", NULL);
    return col->fallback ? col->read(r, col, arena_strdup(r->arena, col->fallback)) : NULL;
}

static json_t *row_read(struct file *f)
{
    struct roster *r = &f->r;
    json_t *row = json_object();
    for (const struct column *col = f->columns; col->as.code; col++) {
        json_t *value = cell_read(f, col), *into = row;
        if (!value)
            continue;
        if (col->parent && !(into = json_object_get(row, col->parent))) {
            into = json_object();
            json_object_set_new(row, col->parent, into);
        }
        json_object_set_new(into, col->key, value);
    }
    r->column = "";
    for (size_t i = f->count; i < f->csv.count; i++)
        if (*tidy(f->csv.fields[i], false) != '\0') {
            roster_fault(r, "제목줄보다 값이 많습니다", "there are more values than columns",
                         f->csv.fields[i]);
            break;
        }
    row_finish(r, row);
    identity_check(f, row);
    return row;
}

/* What concerns more than one cell. */
static void row_finish(struct roster *r, json_t *row)
{
    const char *from, *until;
    if (json_unpack(row, "{s:{s:s, s:s}}", "term", "from", &from, "until", &until) == 0 &&
        strcmp(until, from) < 0)
        roster_fault(r, "위촉종료가 위촉시작보다 앞섭니다", "the term ends before it begins",
                     until);

    static const char *const sides[] = {"before", "after"};
    json_t *buffers = json_object_get(row, "buffers");
    for (size_t i = 0; buffers && i < 2; i++)
        if (!json_object_get(buffers, sides[i]))
            json_object_set_new(buffers, sides[i], json_integer(0));

    json_t *contact = json_object_get(row, "contact");
    if (!contact)
        return;
    if (!json_object_get(contact, "name"))
        roster_fault(r, "담당자의 이름이 없습니다", "the contact has no name", NULL);
    if (!json_object_get(contact, "consent"))
        json_object_set_new(contact, "consent", json_false());
    json_object_set_new(row, "contacts", json_pack("[O]", contact));
    json_object_del(row, "contact");
}

/* One person or company, one record. E-mail addresses are compared without regard to case. */
static void identity_check(struct file *f, const json_t *row)
{
    const struct column *col = f->columns;
    while (!col->identity)
        col++;
    const char *value = json_string_value(json_object_get(row, col->key));
    if (!value)
        return;
    char *identity = arena_strdup(f->r.arena, value);
    for (char *s = identity; *s; s++)
        *s = (char)(*s >= 'A' && *s <= 'Z' ? *s - 'A' + 'a' : *s);
    const json_t *first = json_object_get(f->seen, identity);
    f->r.column = column_name(f, col);
    if (first)
        roster_fault(&f->r, "앞줄에 이미 있습니다", "is there already, in line",
                     arena_printf(f->r.arena, "%" JSON_INTEGER_FORMAT, json_integer_value(first)));
    else
        json_object_set_new(f->seen, identity, json_integer((json_int_t)f->r.line));
}

/* --- small things ------------------------------------------------------------------------- */

static void csv_fault_tell(struct file *f)
{
    const struct csv *c = &f->csv;
    struct roster *r = &f->r;
    const char *where = NULL;
    if (!c->fault)
        return;
    r->line = c->line;
    r->column = "";
    if (c->fault == CSV_ENCODING)
        where = arena_printf(r->arena, "byte %zu", c->fault_column);
    else if (c->fault_column > 0 && c->fault_column <= f->count)
        r->column = f->names[c->fault_column - 1];
    roster_fault(r, csv_fault_ko(c->fault), csv_fault_en(c->fault), where);
}

/* White space at the ends goes, inside it becomes one space, or a semicolon where a newline parts
 * the items of a list. In place; values may hold the wide spaces that Korean keyboards make. */
static char *tidy(char *text, bool list)
{
    static const char *const spaces[] = {" ", "\t", "\r", "\n", "\u00a0", "\u3000"};
    char *to = text, *from = text, gap = '\0';
    while (*from) {
        size_t n = 0;
        for (size_t i = 0; i < sizeof spaces / sizeof *spaces && n == 0; i++)
            if (strncmp(from, spaces[i], strlen(spaces[i])) == 0)
                n = strlen(spaces[i]);
        if (n > 0) {
            gap = (list && *from == '\n') || gap == ';' ? ';' : ' ';
            from += n;
            continue;
        }
        if (gap && to > text)
            *to++ = gap;
        gap = '\0';
        *to++ = *from++;
    }
    *to = '\0';
    return text;
}

static void decref(void *j)
{
    json_decref(j);
}

static json_t *owned(struct arena *a, json_t *j)
{
    arena_hook(a, decref, j);
    return j;
}
