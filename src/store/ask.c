#include "store/ask.h"

#include "base/buf.h"

#include <string.h>

const struct ask_row ask_rows[] = {
#define ASK(name, types, lane, card) [ASK_##name] = {#name, types, LANE_##lane, CARD_##card},
#include "store/ask.def"
#undef ASK
};

enum { SQL_MAX = 4096 };

size_t ask_args(const struct ask_row *row)
{
    size_t n = *row->types != '\0';
    for (const char *p = row->types; *p; p++)
        n += *p == ',';
    return n;
}

char *ask_sql(const struct ask_row *row)
{
    struct buf sql;
    buf_init(&sql, SQL_MAX);
    buf_printf(&sql, "select * from api.%s(", row->name);
    const char *type = row->types;
    for (size_t i = 1; *type; i++) {
        int len = (int)strcspn(type, ",");
        buf_printf(&sql, "%s$%zu::%.*s", i > 1 ? ", " : "", i, len, type);
        type += len + (type[len] == ',');
    }
    buf_char(&sql, ')');
    return sql.data; /* owned by the caller from here */
}

const char *ask_lane_name(enum lane lane)
{
    static const char *const names[LANE_COUNT] = {"read", "write", "long"};
    return names[lane];
}
