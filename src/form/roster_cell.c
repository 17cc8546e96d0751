/* The readers of plain cells: one value each. */
#include "base/utf8.h"
#include "form/address.h"
#include "roster_in.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

json_t *cell_text(struct roster *r, const struct column *col, char *text)
{
    if (utf8_count(text, strlen(text)) > (size_t)col->max)
        return roster_fault(r, arena_printf(r->arena, "%d자를 넘습니다", col->max),
                            arena_printf(r->arena, "is longer than %d characters", col->max), text);
    return json_string(text);
}

json_t *cell_number(struct roster *r, const struct column *col, char *text)
{
    char *end;
    long n = isdigit((unsigned char)*text) ? strtol(text, &end, 10) : -1;
    if (n < col->min || n > col->max || *end != '\0')
        return roster_fault(
            r, arena_printf(r->arena, "%d에서 %d까지의 정수여야 합니다", col->min, col->max),
            arena_printf(r->arena, "must be a whole number from %d to %d", col->min, col->max),
            text);
    return json_integer(n);
}

json_t *cell_email(struct roster *r, const struct column *col, char *text)
{
    (void)col;
    if (!address_valid(text))
        return roster_fault(r, "올바른 이메일 주소가 아닙니다", "is not a valid e-mail address",
                            text);
    return json_string(text);
}

json_t *cell_phone(struct roster *r, const struct column *col, char *text)
{
    (void)col;
    char phone[ROSTER_PHONE];
    if (!roster_phone(text, phone))
        return roster_fault(r, "올바른 전화번호가 아닙니다", "is not a valid phone number", text);
    return json_string(phone);
}

/* 2026-01-31, as Excel may show it too: 2026.1.31, 2026/1/31, "2026. 1. 31." */
json_t *cell_date(struct roster *r, const struct column *col, char *text)
{
    (void)col;
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int y = 0, m = 0, d = 0, end = 0;
    bool form = text[strspn(text, "0123456789-./ ")] == '\0' &&
                sscanf(text, "%4d%*[-./ ]%2d%*[-./ ]%2d%n", &y, &m, &d, &end) == 3 &&
                text[end + (int)strspn(text + end, ".")] == '\0';
    bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    if (!form || y < 2000 || y > 2099 || m < 1 || m > 12 || d < 1 ||
        d > days[m - 1] + (m == 2 && leap))
        return roster_fault(r, "있는 날짜(YYYY-MM-DD)여야 합니다",
                            "must be a real date, YYYY-MM-DD", text);
    return json_sprintf("%04d-%02d-%02d", y, m, d);
}

/* The form of an IANA name; whether it exists, the database knows. */
json_t *cell_zone(struct roster *r, const struct column *col, char *text)
{
    (void)col;
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    size_t n = strspn(text, letters), slashes = 0;
    bool form = isupper((unsigned char)*text) && strlen(text) <= 64;
    for (const char *s = text + n; form && *s; s += n) {
        n = 1 + strspn(s + 1, "0123456789+-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_");
        form = *s == '/' && n > 1 && ++slashes <= 2;
    }
    if ((!form || slashes == 0) && strcmp(text, "UTC") != 0)
        return roster_fault(r, "시간대 이름이어야 합니다(예: Asia/Seoul)",
                            "must be a time zone name, as Asia/Seoul", text);
    return json_string(text);
}

json_t *cell_consent(struct roster *r, const struct column *col, char *text)
{
    (void)col;
    static const struct {
        const char *word;
        int consent;
    } words[] = {{"Y", 1}, {"Yes", 1},  {"예", 1},    {"네", 1},     {"동의", 1},   {"O", 1},
                 {"1", 1}, {"true", 1}, {"N", 0},     {"No", 0},     {"아니오", 0}, {"아니요", 0},
                 {"X", 0}, {"0", 0},    {"false", 0}, {"미동의", 0}, {"부동의", 0}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(words[i].word, text) == 0)
            return json_boolean(words[i].consent);
    return roster_fault(r, "예 또는 아니오로 적습니다", "must be Y or N", text);
}

json_t *cell_registration(struct roster *r, const struct column *col, char *text)
{
    (void)col;
    char number[ROSTER_REGISTRATION];
    if (!roster_registration(text, number))
        return roster_fault(r, "올바른 사업자등록번호가 아닙니다",
                            "is not a valid business registration number", text);
    return json_string(number);
}

/* Digits of text, without the marks people put between them; -1: there is something else, or more
 * than fit. */
static int digits_of(const char *text, const char *marks, char *out, int room)
{
    int n = 0;
    for (; *text; text++) {
        if (strchr(marks, *text))
            continue;
        if (!isdigit((unsigned char)*text) || n == room)
            return -1;
        out[n++] = *text;
    }
    out[n] = '\0';
    return n;
}

/* National Tax Service: weights 1 3 7 1 3 7 1 3 5, plus the tens of the ninth digit times five. */
bool roster_registration(const char *text, char out[ROSTER_REGISTRATION])
{
    static const int weights[] = {1, 3, 7, 1, 3, 7, 1, 3, 5};
    char d[11];
    if (digits_of(text, "- ", d, 10) != 10)
        return false;
    int sum = (d[8] - '0') * 5 / 10;
    for (int i = 0; i < 9; i++)
        sum += weights[i] * (d[i] - '0');
    if ((10 - sum % 10) % 10 != d[9] - '0')
        return false;
    snprintf(out, ROSTER_REGISTRATION, "%.3s-%.2s-%.5s", d, d + 3, d + 5);
    return true;
}

/* How the numbers of one kind begin, how many digits they may have, and where the dash stands. */
static const struct {
    const char *prefix;
    int least, most, head;
} plans[] = {
    {"010", 11, 11, 3}, {"01", 10, 11, 3},  {"02", 9, 10, 2},  {"050", 11, 12, 4},
    {"070", 11, 11, 3}, {"080", 10, 11, 3}, {"03", 10, 11, 3}, {"04", 10, 11, 3},
    {"05", 10, 11, 3},  {"06", 10, 11, 3},
};

bool roster_phone(const char *text, char out[ROSTER_PHONE])
{
    char d[17] = "0", *digits = d + 1;
    bool foreign = *text == '+' && strncmp(text, "+82", 3) != 0;
    text += *text == '+' ? (foreign ? 1 : 3) : 0;
    int n = digits_of(text, " -.()", digits, 15);
    if (n < 8)
        return false;
    if (foreign) {
        snprintf(out, ROSTER_PHONE, "+%s", digits);
        return *digits != '0';
    }
    if (n == 8 && digits[0] == '1' && strchr("568", digits[1])) {
        snprintf(out, ROSTER_PHONE, "%.4s-%s", digits, digits + 4);
        return true;
    }
    if (*digits != '0') {
        digits = d;
        n++;
    }
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
        int head = plans[i].head;
        if (strncmp(digits, plans[i].prefix, strlen(plans[i].prefix)) != 0)
            continue;
        snprintf(out, ROSTER_PHONE, "%.*s-%.*s-%s", head, digits, n - 4 - head, digits + head,
                 digits + n - 4);
        return n >= plans[i].least && n <= plans[i].most;
    }
    return false;
}
