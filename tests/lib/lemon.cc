#include "lemon.h"

#include <chrono>
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

using namespace lemon;

extern "C" bool lemon_solve(const struct mcf *p, int64_t *ret_cost, double *ret_seconds)
{
    SmartDigraph g;
    g.reserveNode(p->nodes);
    g.reserveArc((int)p->arcs);
    for (int32_t u = 0; u < p->nodes; u++)
        g.addNode();
    for (size_t i = 0; i < p->arcs; i++)
        g.addArc(g.nodeFromId(p->arc[i].from), g.nodeFromId(p->arc[i].to));
    SmartDigraph::ArcMap<long long> cost(g);
    SmartDigraph::ArcMap<int> cap(g);
    SmartDigraph::NodeMap<int> supply(g);
    for (size_t i = 0; i < p->arcs; i++) {
        cost[g.arcFromId((int)i)] = p->arc[i].cost;
        cap[g.arcFromId((int)i)] = p->arc[i].cap;
    }
    for (int32_t u = 0; u < p->nodes; u++)
        supply[g.nodeFromId(u)] = p->supply[u];
    auto begin = std::chrono::steady_clock::now();
    NetworkSimplex<SmartDigraph, int, long long> ns(g);
    bool found = ns.upperMap(cap).costMap(cost).supplyMap(supply).run() == ns.OPTIMAL;
    *ret_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    *ret_cost = found ? ns.totalCost<long long>() : 0;
    return found;
}
