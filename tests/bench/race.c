/* race CLIENTS SLOTS FIRST SQL: for each slot all clients send the same query at the same moment,
 * with $1 the slot's first number and $2 the client's; the next slot begins when all have answered.
 * Rows with 't' have won. Prints "calls=… seconds=… good=… refused=… odd=…", odd being errors. */
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CLIENTS_MAX = 64, TEXT = 24 };

struct tally {
    long good, refused, odd;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool ask(PGconn *c, int slot, int client)
{
    char first[TEXT], me[TEXT];
    const char *args[] = {first, me};
    snprintf(first, sizeof first, "%d", slot);
    snprintf(me, sizeof me, "%d", client);
    return PQsendQueryPrepared(c, "q", 2, args, NULL, NULL, 0) == 1;
}

static void take(PGconn *c, struct tally *t)
{
    PGresult *r;
    while ((r = PQgetResult(c))) {
        bool row = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1;
        bool won = row && *PQgetvalue(r, 0, 0) == 't';
        t->good += won;
        t->refused += row && !won;
        t->odd += !row;
        PQclear(r);
    }
}

static bool race(PGconn **c, int clients, int slot, struct tally *t)
{
    for (int i = 0; i < clients; i++)
        if (!ask(c[i], slot, i))
            return false;
    for (int i = 0; i < clients; i++)
        take(c[i], t);
    return true;
}

static PGconn *open_one(const char *sql)
{
    PGconn *c = PQconnectdb("");
    PGresult *r = PQprepare(c, "q", sql, 0, NULL);
    if (PQresultStatus(r) != PGRES_COMMAND_OK) {
        fprintf(stderr, "race: %s", PQerrorMessage(c));
        exit(2);
    }
    PQclear(r);
    return c;
}

int main(int argc, char **argv)
{
    PGconn *c[CLIENTS_MAX];
    struct tally t = {0};
    int clients = argc == 5 ? atoi(argv[1]) : 0, slots = argc == 5 ? atoi(argv[2]) : 0;
    if (clients < 1 || clients > CLIENTS_MAX || slots < 1)
        return 2;
    for (int i = 0; i < clients; i++)
        c[i] = open_one(argv[4]);
    double begin = now();
    bool ok = true;
    for (int k = 0; ok && k < slots; k++)
        ok = race(c, clients, atoi(argv[3]) + k * clients, &t);
    printf("calls=%d seconds=%.6f good=%ld refused=%ld odd=%ld\n", clients * slots, now() - begin,
           t.good, t.refused, t.odd);
    for (int i = 0; i < clients; i++)
        PQfinish(c[i]);
    return !ok;
}
