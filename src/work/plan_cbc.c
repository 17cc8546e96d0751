/* CBC by its command-line program: EPL code is not linked, and what crashes there crashes alone. */
#include "plan_run.h"

#include "base/log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_BYTES = 64, GRACE_MS = 2000 };
static const char *const programs[] = {"/usr/bin/cbc", "/usr/local/bin/cbc"};

struct files {
    char dir[PATH_BYTES], model[PATH_BYTES], answer[PATH_BYTES];
};

static const char *program(void);
static bool files_open(struct files *f);
static void files_close(const struct files *f);
static bool write_model(const struct mip *m, const char *path);
static bool run(const char *path, const struct files *f, int64_t above, int seconds);
static enum mip_end read_answer(const struct mip *m, const char *path, signed char *x);

enum mip_end cbc_solve(const struct mip *m, int64_t above, int seconds, signed char *x)
{
    struct files f;
    enum mip_end end = MIP_NONE;
    const char *path = program();
    if (!path || !files_open(&f))
        return MIP_NONE;
    if (write_model(m, f.model) && run(path, &f, above, seconds))
        end = read_answer(m, f.answer, x);
    files_close(&f);
    return end;
}

static const char *program(void)
{
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (access(programs[i], X_OK) == 0)
            return programs[i];
    return NULL;
}

static bool files_open(struct files *f)
{
    snprintf(f->dir, sizeof f->dir, "/tmp/jamund-plan-XXXXXX");
    if (!mkdtemp(f->dir))
        return false;
    snprintf(f->model, sizeof f->model, "%.40s/model.mps", f->dir);
    snprintf(f->answer, sizeof f->answer, "%.40s/answer", f->dir);
    return true;
}

static void files_close(const struct files *f)
{
    (void)unlink(f->model);
    (void)unlink(f->answer);
    (void)rmdir(f->dir);
}

/* ---- the model, in free MPS: by columns, least instead of most ---- */

/* Entries in the order of their columns. */
static struct mip_entry *by_column(const struct mip *m)
{
    size_t *at = calloc((size_t)m->columns + 1, sizeof *at);
    struct mip_entry *sorted = calloc(m->entries + 1, sizeof *sorted);
    if (!at || !sorted)
        fatal("out of memory");
    for (size_t i = 0; i < m->entries; i++)
        at[m->entry[i].column + 1]++;
    for (int c = 0; c < m->columns; c++)
        at[c + 1] += at[c];
    for (size_t i = 0; i < m->entries; i++)
        sorted[at[m->entry[i].column]++] = m->entry[i];
    free(at);
    return sorted;
}

/* Rows that all columns together cannot break are left out. */
static bool *rows_that_bind(const struct mip *m)
{
    int64_t *most = calloc((size_t)m->rows + 1, sizeof *most);
    bool *binds = calloc((size_t)m->rows + 1, sizeof *binds);
    if (!most || !binds)
        fatal("out of memory");
    for (size_t i = 0; i < m->entries; i++)
        most[m->entry[i].row] += m->entry[i].coef > 0 ? m->entry[i].coef : 0;
    for (int r = 0; r < m->rows; r++)
        binds[r] = m->exactly[r] || most[r] > m->limit[r];
    free(most);
    return binds;
}

static void write_columns(FILE *f, const struct mip *m, const struct mip_entry *entry,
                          const bool *binds)
{
    bool whole = false;
    size_t at = 0;
    for (int c = 0; c < m->columns; c++) {
        if (m->whole[c] != whole)
            fprintf(f, " M%d 'MARKER' '%s'\n", c, m->whole[c] ? "INTORG" : "INTEND");
        whole = m->whole[c];
        fprintf(f, " C%d COST %" PRId64 "\n", c, -m->value[c]);
        for (; at < m->entries && entry[at].column == c; at++)
            if (binds[entry[at].row])
                fprintf(f, " C%d R%d %" PRId64 "\n", c, entry[at].row, entry[at].coef);
    }
    if (whole)
        fprintf(f, " M%d 'MARKER' 'INTEND'\n", m->columns);
}

static bool write_model(const struct mip *m, const char *path)
{
    FILE *f = fopen(path, "wxe");
    if (!f)
        return false;
    struct mip_entry *entry = by_column(m);
    bool *binds = rows_that_bind(m);
    fputs("NAME plan FREE\nROWS\n N COST\n", f);
    for (int r = 0; r < m->rows; r++)
        if (binds[r])
            fprintf(f, " %c R%d\n", m->exactly[r] ? 'E' : 'L', r);
    fputs("COLUMNS\n", f);
    write_columns(f, m, entry, binds);
    fputs("RHS\n", f);
    for (int r = 0; r < m->rows; r++)
        if (binds[r] && m->limit[r])
            fprintf(f, " RHS R%d %" PRId64 "\n", r, m->limit[r]);
    fputs("BOUNDS\n", f);
    for (int c = 0; c < m->columns; c++)
        fprintf(f, " UP BND C%d 1\n", c);
    fputs("ENDATA\n", f);
    free(entry);
    free(binds);
    bool good = !ferror(f);
    return fclose(f) == 0 && good;
}

/* ---- the program ---- */

static pid_t spawn(const char *path, char *const *argv)
{
    pid_t pid = 0;
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    if (posix_spawn(&pid, path, &files, NULL, argv, (char *[]){NULL}) != 0)
        pid = 0;
    posix_spawn_file_actions_destroy(&files);
    return pid;
}

/* It keeps the time itself, by and large; else it is killed. */
static bool wait_for(pid_t pid, int seconds)
{
    int status = 0, fd = pidfd_open(pid, 0);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (fd < 0 || poll(&p, 1, seconds * 1000 + GRACE_MS) != 1)
        kill(pid, SIGKILL);
    if (fd >= 0)
        close(fd);
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Values are whole numbers, so a gap below one is none. */
static bool run(const char *path, const struct files *f, int64_t above, int seconds)
{
    char model[PATH_BYTES], answer[PATH_BYTES], limit[32], cutoff[32];
    snprintf(model, sizeof model, "%s", f->model);
    snprintf(answer, sizeof answer, "%s", f->answer);
    snprintf(limit, sizeof limit, "%d", seconds);
    int64_t twice = -2 * above - 1; /* the least that is asked for, and half a step before */
    snprintf(cutoff, sizeof cutoff, "%s%" PRId64 ".5", twice < 0 ? "-" : "",
             (twice < 0 ? -twice : twice) / 2);
    char *const argv[] = {(char[]){"cbc"},
                          model,
                          (char[]){"-timeMode"},
                          (char[]){"elapsed"},
                          (char[]){"-seconds"},
                          limit,
                          (char[]){"-ratioGap"},
                          (char[]){"0"},
                          (char[]){"-allowableGap"},
                          (char[]){"0.999"},
                          (char[]){"-cutoff"},
                          cutoff,
                          (char[]){"-solve"},
                          (char[]){"-solution"},
                          answer,
                          NULL};
    pid_t pid = spawn(path, argv);
    return pid > 0 && wait_for(pid, seconds);
}

/* ---- the answer: a line that says how it ended, then the columns that are not 0 ---- */

static enum mip_end read_answer(const struct mip *m, const char *path, signed char *x)
{
    char line[256];
    FILE *f = fopen(path, "re");
    enum mip_end end = MIP_NONE;
    if (!f)
        return MIP_NONE;
    if (fgets(line, sizeof line, f)) {
        if (strncmp(line, "Optimal", 7) == 0)
            end = MIP_BETTER;
        else if (strncmp(line, "Infeasible", 10) == 0 ||
                 strncmp(line, "Integer infeasible", 18) == 0)
            end = MIP_NOTHING;
        else if (strncmp(line, "Stopped", 7) == 0 && !strstr(line, "no integer"))
            end = MIP_FOUND;
    }
    while (fgets(line, sizeof line, f)) {
        int column;
        double value;
        if (sscanf(line, "%*[* ]%*d C%d %lf", &column, &value) == 2 ||
            sscanf(line, "%*d C%d %lf", &column, &value) == 2)
            if (column >= 0 && column < m->columns)
                x[column] = value > 0.5;
    }
    fclose(f);
    return end;
}
