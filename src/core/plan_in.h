/*
 * Inside core's plan only. The problem as the solvers see it: everything in the order of ids, what
 * is pinned taken away, each request with its triples (expert, slot, seat). A request is served by
 * one triple for each of its seats, all of one slot and one zone, experts different.
 */
#ifndef CORE_PLAN_IN_H
#define CORE_PLAN_IN_H

#include "core/mcf.h"
#include "core/plan.h"

#include <limits.h>

enum { PLENTY = INT_MAX, NOBODY = -1, PINNED = -2 };

struct triple {
    int32_t expert, points; /* the slot's points are with seat 0 */
    int16_t slot, seat;
    int32_t keep; /* of what was told: twice the weight, or once for one of two */
};

struct wish {    /* a request that is not pinned */
    int request; /* in the problem */
    int class, length, seats;
    int company;           /* PLAN_NONE: no other request of it */
    struct plan_slots may; /* where the request can begin, as to itself and its company */
    int *candidate;        /* of the request's, the possible ones by zone, then expert */
    int candidates;
    struct triple *at; /* by slot, then zone, then seat, then expert; see wish_whole() */
    size_t n;
    size_t first; /* number of its first triple among all */
};

/* Slots from .. from + len - 1 of an expert: at most cap of them; or (meetings) at most cap
 * meetings that touch them, which is what lies too near to have two. */
struct window {
    int expert, from, len, cap;
    bool meetings;
};

struct cap { /* so many meetings of an expert's are left that begin in slots from .. until - 1 */
    int expert, from, until, left;
    bool slots; /* so many slots of these */
    int above;  /* the next greater one around it; NOBODY: none */
};

static inline int cap_takes(const struct cap *c, int length)
{
    return c->slots ? length : 1;
}

struct model {
    const struct plan_problem *p;
    int S, E, Z, C, W; /* slots, experts, zones, companies with several wishes, wishes */
    int *day;          /* by slot, from 0 */
    int *hall, *zone;  /* booths left by slot; by zone and slot */
    int *most;         /* meetings left by expert */
    struct cap *cap;   /* by expert, the greater ones first; only those that can bind */
    int *first_cap;    /* by expert, and one more */
    int *cap_at;       /* by expert and slot: the least one around it; NOBODY: none */
    int *load, *share, *zone_of, *rest, *apart;
    struct plan_slots *free, *pinned; /* by expert */
    struct plan_slots *can, *reach;   /* of these, not impossible by itself; used by a triple */
    struct plan_slots *may_begin;     /* of `can`, where no cap is used up */
    struct wish *wish;
    struct wish *row; /* NULL: triples are kept; else they are made here, a wish at a time */
    size_t triples;
    struct window *window;
    int *first_window; /* by expert, and one more */
    int64_t mean_share;
    int lambda;
    struct plan_score pinned_score;
    bool *company_row;           /* by company and slot: several of its wishes could be there */
    int *expert_at, *request_at; /* the sorted number of the problem's; its place in the wishes */
    const int *expert_order;     /* the problem's number of the sorted */
    bool long_ones, pairs, booths, caps, companies, rests; /* what binds, redundant rows left out */
};

/* Where a wish goes; slot PLAN_NONE: nowhere. */
struct spot {
    int slot;
    int expert[PLAN_SEATS];
};

/* plan_model.c: with more than so many triples, they are made on the fly. Where rows cross, all are
 * needed at once: then that many times as many are still kept. */
enum { PLAN_CROSS_TIMES = 4 };
struct model *model_new(struct arena *a, const struct plan_problem *p, size_t kept);
bool model_follows(const struct model *m, int slot); /* slot + 1 is back to back, on the same day */
int64_t load_step(const struct model *m, int expert, int nth); /* cost of one more after nth */
int64_t load_cost(const struct model *m, int expert, int n);

/* plan_triples.c: those that can be at all. */
void model_triples(struct arena *a, struct model *m, size_t kept);
void model_keep(struct arena *a, struct model *m);
/* The wish with its triples; where they are made on the fly, until the next one is asked for. */
const struct wish *wish_whole(const struct model *m, int wish);

/* plan_rows.c: drops the rows that can never bind. */
void model_reduce(struct arena *a, struct model *m);
/* Meeting at slot, the expert being busy then besides, no more slots in a row than may be, and what
 * has to lie between two meetings does. */
bool model_rests(const struct model *m, const struct plan_slots *busy, int expert, int slot,
                 int length);
/* Whether the expert cannot be in one meeting that ends with x and in another that begins with y.
 */
bool model_near(const struct model *m, int expert, int x, int y);
int window_takes(const struct window *w, int slot, int length); /* of what it has at most */
static inline bool model_complex(const struct model *m)
{
    return m->long_ones || m->pairs;
}

/* plan_ledger.c: a plan while it is made, and what of everything is taken. */
struct ledger {
    const struct model *m;
    struct spot *spot; /* by wish */
    int32_t *who;      /* by expert and slot */
    struct plan_slots *busy;
    int *hall, *zone, *company, *cap, *most, *load; /* cap: by that of the model */
};
struct ledger *ledger_new(struct arena *a, const struct model *m);
void ledger_copy(struct ledger *to, const struct ledger *from);
void ledger_clear(struct ledger *l);
bool ledger_fits(const struct ledger *l, int wish, const struct spot *s);
void ledger_put(struct ledger *l, int wish, const struct spot *s); /* it fits */
void ledger_take(struct ledger *l, int wish);                      /* it is there */
struct plan_score ledger_score(const struct ledger *l);
const struct triple *wish_triple(const struct wish *w, int slot, int expert, int seat);

/* a - b, levels in strict order: > 0, 0, < 0. */
int score_order(const struct plan_score *a, const struct plan_score *b);

/* What is sought, as one number: serve by class, keep and point (of quality minus load) weigh. */
struct goal {
    int64_t serve[PLAN_CLASSES], keep, point;
};
int64_t goal_value(const struct goal *g, const struct plan_score *s);
static inline int64_t goal_triple(const struct goal *g, const struct wish *w,
                                  const struct triple *t)
{
    return (t->seat == 0 ? g->serve[w->class] : 0) + g->keep * t->keep + g->point * t->points;
}

/* plan_net.c: the wishes that one slot and one expert serve, as a flow. Of booths and caps only one
 * side can be in it. */
enum { NET_AS_PAYS = -1 };
struct net_shape {
    bool booths, caps, load; /* load: with caps only */
    const int64_t *served;   /* by class: so many, exactly, all where there are fewer; or
                                NET_AS_PAYS; NULL: NET_AS_PAYS for all */
    const struct ledger *slots, *experts; /* each wish stays in this slot; with this expert and
                                             under the same caps, or out of it; NULL: free */
};
struct net {
    struct arena *a;
    struct mcf flow;
    struct mcf_arc *arc; /* the wishes' first, then those of the seats, of the load, the others */
    int64_t *cost;       /* by arc, as the solver was given them last */
    bool *in;            /* by wish: it is in the flow */
    size_t *first;       /* by wish, and one more: its arcs; none where triples are not kept */
    int32_t *pick;       /* by arc of a wish: which of its triples */
    struct net_seat {
        int expert, slot;
    } * seat;
    size_t seat_arc, load_arc; /* the first of each */
    int units;                 /* that flow: wishes in it */
    int seats, *load_expert, *load_nth, loads;
    size_t *hall_arc, *most_arc, *miss_arc; /* by slot, expert, wish; 0: not in it */
    int64_t all_served;                     /* the goal's value is this minus the flow's cost */
    struct mcf_simplex *simplex;
};
struct net_prices { /* to be paid besides, by expert and slot; by company and slot */
    const int64_t *seat, *company, *served; /* served: to be had, by class; each may be NULL */
};
struct net *net_new(struct arena *a, const struct model *m, const struct net_shape *shape);
void net_costs(struct net *n, const struct model *m, const struct goal *g,
               const struct net_prices *prices);
void net_read(const struct net *n, const struct model *m, const struct mcf_result *r,
              struct spot *ret); /* by wish */

/* plan_flow.c: what is a flow whole, all levels in strict order. */
struct levels { /* one after the other; most often a single one that holds all */
    struct goal goal[PLAN_QUALITY + 1];
    int n;
};
/* No solution of a later level's size outweighs one of an earlier. Lexicographic: by class, too;
 * else served requests count 3, 2, 1, which is the same where they are a flow's. */
struct levels levels_new(const struct model *m, struct net *n, bool lexicographic);

struct solver { /* what a solve needs besides the model */
    struct arena *a;
    const struct plan_hooks *hooks;
    double until;                  /* the part of the time after which this stage is late */
    struct plan_score bound, best; /* as far as known, for progress */
};
bool solver_late(const struct solver *s);
bool solver_stop(void *solver, size_t steps); /* the same, for a flow's watch */
/* Until the other call, memory comes from an arena of its own, which then goes. */
struct arena *solver_scratch(struct solver *s); /* the arena as it was */
void solver_scratch_end(struct solver *s, struct arena *was);
void solver_tell(struct solver *s, const char *stage, double done);

/* False: too late, or (served only) there is none. ret by wish. */
bool flow_solve(struct solver *s, const struct model *m, const struct net_shape *shape,
                struct spot *ret, struct net **ret_net, struct mcf_result *ret_result);

/* plan_dual.c: rows that do not go into one flow get prices instead (Lagrange). */
enum dual_kind { HALL, ZONE, COMPANY, SEAT, CAP, MOST, LOAD, WINDOW, SERVED, DUAL_KINDS };
struct dual {
    const struct model *m;
    struct goal goal; /* times scale: prices have so many parts of a point */
    int64_t scale;
    int first[DUAL_KINDS + 1]; /* rows of a kind, in the order of the model's arrays */
    int *cap, *use;            /* by row; cap PLENTY: it does not bind */
    int64_t *price, *best_price;
    int64_t *longer;                     /* by cap, what a second slot pays there and above */
    int64_t *body, *meet, *place, *seat; /* what is to be paid, by expert and slot; cap, with those
                                            above; zone + 1 and slot; all of it for one slot */
    int64_t *twice;          /* what body has twice of a meeting in this slot and the next */
    bool must[PLAN_CLASSES]; /* all of the class have to be served */
    struct net *net;
    struct mcf_result flow;
    struct spot *spot; /* what was chosen at these prices, by wish */
    int64_t value;     /* of it, with the prices paid and refunded: a bound, scaled */
    int64_t best;      /* the least of these */
    bool complex;
};
/* served: so many of each class, pinned ones counted; NULL: as pays. NULL: the goal's numbers are
 * too great for int64. */
struct dual *dual_new(struct solver *s, const struct model *m, const struct goal *g,
                      const int64_t *served);
bool dual_solve(struct solver *s, struct dual *d);                  /* at the prices as they are */
void dual_move(struct dual *d, int64_t known, int part, int parts); /* new prices */
int64_t dual_triple(const struct dual *d, const struct wish *w, const struct triple *t);
void window_price(struct dual *d, const struct window *w, int64_t price); /* plan_rows.c */
int64_t dual_bound(const struct dual *d); /* in the goal's own numbers */

/* plan_repair.c: a plan out of what was chosen at prices, and one step better. l is overwritten. */
void repair(const struct dual *d, struct ledger *l);
/* One more wish, where somebody else may go elsewhere for it. False: not so. */
bool fill_in(const struct dual *d, struct ledger *l, int wish);
/* Each wish in turn goes where it is worth more, if need be with one other. True: somebody did. */
bool improve(const struct dual *d, struct ledger *l);
/* plan_polish.c: best slots for the experts chosen, best experts for the slots, until both are. */
bool polish(struct solver *s, struct ledger *l);

/* plan_mip.c: the rest as an integer programme, without the triples whose price at d's proves that
 * no plan with them is better than known. kept: the weight that must stay. False: nothing to ask,
 * or nobody to ask. */
struct rest {
    const struct dual *d; /* solved at its best prices */
    struct goal goal;
    const int64_t *served; /* at least; NULL: any */
    int64_t kept;
    int64_t known, above; /* what a better plan has to be above, by d's goal, and by this one */
};
enum mip_end rest_solve(struct solver *s, const struct rest *r, struct spot *ret);

/* plan_cross.c: rows that cross. l: the best plan found; what is proved of it. */
struct proof {
    struct plan_score bound;
    bool proved[PLAN_QUALITY + 1];
    const char *method;
    const int64_t *slot_price, *expert_price; /* NULL: none are known */
};
/* thorough: with branch and bound, if need be. False: too late for any plan at all. */
bool cross_solve(struct solver *s, const struct model *m, bool thorough, struct ledger *l,
                 struct proof *ret);
bool ledger_put_all(struct ledger *l, const struct spot *spot); /* false: something did not fit */

/* plan_columns.c: a model whose triples are made on the fly; proved where nothing crosses. */
bool columns_solve(struct solver *s, const struct model *m, struct ledger *l, struct proof *ret);
/* mcf_fits() of the net, with the costs it has now, and all columns that could come. */
bool columns_fit(const struct model *m, const struct net *n, const struct goal *g);

/* plan.c: any model. False: too late for any plan. */
bool any_solve(struct solver *s, const struct model *m, bool thorough, struct ledger *l,
               struct proof *ret);
bool model_laminar(const struct model *m);
int64_t *slot_prices(struct arena *a, const struct model *m, const struct net *n,
                     const struct mcf_result *r);
int64_t *expert_prices(struct arena *a, const struct model *m, const struct net *n,
                       const struct mcf_result *r, int64_t scale);

/* plan_why.c: a reason for each wish of l that is not served. */
void explain(struct solver *s, struct model *m, const struct ledger *l, struct plan *plan);

#endif
