#include "reader/zones.h"

#include "reader/rule.h"

#include "core/day.h"

#include <ctype.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ZONE_DIR "/usr/share/zoneinfo/"

enum { WALK_FILES = 8 };

struct named {
    const char *tzid;
    const struct zone *zone;
};

struct ics_zones {
    struct arena *a;
    const struct ics_doc *doc;
    struct named *named;
    size_t n;
};

static const struct {
    const char *windows, *iana;
} windows[] = {
#define ZONE(w, i) {w, i},
#include "windows_zones.def"
#undef ZONE
};

/* ---- the system's ---- */

static size_t loaded;

static int load_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    const char *name = path + strlen(ZONE_DIR);
    (void)st;
    if (kind == FTW_D && (strcmp(name, "posix") == 0 || strcmp(name, "right") == 0))
        return FTW_SKIP_SUBTREE;
    if (kind == FTW_F && where->level > 0 && isupper((unsigned char)*name))
        loaded += zone_find(name) != NULL;
    return FTW_CONTINUE;
}

bool ics_zones_load(void)
{
    (void)nftw(ZONE_DIR, load_one, WALK_FILES, FTW_ACTIONRETVAL);
    return loaded > 0;
}

const struct zone *ics_zone_named(const char *name)
{
    const struct zone *z = zone_find(name);
    for (size_t i = 0; !z && i < sizeof windows / sizeof *windows; i++)
        if (strcasecmp(windows[i].windows, name) == 0)
            z = zone_find(windows[i].iana);
    return z;
}

/* "/freeassociation.sourceforge.net/Asia/Seoul", "/mozilla.org/20050126_1/Asia/Seoul" */
static const struct zone *prefixed(const char *tzid)
{
    const struct zone *z = NULL;
    for (const char *s = strchr(tzid, '/'); s && !z; s = strchr(s + 1, '/'))
        z = zone_find(s + 1);
    return tzid[0] == '/' ? z : NULL;
}

/* ---- the document's: a VTIMEZONE becomes a list of changes ---- */

struct change {
    instant at;
    int32_t before, after;
};

struct changes {
    struct change *at;
    size_t n, room;
};

static bool offset_of(const struct ics_prop *p, int32_t *ret)
{
    int h, m, s = 0;
    const char *v = p ? p->value : "";
    if ((v[0] != '+' && v[0] != '-') || strspn(v + 1, "0123456789") < 4)
        return false;
    h = (v[1] - '0') * 10 + (v[2] - '0');
    m = (v[3] - '0') * 10 + (v[4] - '0');
    if (strspn(v + 1, "0123456789") >= 6)
        s = (v[5] - '0') * 10 + (v[6] - '0');
    *ret = (v[0] == '-' ? -1 : 1) * (h * 3600 + m * 60 + s);
    return h < 24 && m < 60 && s < 60;
}

static void change_add(struct arena *a, struct changes *c, struct change x)
{
    if (c->n == c->room) {
        size_t room = c->room ? c->room * 2 : 64;
        struct change *grown = arena_array(a, struct change, room);
        if (c->n)
            memcpy(grown, c->at, c->n * sizeof *grown);
        c->at = grown;
        c->room = room;
    }
    if (c->n < ZONE_CHANGES_MAX)
        c->at[c->n++] = x;
}

/* Onsets are on the clock that was shown before: by TZOFFSETFROM. */
static void observe_rule(struct arena *a, struct changes *c, const struct ics_prop *p,
                         const struct ics_time *start, struct change x)
{
    struct ics_rule rule;
    if (!ics_rule_parse(a, p->value, &rule))
        return;
    int64_t from = (int64_t)day_from(ZONE_FROM_YEAR, 1, 1) * DAY_SECONDS;
    int64_t until = (int64_t)day_from(ZONE_UNTIL_YEAR, 1, 1) * DAY_SECONDS;
    if (rule.has_until) {
        int64_t last = rule.until.local + (rule.until.is_utc ? x.before : 0) +
                       (rule.until.is_date ? DAY_SECONDS : 1);
        until = last < until ? last : until;
    }
    struct ics_locals l = ics_rule_expand(a, &rule, start->local, false, from, until);
    for (size_t i = 0; i < l.n; i++)
        change_add(a, c, (struct change){l.at[i] - x.before, x.before, x.after});
}

static void observe(struct arena *a, struct changes *c, const struct ics_part *p)
{
    struct ics_time start;
    struct change x = {0};
    if (!ics_time_of(a, ics_find(p, "DTSTART"), &start) ||
        !offset_of(ics_find(p, "TZOFFSETFROM"), &x.before) ||
        !offset_of(ics_find(p, "TZOFFSETTO"), &x.after))
        return;
    x.at = start.local - x.before;
    change_add(a, c, x);
    for (const struct ics_prop *r = p->props; r; r = r->next) {
        struct ics_time t;
        if (strcmp(r->name, "RRULE") == 0)
            observe_rule(a, c, r, &start, x);
        else if (strcmp(r->name, "RDATE") == 0 && ics_time_of(a, r, &t))
            change_add(a, c, (struct change){t.local - x.before, x.before, x.after});
    }
}

static int by_time(const void *x, const void *y)
{
    const struct change *a = x, *b = y;
    return a->at < b->at ? -1 : a->at > b->at;
}

static const struct zone *defined(struct arena *a, const struct ics_part *vtimezone)
{
    struct changes c = {0};
    size_t seen = 0;
    for (const struct ics_part *p = vtimezone->parts; p && seen < ZONE_OBSERVANCES_MAX;
         p = p->next, seen++)
        observe(a, &c, p);
    if (c.n == 0)
        return NULL;
    qsort(c.at, c.n, sizeof *c.at, by_time);
    instant *at = arena_array(a, instant, c.n);
    int32_t *offset = arena_array(a, int32_t, c.n + 1);
    struct zone *z = arena_new_of(a, struct zone);
    *z = (struct zone){.name = "", .at = at, .offset = offset};
    offset[0] = c.at[0].before;
    for (size_t i = 0; i < c.n; i++) {
        if (z->changes == 0 || at[z->changes - 1] < c.at[i].at)
            at[z->changes++] = c.at[i].at;
        offset[z->changes] = c.at[i].after;
    }
    return z;
}

static const struct zone *defined_as(struct ics_zones *zs, const char *tzid)
{
    for (const struct ics_part *c = zs->doc->calendars; c; c = c->next)
        for (const struct ics_part *p = c->parts; p; p = p->next) {
            const struct ics_prop *name =
                strcmp(p->name, "VTIMEZONE") == 0 ? ics_find(p, "TZID") : NULL;
            if (name && strcmp(name->value, tzid) == 0)
                return defined(zs->a, p);
        }
    return NULL;
}

struct ics_zones *ics_zones_new(struct arena *a, const struct ics_doc *doc)
{
    struct ics_zones *zs = arena_new_of(a, struct ics_zones);
    *zs = (struct ics_zones){
        .a = a, .doc = doc, .named = arena_array(a, struct named, ZONES_NAMED_MAX)};
    return zs;
}

const struct zone *ics_zones_find(struct ics_zones *zs, const char *tzid)
{
    for (size_t i = 0; i < zs->n; i++)
        if (strcmp(zs->named[i].tzid, tzid) == 0)
            return zs->named[i].zone;
    const struct zone *z = zone_find(tzid);
    if (!z)
        z = prefixed(tzid);
    if (!z)
        z = defined_as(zs, tzid);
    if (!z)
        z = ics_zone_named(tzid);
    if (zs->n < ZONES_NAMED_MAX)
        zs->named[zs->n++] = (struct named){tzid, z};
    return z;
}

instant ics_utc(const struct zone *z, int64_t local)
{
    instant t = zone_utc_first(z, local);
    if (zone_local(z, t) == local)
        return t;
    return local - zone_offset(z, t - 1);
}
