/* The reader's busy time of many calendars, one answer a line: each comes as "LENGTH\nBYTES". */
#include "reader/busy.h"
#include "reader/object.h"
#include "reader/zones.h"

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    size_t len;
    while (scanf("%zu%*1[\n]", &len) == 1 && len <= 1 << 20) {
        char *bytes = malloc(len + 1);
        struct buf json;
        if (!bytes || fread(bytes, 1, len, stdin) != len)
            return 1;
        buf_init(&json, OBJECT_JSON_MAX);
        ics_busy(&json, bytes, len);
        puts(json.data);
        buf_done(&json);
        free(bytes);
    }
    zone_done();
    return 0;
}
