#include "plan_in.h"

void explain(struct solver *s, struct model *m, const struct ledger *l, struct plan *plan)
{
    (void)s;
    (void)m;
    (void)l;
    (void)plan;
}
