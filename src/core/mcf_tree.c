/* One pivot of the network simplex, and the tree under it (after Barr, Glover and Klingman): the
 * order in which each subtree is one piece makes what hangs below a cut one list to walk along, and
 * sizes say which of two nodes cannot be above the other. */
#include "mcf_simplex_in.h"

enum { NONE = -1 };

struct cycle { /* that arc `in` closes; flow runs join -> first, in, second -> join */
    int32_t in, join, first, second;
    int32_t delta;
    int32_t
        out; /* the node whose arc to its parent leaves; NONE: `in` itself, from bound to bound */
    bool on_first;
};

static void turn(struct mcf_simplex *s, int32_t k);
static void cycle_find(const struct mcf_simplex *s, int32_t in, struct cycle *c);
static void cycle_block(const struct mcf_simplex *s, struct cycle *c);
static void push(struct mcf_simplex *s, const struct cycle *c);
static void take_off(struct mcf_simplex *s, int32_t top, int32_t join);
static void turn_round(struct mcf_simplex *s, int32_t u, int32_t below, int32_t in, int32_t top);
static void put_below(struct mcf_simplex *s, int32_t top, int32_t below, int32_t join);
static void carry(struct mcf_simplex *s, int32_t top, int64_t by);

void tree_begin(struct mcf_simplex *s, const int32_t *supply)
{
    int32_t root = s->nodes;
    s->pi = arena_array(s->arena, int64_t, root + 1);
    s->tree = arena_array(s->arena, struct branch, root + 1);
    s->after = arena_array(s->arena, int32_t, root + 1);
    s->tree[root] = (struct branch){NONE, NONE, root - 1, root + 1, root - 1, false};
    s->after[root] = 0;
    for (int32_t u = 0; u < root; u++) {
        bool up = supply[u] >= 0;
        s->arc[u] = (struct spar){up ? u : root, up ? root : u, 0};
        s->cap[u] = INT32_MAX; /* never full */
        s->flow[u] = up ? supply[u] : -supply[u];
        s->tree[u] = (struct branch){root, u, u ? u - 1 : root, 1, u, up};
        s->after[u] = u + 1;
    }
    if (root == 0)
        s->tree[root].before = s->tree[root].end = root;
}

void tree_price(struct mcf_simplex *s)
{
    s->pi[s->nodes] = 0;
    for (int32_t u = s->after[s->nodes]; u != s->nodes; u = s->after[u]) {
        const struct branch *b = &s->tree[u];
        int64_t cost = s->arc[b->arc].cost;
        s->pi[u] = s->pi[b->parent] + (b->up ? -cost : cost);
    }
}

void tree_pivot(struct mcf_simplex *s, int32_t in)
{
    struct cycle c;
    cycle_find(s, in, &c);
    cycle_block(s, &c);
    push(s, &c);
    if (c.out == NONE) {
        turn(s, in);
        return;
    }
    int32_t out = s->tree[c.out].arc;
    int32_t u = c.on_first ? c.first : c.second, below = c.on_first ? c.second : c.first;
    const struct spar *x = &s->arc[in];
    int64_t rc = x->cost + s->pi[x->from] - s->pi[x->to];
    take_off(s, c.out, c.join);
    turn_round(s, u, below, in, c.out);
    put_below(s, u, below, c.join);
    carry(s, u, u == x->from ? -rc : rc);
    if (s->flow[out] != 0)
        turn(s, out);
}

/* A full arc from here to there is an empty one from there to here. */
static void turn(struct mcf_simplex *s, int32_t k)
{
    struct spar *x = &s->arc[k];
    *x = (struct spar){x->to, x->from, -x->cost};
    s->flow[k] = s->cap[k] - s->flow[k];
    s->turned[k] = !s->turned[k];
}

static void cycle_find(const struct mcf_simplex *s, int32_t in, struct cycle *c)
{
    const struct branch *tree = s->tree;
    int32_t u = s->arc[in].from, v = s->arc[in].to;
    *c = (struct cycle){.in = in, .first = u, .second = v};
    while (u != v) {
        if (tree[u].size < tree[v].size)
            u = tree[u].parent;
        else
            v = tree[v].parent;
    }
    c->join = u;
}

static void cycle_block(const struct mcf_simplex *s, struct cycle *c)
{
    c->delta = s->cap[c->in];
    c->out = NONE;
    for (int32_t u = c->first; u != c->join; u = s->tree[u].parent) {
        int32_t e = s->tree[u].arc, room = s->tree[u].up ? s->flow[e] : s->cap[e] - s->flow[e];
        if (room < c->delta) {
            c->delta = room;
            c->out = u;
            c->on_first = true;
        }
    }
    for (int32_t u = c->second; u != c->join; u = s->tree[u].parent) {
        int32_t e = s->tree[u].arc, room = s->tree[u].up ? s->cap[e] - s->flow[e] : s->flow[e];
        if (room <= c->delta) {
            c->delta = room;
            c->out = u;
            c->on_first = false;
        }
    }
}

static void push(struct mcf_simplex *s, const struct cycle *c)
{
    if (c->delta == 0)
        return;
    s->flow[c->in] += c->delta;
    for (int32_t u = c->first; u != c->join; u = s->tree[u].parent)
        s->flow[s->tree[u].arc] += s->tree[u].up ? -c->delta : c->delta;
    for (int32_t u = c->second; u != c->join; u = s->tree[u].parent)
        s->flow[s->tree[u].arc] += s->tree[u].up ? c->delta : -c->delta;
}

static void follow(struct mcf_simplex *s, int32_t u, int32_t v)
{
    s->after[u] = v;
    s->tree[v].before = u;
}

/* The subtree of `top` leaves the order and the sizes; above the join they stay what they are. */
static void take_off(struct mcf_simplex *s, int32_t top, int32_t join)
{
    struct branch *tree = s->tree;
    int32_t end = tree[top].end, before = tree[top].before, size = tree[top].size;
    follow(s, before, s->after[end]);
    for (int32_t u = tree[top].parent; u != join; u = tree[u].parent)
        tree[u].size -= size;
    for (int32_t u = tree[top].parent; u != NONE && tree[u].end == end; u = tree[u].parent)
        tree[u].end = before;
}

/* The order of top's subtree with u on top: each node of the way between them comes after what was
 * below it on the way, followed by what else it has, which stood on both sides of that. */
static int32_t order_round(struct mcf_simplex *s, int32_t u, int32_t top)
{
    struct branch *tree = s->tree;
    int32_t end = tree[u].end, old_end = end, before = tree[u].before, behind = s->after[end];
    while (u != top) {
        u = tree[u].parent;
        int32_t next_before = tree[u].before;
        follow(s, end, u);
        end = before;
        if (tree[u].end != old_end) {
            follow(s, before, behind);
            end = old_end = tree[u].end;
            behind = s->after[end];
        }
        before = next_before;
    }
    return end;
}

/* The subtree of `top`, by itself, becomes that of u, below `below` by the arc in. */
static void turn_round(struct mcf_simplex *s, int32_t u, int32_t below, int32_t in, int32_t top)
{
    struct branch *tree = s->tree;
    int32_t all = tree[top].size, end = order_round(s, u, top), under = 0;
    bool up = s->arc[in].from == u;
    for (bool more = true; more;) {
        struct branch old = tree[u];
        tree[u] = (struct branch){below, in, old.before, all - under, end, up};
        more = u != top;
        under = old.size;
        below = u;
        u = old.parent;
        in = old.arc;
        up = !old.up;
    }
}

static void put_below(struct mcf_simplex *s, int32_t top, int32_t below, int32_t join)
{
    struct branch *tree = s->tree;
    int32_t end = tree[top].end, next = s->after[below], size = tree[top].size;
    follow(s, below, top);
    follow(s, end, next);
    for (int32_t u = below; u != join; u = tree[u].parent)
        tree[u].size += size;
    for (int32_t u = below; u != NONE && tree[u].end == below; u = tree[u].parent)
        tree[u].end = end;
}

static void carry(struct mcf_simplex *s, int32_t top, int64_t by)
{
    int32_t stop = s->after[s->tree[top].end];
    for (int32_t u = top; u != stop; u = s->after[u])
        s->pi[u] += by;
}
