#include "lemon.h"

#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

using Graph = lemon::SmartDigraph;

struct lemon_graph {
    Graph g;
    Graph::ArcMap<long long> cost{g};
    Graph::ArcMap<int> cap{g};
    Graph::NodeMap<int> supply{g};
};

extern "C" struct lemon_graph *lemon_new(const struct mcf *p)
{
    struct lemon_graph *l = new struct lemon_graph;
    l->g.reserveNode(p->nodes);
    l->g.reserveArc((int)p->arcs);
    for (int32_t u = 0; u < p->nodes; u++)
        l->supply[l->g.addNode()] = p->supply[u];
    for (size_t i = 0; i < p->arcs; i++) {
        const struct mcf_arc &x = p->arc[i];
        Graph::Arc a = l->g.addArc(Graph::nodeFromId(x.from), Graph::nodeFromId(x.to));
        l->cost[a] = x.cost;
        l->cap[a] = x.cap;
    }
    return l;
}

extern "C" void lemon_free(struct lemon_graph *l)
{
    delete l;
}

extern "C" bool lemon_run(const struct lemon_graph *l, int64_t *ret_cost)
{
    lemon::NetworkSimplex<Graph, int, long long> s(l->g);
    bool found = s.upperMap(l->cap).costMap(l->cost).supplyMap(l->supply).run() == s.OPTIMAL;
    *ret_cost = found ? s.totalCost<long long>() : 0;
    return found;
}
