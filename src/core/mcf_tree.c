/* One pivot of the network simplex, and the tree under it: parents with lists of their children, so
 * that what hangs below a cut is found without looking at the rest. */
#include "mcf_tree.h"

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
static void rehang(struct mcf_simplex *s, int32_t u, int32_t below, int32_t in, int32_t top);
static void carry(struct mcf_simplex *s, int32_t top, int64_t by);
static void link_below(struct branch *tree, int32_t u, int32_t parent);
static void unlink_from(struct branch *tree, int32_t u);

void tree_begin(struct mcf_simplex *s, const int32_t *supply)
{
    int32_t root = s->nodes;
    s->pi = arena_array(s->arena, int64_t, root + 1);
    s->tree = arena_array(s->arena, struct branch, root + 1);
    s->tree[root] = (struct branch){NONE, NONE, 0, NONE, NONE, NONE, false};
    for (int32_t u = root - 1; u >= 0; u--) {
        bool up = supply[u] >= 0;
        s->arc[u] = (struct spar){up ? u : root, up ? root : u, 0};
        s->cap[u] = MCF_FLOW_MAX;
        s->flow[u] = up ? supply[u] : -supply[u];
        s->tree[u] = (struct branch){root, u, 1, NONE, NONE, NONE, up};
        link_below(s->tree, u, root);
    }
}

/* The next in the order parent before child; NONE after the last below top. */
static int32_t after(const struct branch *tree, int32_t u, int32_t top)
{
    if (tree[u].child != NONE)
        return tree[u].child;
    while (u != top && tree[u].next == NONE)
        u = tree[u].parent;
    return u == top ? NONE : tree[u].next;
}

void tree_price(struct mcf_simplex *s)
{
    s->pi[s->nodes] = 0;
    for (int32_t u = after(s->tree, s->nodes, s->nodes); u != NONE;
         u = after(s->tree, u, s->nodes)) {
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
    rehang(s, u, below, in, c.out);
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
        if (tree[u].depth >= tree[v].depth)
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

/* What hangs below the cut above `top` is hung below `below` by its node u and the arc in: the way
 * from u up to top turns round. */
static void rehang(struct mcf_simplex *s, int32_t u, int32_t below, int32_t in, int32_t top)
{
    bool up = s->arc[in].from == u;
    for (bool more = true; more;) {
        struct branch *b = &s->tree[u];
        struct branch old = *b;
        unlink_from(s->tree, u);
        b->parent = below;
        b->arc = in;
        b->up = up;
        link_below(s->tree, u, below);
        more = u != top;
        below = u;
        u = old.parent;
        in = old.arc;
        up = !old.up;
    }
}

static void carry(struct mcf_simplex *s, int32_t top, int64_t by)
{
    for (int32_t u = top; u != NONE; u = after(s->tree, u, top)) {
        s->pi[u] += by;
        s->tree[u].depth = s->tree[s->tree[u].parent].depth + 1;
    }
}

static void link_below(struct branch *tree, int32_t u, int32_t parent)
{
    struct branch *b = &tree[u];
    b->last = NONE;
    b->next = tree[parent].child;
    if (b->next != NONE)
        tree[b->next].last = u;
    tree[parent].child = u;
}

static void unlink_from(struct branch *tree, int32_t u)
{
    const struct branch *b = &tree[u];
    if (b->last != NONE)
        tree[b->last].next = b->next;
    else
        tree[b->parent].child = b->next;
    if (b->next != NONE)
        tree[b->next].last = b->last;
}
