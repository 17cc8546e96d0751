/*
 * static FILE: the daemon's own door and calls with one route, /static, that replies with the
 * file's bytes. Prints its port and serves until it is ended: what a reply costs of which nothing
 * has to be made.
 */
#include "base/log.h"
#include "flow/door.h"
#include "flow/flow.h"
#include "flow/route.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

static struct http_reply reply = {.status = 200, .type = "application/json"};

static enum step say(struct call *c)
{
    return call_reply(c, &reply);
}

static step_fn *const steps[] = {say, NULL};
static const struct route routes[] = {
    {.method = HTTP_GET, .path = "/static", .who = MAY_PUBLIC, .status = 200, .steps = steps}};

static bool read_file(const char *path)
{
    enum { MOST = 16 << 20 };
    static const struct http_field no_store = {"Cache-Control", "no-store"};
    FILE *f = fopen(path, "rb");
    char *bytes = malloc(MOST);
    if (!f || !bytes)
        return false;
    reply.body = bytes;
    reply.body_len = fread(bytes, 1, MOST, f);
    reply.fields = &no_store;
    reply.field_count = 1;
    return fclose(f) == 0;
}

int main(int argc, char **argv)
{
    struct event_base *base = event_base_new();
    struct flow *flow = flow_new(&(struct flow_conf){
        .base = base, .routes = routes, .route_count = 1, .deadline_ms = 10000});
    struct door *door;
    if (argc != 2 || !read_file(argv[1]) ||
        door_open(base, &(struct door_conf){.listen = "127.0.0.1:0"}, flow_serve, flow, &door) !=
            OK)
        return 2;
    printf("%u\n", door_port(door));
    fflush(stdout);
    return event_base_dispatch(base);
}
