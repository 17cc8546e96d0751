#include "page_reply.h"

#include "form/page.h"

static enum step reply(struct call *c, int status, struct buf *page)
{
    static const struct http_field fields[] = {
        {"Content-Security-Policy", PAGE_CSP}, {"Cache-Control", "no-store"},
        {"Referrer-Policy", "no-referrer"},    {"X-Content-Type-Options", "nosniff"},
        {"X-Robots-Tag", "noindex"},           {"Retry-After", "1"}};
    struct http_reply r = {.status = status,
                           .type = PAGE_MEDIA,
                           .body = page->data,
                           .body_len = page->len,
                           .fields = fields,
                           .field_count = sizeof fields / sizeof *fields - (status != 503)};
    enum step done = call_reply(c, &r);
    buf_done(page);
    return done;
}

enum step page_fail(struct call *c, enum err why)
{
    struct buf page;
    buf_init(&page, PAGE_MAX);
    if (page_error(&page, why) != OK)
        buf_str(&page, err_row(why)->title);
    return reply(c, err_row(why)->status, &page);
}

enum step page_reply(struct call *c, page_fn *write, const json_t *facts)
{
    struct buf page;
    buf_init(&page, PAGE_MAX);
    if (write(&page, facts) == OK)
        return reply(c, 200, &page);
    buf_done(&page);
    return page_fail(c, ERR_INTERNAL);
}
