/* `jamund plan FILE`, and the worker that the service starts for it. */
#include "plan_run.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/log.h"
#include "work/commands.h"

#include <string.h>

/* A solve under way: when it began, how long it may take, who hears of it. */
struct run {
    int64_t begin_ms, told_ms;
    int seconds;
    FILE *progress; /* NULL: nobody */
};

enum { TOLD_EVERY_MS = 100 };

static double spent(void *ctx)
{
    const struct run *r = ctx;
    return (double)(clock_mono_ms() - r->begin_ms) / (1000.0 * r->seconds);
}

static void print_line(FILE *out, json_t *line)
{
    json_dumpf(line, out, JSON_COMPACT);
    putc('\n', out);
    fflush(out);
    json_decref(line);
}

static void progress(void *ctx, const char *stage, double done, const struct plan_score *bound,
                     const struct plan_score *best)
{
    struct run *r = ctx;
    int64_t now = clock_mono_ms();
    if (!r->progress || now - r->told_ms < TOLD_EVERY_MS)
        return;
    r->told_ms = now;
    print_line(r->progress, plan_progress_json(stage, done, bound, best));
}

/* Branch and bound has what is left of the plan's own share of the time. */
static enum mip_end branch(void *ctx, const struct mip *m, int64_t above, signed char *x)
{
    struct run *r = ctx;
    int left = (int)((0.7 - spent(ctx)) * r->seconds);
    return cbc_solve(m, above, left > 1 ? left : 1, x);
}

static const struct plan *solve(struct arena *a, const struct plan_paper *paper, FILE *told)
{
    struct run run = {.begin_ms = clock_mono_ms(), .seconds = paper->seconds, .progress = told};
    struct plan_hooks hooks = {.progress = progress, .spent = spent, .branch = branch, .ctx = &run};
    return plan_solve(a, &paper->problem, &hooks);
}

int plan_worker(struct buf *in)
{
    struct arena *a = arena_new();
    struct plan_paper paper;
    struct shape_errors errors;
    bool good = plan_from_json(a, in->data, in->len, &paper, &errors) == OK;
    buf_done(in);
    print_line(stdout, good ? plan_json(&paper.problem, solve(a, &paper, stdout))
                            : plan_error_json(&errors));
    arena_free(a);
    return ferror(stdout) ? CLI_FAILED : 0;
}

/* ---- for people ---- */

static void print_errors(const char *file, const struct shape_errors *e)
{
    for (size_t i = 0; i < e->n; i++)
        fprintf(stderr, "jamund plan: %s: %s %s\n", file,
                *e->list[i].pointer ? e->list[i].pointer : "(all of it)", e->list[i].en);
}

static void print_plan(struct arena *a, const struct plan_paper *paper, bool json)
{
    const struct plan *plan = solve(a, paper, NULL);
    struct buf out;
    if (json) {
        print_line(stdout, plan_json(&paper->problem, plan));
        return;
    }
    buf_init(&out, BUF_MAX_DEFAULT);
    plan_text(&out, &paper->problem, plan);
    fwrite(out.data, 1, out.len, stdout);
    buf_done(&out);
}

int cli_plan(struct conf *c, int argc, char **argv)
{
    bool json = cli_option(&argc, argv, "--json");
    struct buf in;
    (void)c;
    if (!cli_args(argc, argv, 1, 1))
        return CLI_USAGE;
    FILE *f = strcmp(argv[1], "-") == 0 ? stdin : fopen(argv[1], "re");
    if (!f) {
        fprintf(stderr, "jamund plan: %s cannot be opened\n", argv[1]);
        return CLI_FAILED;
    }
    bool good = child_read(f, PLAN_BYTES_MAX, &in);
    if (f != stdin)
        fclose(f);
    struct arena *a = arena_new();
    struct plan_paper paper;
    struct shape_errors errors = {0};
    if (!good)
        fprintf(stderr, "jamund plan: %s cannot be read, or is too long\n", argv[1]);
    else if (plan_from_json(a, in.data, in.len, &paper, &errors) == OK)
        print_plan(a, &paper, json);
    good &= errors.n == 0;
    print_errors(argv[1], &errors);
    buf_done(&in);
    arena_free(a);
    return good ? 0 : CLI_FAILED;
}
