#include "core/day.h"

#include <ctype.h>
#include <string.h>

enum {
    ERA_YEARS = 400,
    ERA_DAYS = 146097,    /* days in 400 years */
    EPOCH_SHIFT = 719468, /* days from 0000-03-01 to 1970-01-01 */
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Years are counted from March, so that the leap day is the last of its year. */
int32_t day_from(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (int)floor_div(y, ERA_YEARS), of_era = y - era * ERA_YEARS;
    int of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH_SHIFT;
}

void day_civil(int32_t n, int *ret_year, int *ret_month, int *ret_day)
{
    int z = n + EPOCH_SHIFT, era = (int)floor_div(z, ERA_DAYS), doe = z - era * ERA_DAYS;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / (ERA_DAYS - 1)) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *ret_day = doy - (153 * mp + 2) / 5 + 1;
    *ret_month = mp < 10 ? mp + 3 : mp - 9;
    *ret_year = yoe + era * ERA_YEARS + (*ret_month <= 2);
}

int day_year(int32_t n)
{
    int y, m, d;
    day_civil(n, &y, &m, &d);
    return y;
}

int32_t day_week(int32_t n)
{
    return (int32_t)floor_div((int64_t)n + 3, 7); /* day -3 was a Monday */
}

int day_weekday(int32_t n)
{
    return n + 3 - day_week(n) * 7 + 1;
}

int32_t day_of(int64_t local)
{
    return (int32_t)floor_div(local, DAY_SECONDS);
}

bool day_parse(const char *text, int32_t *ret)
{
    static const char form[] = "dddd-dd-dd";
    int part[3] = {0}, at = 0;
    if (strlen(text) != sizeof form - 1)
        return false;
    for (int i = 0; form[i]; i++) {
        if (form[i] == '-' ? text[i] != '-' : !isdigit((unsigned char)text[i]))
            return false;
        if (form[i] == '-')
            at++;
        else
            part[at] = part[at] * 10 + (text[i] - '0');
    }
    if (part[0] < 1 || part[1] < 1 || part[1] > 12 || part[2] < 1)
        return false;
    int32_t n = day_from(part[0], part[1], part[2]);
    int y, m, d;
    day_civil(n, &y, &m, &d);
    if (m != part[1] || d != part[2])
        return false;
    *ret = n;
    return true;
}
