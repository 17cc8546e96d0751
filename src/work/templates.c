/* `jamund templates`, and how the service reads templates_dir: all of it is right, or it does not
 * start. */
#include "templates.h"

#include "base/log.h"
#include "work/commands.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

static bool is_template(const char *name)
{
    size_t len = strlen(name);
    return len > 4 && strcmp(name + len - 4, ".txt") == 0;
}

static bool put_file(struct mail_texts *t, struct arena *a, const char *dir, const char *name)
{
    struct mail_text_problem problem = {0, NULL};
    char *path = arena_printf(a, "%s/%s", dir, name), *text = arena_alloc(a, MAIL_TEXT_MAX + 1);
    FILE *f = fopen(path, "re");
    size_t len = f ? fread(text, 1, MAIL_TEXT_MAX + 1, f) : 0;
    if (!f || ferror(f))
        problem.what = strerror(errno);
    if (f)
        fclose(f);
    if (!problem.what && mail_texts_put(t, name, text, len, &problem))
        return true;
    fprintf(stderr, "%s:%d: %s\n", path, problem.line, problem.what);
    return false;
}

struct mail_texts *templates_load(const struct conf *c, struct arena *a)
{
    const char *dir = conf_str(c, CONF_templates_dir);
    struct mail_texts *t = mail_texts_new(a);
    bool good = true;
    if (!t)
        fatal("a built-in template is broken");
    if (!*dir)
        return t;
    DIR *d = opendir(dir);
    if (!d) {
        fprintf(stderr, "templates_dir %s: %s\n", dir, strerror(errno));
        return NULL;
    }
    for (struct dirent *e; (e = readdir(d));)
        if (is_template(e->d_name))
            good &= put_file(t, a, dir, e->d_name);
    closedir(d);
    return good ? t : NULL;
}

/* A file that is there already stays: somebody has edited it. */
static bool write_file(struct arena *a, const char *dir, const char *name, const char *text)
{
    const char *path = arena_printf(a, "%s/%s", dir, name);
    FILE *f = fopen(path, "wxe");
    bool good = f && fputs(text, f) >= 0;
    if (f && fclose(f) != 0)
        good = false;
    if (!good)
        fprintf(stderr, "jamund templates: %s: %s\n", path, strerror(errno));
    return good;
}

static int write_all(struct arena *a, const char *dir)
{
    const char *name, *text;
    for (size_t i = 0; (name = mail_texts_file(i, &text)); i++)
        if (!write_file(a, dir, name, text))
            return CLI_FAILED;
    printf("%s has every template\n", dir);
    return 0;
}

static int print_placeholders(struct arena *a)
{
    const char *name, *what, *files;
    cli_head(stdout, (const char *const[]){"placeholder", "what it is", "templates", NULL});
    for (size_t i = 0; (name = mail_texts_placeholder(a, i, &what, &files)); i++)
        cli_row(stdout, (const char *const[]){arena_printf(a, "`{{%s}}`", name), what,
                                              *files ? files : "every one", NULL});
    return 0;
}

int cli_templates(struct conf *c, int argc, char **argv)
{
    const char *dir = cli_value(&argc, argv, "--write");
    bool check = cli_option(&argc, argv, "--check");
    if (!cli_args(argc, argv, 0, 0))
        return CLI_USAGE;
    struct arena *a = arena_new();
    int rc = CLI_FAILED;
    if (dir)
        rc = write_all(a, dir);
    else if (!check)
        rc = print_placeholders(a);
    else if (templates_load(c, a))
        rc = puts("every template is right") < 0;
    arena_free(a);
    return rc;
}
