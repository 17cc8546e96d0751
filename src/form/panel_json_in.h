/*
 * Inside form/panel_json, and for that file alone: where in the document we are, and how a member
 * of an object is taken. The first fault is kept; after it reading goes on harmlessly: every take_
 * gives something usable, and nothing is used in the end.
 */
#ifndef FORM_PANEL_JSON_IN_H
#define FORM_PANEL_JSON_IN_H

#include "core/availability.h"
#include "core/day.h"
#include "form/panel_json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PATH_MAX_BYTES = 96 };

#define EPOCH_LAST INT64_C(253402300799) /* the end of the year 9999 */
#define COUNT(array) (sizeof(array) / sizeof *(array))

struct reader {
    struct arena *a;
    const char *why;
    char path[PATH_MAX_BYTES];
    size_t len;
};

/* --- where we are, and what is wrong --- */

__attribute__((format(printf, 3, 4))) static void fault(struct reader *r, const char *key,
                                                        const char *fmt, ...)
{
    char what[128];
    va_list ap;
    if (r->why)
        return;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    r->path[r->len] = '\0';
    r->why = arena_printf(r->a, "%s%s%s: %s", r->path, *key ? "/" : "", key, what);
}

/* Steps down to a member, or to its i-th element; returns what leave() needs to come back. */
static size_t enter(struct reader *r, const char *key)
{
    size_t was = r->len;
    r->len += (size_t)snprintf(r->path + was, sizeof r->path - was, "/%s", key);
    return was;
}

static size_t enter_at(struct reader *r, const char *key, size_t i)
{
    size_t was = enter(r, key);
    r->len += (size_t)snprintf(r->path + r->len, sizeof r->path - r->len, "/%zu", i);
    return was;
}

static void leave(struct reader *r, size_t was)
{
    r->len = was;
}

/* --- one member of an object --- */

static const json_t *take(struct reader *r, const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    if (!v)
        fault(r, key, "is missing");
    return v;
}

static bool is_null(const json_t *o, const char *key)
{
    return json_is_null(json_object_get(o, key));
}

static bool has(const json_t *o, const char *key)
{
    return json_object_get(o, key) != NULL;
}

static int64_t in_bounds(struct reader *r, const json_t *v, const char *key, int64_t least,
                         int64_t most)
{
    int64_t n = json_integer_value(v);
    if (json_is_integer(v) && n >= least && n <= most)
        return n;
    fault(r, key, "must be an integer from %lld to %lld", (long long)least, (long long)most);
    return least;
}

static int64_t take_int(struct reader *r, const json_t *o, const char *key, int64_t least,
                        int64_t most)
{
    return in_bounds(r, take(r, o, key), key, least, most);
}

static int take_cap(struct reader *r, const json_t *o, const char *key, int most)
{
    return is_null(o, key) ? CAP_NONE : (int)take_int(r, o, key, 0, most);
}

static const char *text_of(struct reader *r, const json_t *v, const char *key)
{
    size_t len = json_string_length(v);
    if (json_is_string(v) && len > 0 && len <= PANEL_TEXT_MAX)
        return arena_strndup(r->a, json_string_value(v), len);
    fault(r, key, "must be a text of 1 to %d bytes", PANEL_TEXT_MAX);
    return "";
}

static const char *take_text(struct reader *r, const json_t *o, const char *key)
{
    return text_of(r, take(r, o, key), key);
}

static const char *take_text_or_null(struct reader *r, const json_t *o, const char *key)
{
    return is_null(o, key) ? NULL : take_text(r, o, key);
}

static bool take_bool(struct reader *r, const json_t *o, const char *key)
{
    const json_t *v = take(r, o, key);
    if (!json_is_boolean(v))
        fault(r, key, "must be true or false");
    return json_is_true(v);
}

static int take_choice(struct reader *r, const json_t *o, const char *key,
                       const char *const *choices, size_t n)
{
    const char *text = take_text(r, o, key);
    for (size_t i = 0; i < n; i++)
        if (strcmp(text, choices[i]) == 0)
            return (int)i;
    fault(r, key, "is none of the known words");
    return 0;
}

static int32_t day_in(struct reader *r, const json_t *v, const char *key)
{
    int32_t day = 0;
    if (!json_is_string(v) || !day_parse(json_string_value(v), &day))
        fault(r, key, "must be a date, YYYY-MM-DD");
    return day;
}

static const json_t *take_object(struct reader *r, const json_t *o, const char *key)
{
    const json_t *v = take(r, o, key);
    if (v && !json_is_object(v))
        fault(r, key, "must be an object");
    return v;
}

/* *ret_n is the number of elements to read: 0 for null and after a fault. */
static const json_t *take_array(struct reader *r, const json_t *o, const char *key, size_t most,
                                size_t *ret_n)
{
    const json_t *v = take(r, o, key);
    *ret_n = 0;
    if (v && !json_is_array(v) && !json_is_null(v))
        fault(r, key, "must be a list");
    else if (json_array_size(v) > most)
        fault(r, key, "may have %zu elements at most", most);
    else
        *ret_n = json_array_size(v);
    return v;
}

static struct words take_words(struct reader *r, const json_t *o, const char *key)
{
    struct words w;
    const json_t *list = take_array(r, o, key, PANEL_WORDS_MAX, &w.n);
    w.at = arena_array(r->a, const char *, w.n);
    for (size_t i = 0; i < w.n; i++) {
        size_t was = enter_at(r, key, i);
        w.at[i] = text_of(r, json_array_get(list, i), "");
        leave(r, was);
    }
    return w;
}

static struct span span_in(struct reader *r, const json_t *v)
{
    struct span s = {0};
    if (json_array_size(v) != 2) {
        fault(r, "", "must be [from, until]");
        return s;
    }
    s.from = in_bounds(r, json_array_get(v, 0), "0", 0, EPOCH_LAST);
    s.until = in_bounds(r, json_array_get(v, 1), "1", 0, EPOCH_LAST);
    if (s.from >= s.until)
        fault(r, "", "must end after it begins");
    return s;
}

static struct span *take_span_array(struct reader *r, const json_t *o, const char *key,
                                    size_t *ret_n)
{
    const json_t *list = take_array(r, o, key, PANEL_SPANS_MAX, ret_n);
    struct span *at = arena_array(r->a, struct span, *ret_n);
    for (size_t i = 0; i < *ret_n; i++) {
        size_t was = enter_at(r, key, i);
        at[i] = span_in(r, json_array_get(list, i));
        leave(r, was);
    }
    return at;
}

static struct spans take_spans(struct reader *r, const json_t *o, const char *key)
{
    size_t n;
    struct span *at = take_span_array(r, o, key, &n);
    return span_list(r->a, at, n);
}

#endif
