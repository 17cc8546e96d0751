#include "form/csv.h"

#include "base/log.h"
#include "base/utf8.h"

#include <iconv.h>
#include <string.h>

#define BOM "\xef\xbb\xbf"

static size_t utf8_stop(const char *s, size_t len);
static size_t cp949_decode(struct csv *c, struct arena *a, const char *bytes, size_t len);
static bool skip_line_end(struct csv *c);
static bool field_next(struct csv *c);

static const struct {
    const char *ko, *en;
} sentences[CSV_FAULTS] = {
    [CSV_FINE] = {"", ""},
    [CSV_TOO_LARGE] = {"파일이 16MB를 넘습니다", "the file is larger than 16 MB"},
    [CSV_ENCODING] = {"UTF-8도 CP949도 아닌 바이트가 있습니다",
                      "there is a byte that is neither UTF-8 nor CP949"},
    [CSV_UNCLOSED] = {"닫는 큰따옴표가 없습니다", "the closing quote is missing"},
    [CSV_STRAY_QUOTE] = {"큰따옴표의 위치가 잘못되었습니다. 값 전체를 따옴표로 묶고 안의 따옴표는 "
                         "두 번 적습니다",
                         "a quote is out of place: quote the whole value and double those inside"},
    [CSV_TOO_WIDE] = {"열이 64개를 넘습니다", "there are more than 64 columns"},
    [CSV_TOO_LONG] = {"값이 8KB를 넘습니다", "the value is longer than 8 KB"},
    [CSV_TOO_MANY] = {"행이 20,000개를 넘습니다", "there are more than 20,000 rows"},
};

enum csv_fault csv_open(struct csv *c, struct arena *a, const char *bytes, size_t len)
{
    *c = (struct csv){.line = 1, .next_line = 1};
    if (len > CSV_MAX_BYTES)
        return c->fault = CSV_TOO_LARGE;
    if (len == 0)
        bytes = "";
    bool marked = len >= 3 && memcmp(bytes, BOM, 3) == 0;
    size_t stop = utf8_stop(bytes, len);
    if (stop == len) {
        c->at = arena_strndup(a, marked ? bytes + 3 : bytes, marked ? len - 3 : len);
        c->end = c->at + (marked ? len - 3 : len);
        return CSV_FINE;
    }
    size_t other = marked ? 0 : cp949_decode(c, a, bytes, len);
    if (other == len)
        return CSV_FINE;
    /* Whichever encoding led further is the likelier one. */
    stop = other > stop ? other : stop;
    c->fault_column = 1;
    for (size_t i = 0; i < stop; i++) {
        c->fault_column = bytes[i] == '\n' ? 1 : c->fault_column + 1;
        c->line += bytes[i] == '\n';
    }
    return c->fault = CSV_ENCODING;
}

bool csv_next(struct csv *c)
{
    while (c->at < c->end && skip_line_end(c))
        ;
    if (c->at == c->end)
        return false;
    c->line = c->next_line;
    c->count = 0;
    c->fault = CSV_FINE;
    c->fault_column = 0;
    if (c->rows++ == CSV_MAX_ROWS) {
        c->fault = CSV_TOO_MANY;
        c->at = c->end;
        return true;
    }
    while (field_next(c))
        ;
    return true;
}

const char *csv_fault_ko(enum csv_fault f)
{
    return sentences[f].ko;
}

const char *csv_fault_en(enum csv_fault f)
{
    return sentences[f].en;
}

/* --- decoding ----------------------------------------------------------------------------- */

/* Where s stops being UTF-8 text; len if it never does. A NUL is not text. */
static size_t utf8_stop(const char *s, size_t len)
{
    const char *nul = len ? memchr(s, '\0', len) : NULL;
    size_t text = nul ? (size_t)(nul - s) : len, i = 0;
    if (utf8_valid(s, text))
        return text;
    for (size_t n = 1; i < text; i += n) {
        for (n = 1; n <= 4 && i + n <= text && !utf8_valid(s + i, n);)
            n++;
        if (n > 4 || i + n > text)
            break;
    }
    return i;
}

/* The C library's table, which is Microsoft's (UHC): more syllables than EUC-KR has. Returns where
 * it stops, and has set at and end when that is len. */
static size_t cp949_decode(struct csv *c, struct arena *a, const char *bytes, size_t len)
{
    const char *nul = memchr(bytes, '\0', len);
    size_t left = nul ? (size_t)(nul - bytes) : len, room = left * 2 + 1; /* 2 bytes become 3 */
    char *in = arena_strndup(a, bytes, left), *text = arena_alloc(a, room + 1), *out = text;
    iconv_t cd = iconv_open("UTF-8", "CP949");
    if (cd == (iconv_t)-1)
        fatal("the C library has no CP949 table (gconv)");
    size_t total = left;
    (void)iconv(cd, &in, &left, &out, &room); /* left says it all */
    iconv_close(cd);
    if (total == len && left == 0) {
        c->at = text;
        c->end = out;
        *out = '\0';
    }
    return total - left;
}

/* --- records ------------------------------------------------------------------------------ */

static bool at_line_end(const char *s)
{
    return *s == '\n' || (*s == '\r' && s[1] == '\n');
}

static bool skip_line_end(struct csv *c)
{
    if (!at_line_end(c->at))
        return false;
    c->at += *c->at == '\n' ? 1 : 2;
    c->next_line++;
    return true;
}

static void fault_here(struct csv *c, enum csv_fault f)
{
    if (c->fault)
        return;
    c->fault = f;
    c->fault_column = c->count + 1;
}

/* Takes the quotes away in place, c->at standing on the first one; returns the value's end and
 * leaves c->at behind the closing quote. */
static char *quoted_read(struct csv *c)
{
    char *from = c->at + 1, *to = c->at;
    for (; from < c->end; *to++ = *from++) {
        c->next_line += *from == '\n';
        if (*from == '"' && *++from != '"') {
            c->at = from;
            return to;
        }
    }
    fault_here(c, CSV_UNCLOSED);
    c->at = c->end;
    return to;
}

/* The next field of the record; false: it was the last one. Past the last column that is kept,
 * fields are read over. The delimiter is looked at before the value's NUL may overwrite it. */
static bool field_next(struct csv *c)
{
    char *value = c->at;
    char *value_end = *value == '"' ? quoted_read(c) : NULL;
    for (; c->at < c->end && *c->at != ',' && !at_line_end(c->at); c->at++)
        if (value_end || *c->at == '"')
            fault_here(c, CSV_STRAY_QUOTE);
    if (!value_end)
        value_end = c->at;
    bool more = *c->at == ',';
    if (more)
        c->at++;
    else if (c->at < c->end)
        (void)skip_line_end(c);
    *value_end = '\0';
    if (value_end - value > CSV_MAX_FIELD)
        fault_here(c, CSV_TOO_LONG);
    if (c->count < CSV_MAX_COLUMNS)
        c->fields[c->count++] = value;
    else
        fault_here(c, CSV_TOO_WIDE);
    return more;
}

/* --- writing ------------------------------------------------------------------------------ */

static bool looks_like_formula(char first)
{
    return first != '\0' && strchr("=+-@\t\r\n", first);
}

static void field_write(struct buf *out, const char *text, bool alone)
{
    bool guarded = looks_like_formula(text[0]) || text[0] == '\'';
    bool quoted = strpbrk(text, ",\"\r\n") || (alone && *text == '\0');
    if (quoted)
        buf_char(out, '"');
    if (guarded)
        buf_char(out, '\'');
    for (; *text; text++) {
        if (*text == '"')
            buf_char(out, '"');
        buf_char(out, *text);
    }
    if (quoted)
        buf_char(out, '"');
}

void csv_row(struct buf *out, const char *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_char(out, ',');
        field_write(out, fields[i], count == 1);
    }
    buf_str(out, "\r\n");
}

char *csv_unguard(char *text)
{
    bool guarded = text[0] == '\'' && (looks_like_formula(text[1]) || text[1] == '\'');
    return guarded ? text + 1 : text;
}
