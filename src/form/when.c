#include "form/when.h"

#include <time.h>

enum { SEOUL_OFFSET = 9 * 3600 };

static const char *const days_ko[] = {"일", "월", "화", "수", "목", "금", "토"};
static const char *const days_en[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const months_en[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const zone_names[LANGS] = {[KO] = "한국 시간", [EN] = "KST, UTC+9"};

static struct tm civil(instant t)
{
    struct tm tm;
    time_t when = (time_t)t;
    gmtime_r(&when, &tm);
    return tm;
}

static struct tm seoul(instant t)
{
    return civil(t + SEOUL_OFFSET);
}

static void put_day(struct buf *out, const struct tm *tm, enum lang lang)
{
    if (lang == KO)
        buf_printf(out, "%d년 %d월 %d일(%s)", tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday,
                   days_ko[tm->tm_wday]);
    else
        buf_printf(out, "%s %d %s %d", days_en[tm->tm_wday], tm->tm_mday, months_en[tm->tm_mon],
                   tm->tm_year + 1900);
}

void when_span(struct buf *out, instant start, instant end, enum lang lang)
{
    struct tm from = seoul(start), until = seoul(end);
    put_day(out, &from, lang);
    buf_printf(out, " %02d:%02d%s", from.tm_hour, from.tm_min, lang == KO ? "~" : "–");
    if (from.tm_yday != until.tm_yday || from.tm_year != until.tm_year) {
        put_day(out, &until, lang);
        buf_char(out, ' ');
    }
    buf_printf(out, "%02d:%02d (%s)", until.tm_hour, until.tm_min, zone_names[lang]);
}

void when_point(struct buf *out, instant t, enum lang lang)
{
    struct tm tm = seoul(t);
    put_day(out, &tm, lang);
    buf_printf(out, " %02d:%02d (%s)", tm.tm_hour, tm.tm_min, zone_names[lang]);
}

void when_short(struct buf *out, instant t)
{
    struct tm tm = seoul(t);
    buf_printf(out, "%d월 %d일(%s) %02d:%02d", tm.tm_mon + 1, tm.tm_mday, days_ko[tm.tm_wday],
               tm.tm_hour, tm.tm_min);
}

void when_mail(struct buf *out, instant t)
{
    struct tm tm = seoul(t);
    buf_printf(out, "%s, %02d %s %04d %02d:%02d:%02d +0900", days_en[tm.tm_wday], tm.tm_mday,
               months_en[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void put_basic(struct buf *out, struct tm tm, const char *tail)
{
    buf_printf(out, "%04d%02d%02dT%02d%02d%02d%s", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
               tm.tm_hour, tm.tm_min, tm.tm_sec, tail);
}

void when_utc(struct buf *out, instant t)
{
    put_basic(out, civil(t), "Z");
}

void when_seoul(struct buf *out, instant t)
{
    put_basic(out, seoul(t), "");
}

void when_local(struct buf *out, int64_t local)
{
    put_basic(out, civil(local), "");
}
