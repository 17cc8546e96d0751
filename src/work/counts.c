#include "work/counts.h"

#include "base/buf.h"
#include "work/app.h"
#include "work/routes.h"

#include <string.h>

static const struct {
    const char *metric, *label, *value;
} rows[COUNTS] = {
#define COUNT(what, metric, label, value) {metric, label, value},
#include "work/counts.def"
#undef COUNT
};

static enum count feed_reply(int status)
{
    return status == 200   ? COUNT_feed_200
           : status == 304 ? COUNT_feed_304
           : status == 410 ? COUNT_feed_410
                           : COUNT_feed_other;
}

void counts_replied(void *arg, const struct call *c, int status)
{
    struct app *app = arg;
    const struct route *r = call_route(c);
    if (!r)
        return;
    if (r->steps == dav_steps)
        app->counts.dav[call_request(c)->method][status / 100 % STATUS_CLASSES]++;
    else if (r->steps == feed_serve || r->steps == feed_busy)
        app->counts.of[feed_reply(status)]++;
}

void counts_answers(struct counts *n, const char *states)
{
    while (*states) {
        size_t len = strcspn(states, " ");
        for (size_t i = COUNT_answer_done; i <= COUNT_answer_not_taken; i++)
            if (strlen(rows[i].value) == len && memcmp(rows[i].value, states, len) == 0)
                n->of[i]++;
        states += len + strspn(states + len, " ");
    }
}

void counts_line(struct buf *b, const char *metric, const char *label, const char *value,
                 uint64_t n)
{
    if (label)
        buf_printf(b, "jamund_%s{%s=\"%s\"} %llu\n", metric, label, value, (unsigned long long)n);
    else
        buf_printf(b, "jamund_%s %llu\n", metric, (unsigned long long)n);
}

void counts_print(struct buf *b, const struct counts *n)
{
    for (size_t i = 0; i < COUNTS; i++)
        counts_line(b, rows[i].metric, rows[i].label, rows[i].value, n->of[i]);
    for (enum http_method m = 0; m < HTTP_METHOD_COUNT; m++)
        for (size_t class = 2; class < STATUS_CLASSES; class ++)
            buf_printf(b, "jamund_dav_replies_total{method=\"%s\",class=\"%zuxx\"} %llu\n",
                       http_method_name(m), class, (unsigned long long)n->dav[m][class]);
}
