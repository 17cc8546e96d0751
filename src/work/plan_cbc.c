/*
 * CBC by its command-line program: EPL code is not linked, and what crashes there crashes alone.
 * The model and the answer are files in memory, which it opens by our /proc: whoever is killed
 * leaves nothing behind.
 */
#include "plan_run.h"

#include "base/log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_BYTES = 64, GRACE_MS = 2000 };
static const char *const programs[] = {"/usr/bin/cbc", "/usr/local/bin/cbc"};

static const char *program(void);
static FILE *memory_file(char ret_path[PATH_BYTES]);
static bool write_model(const struct mip *m, FILE *f);
static bool run(char *const *argv, int seconds);
static bool ask(const char *path, char *model, char *answer, int64_t above, int seconds);
static enum mip_end read_answer(const struct mip *m, FILE *f, signed char *x);

enum mip_end cbc_solve(const struct mip *m, int64_t above, int seconds, signed char *x)
{
    char model_path[PATH_BYTES], answer_path[PATH_BYTES];
    enum mip_end end = MIP_NONE;
    const char *path = program();
    FILE *model = path ? memory_file(model_path) : NULL;
    FILE *answer = model ? memory_file(answer_path) : NULL;
    if (answer && write_model(m, model) && ask(path, model_path, answer_path, above, seconds))
        end = read_answer(m, answer, x);
    if (model)
        fclose(model);
    if (answer)
        fclose(answer);
    return end;
}

static const char *program(void)
{
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (access(programs[i], X_OK) == 0)
            return programs[i];
    return NULL;
}

static FILE *memory_file(char ret_path[PATH_BYTES])
{
    int fd = memfd_create("jamund-plan", MFD_CLOEXEC);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w+");
    if (!f && fd >= 0)
        close(fd);
    snprintf(ret_path, PATH_BYTES, "/proc/%d/fd/%d", (int)getpid(), fd);
    return f;
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

static bool write_model(const struct mip *m, FILE *f)
{
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
    return fflush(f) == 0 && !ferror(f);
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

static bool run(char *const *argv, int seconds)
{
    pid_t pid = spawn(argv[0], argv);
    return pid > 0 && wait_for(pid, seconds);
}

/* Values are whole numbers, so a gap below one is none. */
static bool ask(const char *path, char *model, char *answer, int64_t above, int seconds)
{
    char program_path[PATH_BYTES], limit[32], cutoff[32];
    int64_t twice = -2 * above - 1; /* the least that is asked for, and half a step before */
    snprintf(program_path, sizeof program_path, "%s", path);
    snprintf(limit, sizeof limit, "%d", seconds);
    snprintf(cutoff, sizeof cutoff, "%s%" PRId64 ".5", twice < 0 ? "-" : "",
             (twice < 0 ? -twice : twice) / 2);
    char *const argv[] = {program_path,
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
    return run(argv, seconds);
}

/* ---- the answer: a line that says how it ended, then the columns that are not 0 ---- */

static enum mip_end ended(const char *line)
{
    static const struct {
        const char *begins;
        enum mip_end end;
    } rows[] = {{"Optimal", MIP_BETTER},
                {"Infeasible", MIP_NOTHING},
                {"Integer infeasible", MIP_NOTHING},
                {"Stopped", MIP_FOUND}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strncmp(line, rows[i].begins, strlen(rows[i].begins)) == 0)
            return strstr(line, "no integer") ? MIP_NONE : rows[i].end;
    return MIP_NONE;
}

/* "      3 C17  1  -825", with ** in front where it is not quite a solution. */
static enum mip_end read_answer(const struct mip *m, FILE *f, signed char *x)
{
    char line[256];
    rewind(f);
    enum mip_end end = fgets(line, sizeof line, f) ? ended(line) : MIP_NONE;
    while (fgets(line, sizeof line, f)) {
        const char *at = line + strspn(line, " *0123456789");
        char *rest;
        if (*at != 'C')
            continue;
        long column = strtol(at + 1, &rest, 10);
        if (column >= 0 && column < m->columns)
            x[column] = strtod(rest, NULL) > 0.5;
    }
    return end;
}
