#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t fake_ms = -1;

static int64_t read_ms(clockid_t id)
{
    struct timespec ts;
    if (fake_ms >= 0)
        return fake_ms;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

/* These two to the kernel's tick (4 ms or so), as time(2) is: that costs nothing. */
instant clock_now(void)
{
    return read_ms(CLOCK_REALTIME_COARSE) / 1000;
}

int64_t clock_mono_ms(void)
{
    return read_ms(CLOCK_MONOTONIC_COARSE);
}

void clock_fake(int64_t ms)
{
    fake_ms = ms;
}

char *clock_text(instant t, char out[CLOCK_TEXT])
{
    struct tm tm;
    time_t when = (time_t)t;
    gmtime_r(&when, &tm);
    strftime(out, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return out;
}
