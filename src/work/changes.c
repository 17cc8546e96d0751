/* GET /v1/changes: where a client wants to go on. flow/live does the rest. */
#include "base/arena.h"
#include "flow/live.h"
#include "work/app.h"
#include "work/routes.h"

#include <stdlib.h>
#include <string.h>

enum { DIGITS_MAX = 18 };

static enum step follow(struct call *c);

step_fn *const changes_follow[] = {follow, NULL};

/* A browser that comes back sends the header beside the address it began with: the header is newer.
 */
static enum step follow(struct call *c)
{
    struct app *app = call_app(c);
    const char *last = http_header(call_request(c), "last-event-id");
    const json_t *since = json_object_get(call_query(c), "since");
    int64_t from = since ? json_integer_value(since) : -1;
    if (last && *last) {
        size_t n = strlen(last);
        if (n > DIGITS_MAX || strspn(last, "0123456789") != n)
            return call_fail(c, ERR_BAD_REQUEST, "Last-Event-ID is not a version");
        from = strtoll(last, NULL, 10);
    }
    return live_follow(app->live, c, from,
                       json_string_value(json_object_get(call_query(c), "entity")));
}
