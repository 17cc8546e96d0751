#include "form/shape_text.h"

#include "base/id.h"
#include "form/address.h"

#include <ctype.h>
#include <string.h>

static bool date_valid(const char *s);
static bool time_valid(const char *s);
static bool instant_valid(const char *s);
static bool zone_valid(const char *s);
static bool phone_valid(const char *s);
static bool registration_valid(const char *s);
static bool code_valid(const char *s);
static bool language_valid(const char *s);

#define DATE "20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
#define OFFSET "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"

static const struct shape_text rows[SHAPE_KINDS] = {
    [SHAPE_EMAIL] = {address_valid, 254, "email", "^[^\\s@]+@[^\\s@]+$",
                     "올바른 전자우편 주소가 아닙니다.", "is not a valid e-mail address"},
    [SHAPE_URL] = {url_valid, 2000, "uri", "^https://[^\\s]+$", "https 주소여야 합니다.",
                   "must be an https URL"},
    [SHAPE_LINK] = {link_valid, 2000, "uri",
                    "^(https://|http://(localhost|127\\.0\\.0\\.1)([:/]|$))[^\\s]*$",
                    "https 주소여야 합니다.", "must be an https URL"},
    [SHAPE_PHONE] = {phone_valid, 24, NULL, "^\\+?[0-9][0-9 ()-]{3,22}$",
                     "올바른 전화번호가 아닙니다.", "is not a valid phone number"},
    [SHAPE_UUID] = {id_is_uuid, 36, "uuid", "^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$",
                    "UUID여야 합니다.", "must be a UUID"},
    [SHAPE_DATE] = {date_valid, 10, "date", "^" DATE "$", "있는 날짜(YYYY-MM-DD)여야 합니다.",
                    "must be a real date, YYYY-MM-DD"},
    [SHAPE_TIME] = {time_valid, 5, NULL, "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
                    "시각(HH:MM)이어야 합니다.", "must be a time of day, HH:MM"},
    [SHAPE_INSTANT] = {instant_valid, 35, "date-time",
                       "^" DATE "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?" OFFSET
                       "$",
                       "시차가 붙은 시각이어야 합니다. 예: 2026-12-01T14:00:00+09:00",
                       "must be a real time with its offset, as 2026-12-01T14:00:00+09:00"},
    [SHAPE_ZONE] = {zone_valid, 64, NULL, "^(UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2})$",
                    "시간대 이름이어야 합니다. 예: Asia/Seoul",
                    "must be a time zone name, as Asia/Seoul"},
    [SHAPE_REGISTRATION] = {registration_valid, 12, NULL, "^[0-9]{3}-[0-9]{2}-[0-9]{5}$",
                            "올바른 사업자등록번호가 아닙니다.",
                            "is not a valid business registration number"},
    [SHAPE_CODE] = {code_valid, 32, NULL, "^[a-z][a-z0-9_]{0,31}$", "영문 소문자 코드여야 합니다.",
                    "must be a lower-case code"},
    [SHAPE_LANGUAGE] = {language_valid, 6, NULL, "^[a-z]{2,3}(-[A-Z]{2})?$",
                        "언어 코드여야 합니다. 예: ko", "must be a language code, as ko"},
};

const struct shape_text *shape_text(enum shape_kind k)
{
    return rows[k].valid ? &rows[k] : NULL;
}

int shape_text_compare(enum shape_kind k, const char *a, const char *b)
{
    int64_t x = 0, y = 0;
    if (k != SHAPE_INSTANT)
        return strcmp(a, b);
    (void)shape_text_instant(a, &x);
    (void)shape_text_instant(b, &y);
    return (x > y) - (x < y);
}

bool shape_text_blank(const char *s)
{
    static const char *const spaces[] = {" ", "\t", "\n", "\u00a0", "\u2003", "\u3000"};
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        size_t n = strlen(spaces[i]);
        if (strncmp(s, spaces[i], n) == 0) {
            s += n;
            i = (size_t)-1;
        }
    }
    return *s == '\0';
}

/* How far s follows the mask, in which '0' stands for any digit and all else for itself. */
static bool follows(const char *s, const char *mask)
{
    for (; *mask; s++, mask++)
        if (*mask == '0' ? !isdigit((unsigned char)*s) : *s != *mask)
            return false;
    return true;
}

static int two(const char *s)
{
    return (s[0] - '0') * 10 + (s[1] - '0');
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* The first ten characters; years are held to this century, so no arithmetic can overflow. */
static bool date_starts(const char *s)
{
    if (!follows(s, "0000-00-00"))
        return false;
    int year = two(s) * 100 + two(s + 2), month = two(s + 5), day = two(s + 8);
    return year >= 2000 && year < 2100 && month >= 1 && month <= 12 && day >= 1 &&
           day <= days_in(year, month);
}

static int64_t days_since_1970(const char *date)
{
    int year = two(date) * 100 + two(date + 2), month = two(date + 5);
    int64_t days = two(date + 8) - 1;
    for (int y = 1970; y < year; y++)
        days += 365 + (days_in(y, 2) == 29);
    for (int m = 1; m < month; m++)
        days += days_in(year, m);
    return days;
}

static bool offset_read(const char *s, int *ret_minutes)
{
    if (strcmp(s, "Z") == 0) {
        *ret_minutes = 0;
        return true;
    }
    if ((*s != '+' && *s != '-') || !follows(s + 1, "00:00") || s[6] != '\0')
        return false;
    int hours = two(s + 1), minutes = two(s + 4);
    if (hours > 14 || minutes > 59)
        return false;
    *ret_minutes = (*s == '-' ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

bool shape_text_instant(const char *s, int64_t *ret_us)
{
    if (!date_starts(s) || !follows(s + 10, "T00:00:00"))
        return false;
    int hour = two(s + 11), minute = two(s + 14), second = two(s + 17), offset;
    int64_t us = 0, unit = 100000;
    const char *rest = s + 19;
    if (*rest == '.') {
        for (rest++; unit > 0 && isdigit((unsigned char)*rest); rest++, unit /= 10)
            us += (*rest - '0') * unit;
        if (rest == s + 20)
            return false;
    }
    if (hour > 23 || minute > 59 || second > 59 || !offset_read(rest, &offset))
        return false;
    int64_t minutes = (days_since_1970(s) * 24 + hour) * 60 + minute - offset;
    *ret_us = (minutes * 60 + second) * 1000000 + us;
    return true;
}

static bool instant_valid(const char *s)
{
    int64_t us;
    return shape_text_instant(s, &us);
}

static bool date_valid(const char *s)
{
    return date_starts(s) && s[10] == '\0';
}

static bool time_valid(const char *s)
{
    if (!follows(s, "00:00") || s[5] != '\0')
        return false;
    return (two(s) < 24 && two(s + 3) < 60) || strcmp(s, "24:00") == 0;
}

static bool zone_valid(const char *s)
{
    size_t parts = 1;
    if (strcmp(s, "UTC") == 0)
        return true;
    if (!isupper((unsigned char)*s))
        return false;
    for (const char *part = s, *at = s;; at++) {
        if (*at == '/' || *at == '\0') {
            if (at == part || parts > 3)
                return false;
            if (*at == '\0')
                return parts > 1;
            part = at + 1;
            parts++;
        } else if (!isalpha((unsigned char)*at) && *at != '_' &&
                   (parts == 1 || (!isdigit((unsigned char)*at) && *at != '+' && *at != '-'))) {
            return false;
        }
    }
}

static bool phone_valid(const char *s)
{
    size_t digits = 0;
    s += *s == '+';
    if (!isdigit((unsigned char)*s))
        return false;
    for (; *s; s++) {
        if (!isdigit((unsigned char)*s) && !strchr(" ()-", *s))
            return false;
        digits += isdigit((unsigned char)*s) != 0;
    }
    return digits >= 4 && digits <= 15;
}

/* National Tax Service: weights 1 3 7 1 3 7 1 3 5, plus the tens of the ninth digit times five. */
static bool registration_valid(const char *s)
{
    static const int weights[] = {1, 3, 7, 1, 3, 7, 1, 3, 5};
    static const size_t places[] = {0, 1, 2, 4, 5, 7, 8, 9, 10, 11};
    if (!follows(s, "000-00-00000") || s[12] != '\0')
        return false;
    int sum = (s[10] - '0') * 5 / 10;
    for (size_t i = 0; i < 9; i++)
        sum += weights[i] * (s[places[i]] - '0');
    return (10 - sum % 10) % 10 == s[places[9]] - '0';
}

static bool code_valid(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return n >= 1 && n <= 32 && s[n] == '\0' && islower((unsigned char)*s);
}

static bool language_valid(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz");
    if (n < 2 || n > 3)
        return false;
    return s[n] == '\0' || (s[n] == '-' && isupper((unsigned char)s[n + 1]) &&
                            isupper((unsigned char)s[n + 2]) && s[n + 3] == '\0');
}
