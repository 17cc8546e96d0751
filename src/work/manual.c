/* The manual page and the shell's completion, made from the tables of commands and settings. */
#include "work/commands.h"

#include <stddef.h>

/* Text for roff: a backslash, and a dot or quote that begins a line, would be its own. */
static void roff(const char *s)
{
    for (bool fresh = true; *s; fresh = *s++ == '\n') {
        if (fresh && (*s == '.' || *s == '\''))
            fputs("\\&", stdout);
        fputs(*s == '\\' ? "\\\\" : *s == '-' ? "\\-" : "", stdout);
        if (*s != '\\' && *s != '-')
            putchar(*s);
    }
}

static void manual_command(const struct cli_command *c)
{
    printf(".TP\n.B %s", c->name);
    if (*c->args) {
        putchar(' ');
        roff(c->args);
    }
    putchar('\n');
    roff(c->line);
    fputs(".\n", stdout);
    if (*c->help) {
        fputs(".br\n.nf\n", stdout);
        roff(c->help);
        fputs(".fi\n", stdout);
    }
}

static void manual_setting(const struct conf_row *r)
{
    fputs(".TP\n.B ", stdout);
    roff(r->name);
    if (*r->preset) {
        fputs(" (", stdout);
        roff(r->preset);
        putchar(')');
    }
    putchar('\n');
    roff(r->text);
    putchar('\n');
}

int cli_manual(struct conf *c, int argc, char **argv)
{
    (void)c;
    if (!cli_args(argc, argv, 0, 0))
        return CLI_USAGE;
    puts(".TH JAMUND 1\n.SH NAME\njamund \\- schedules an expert advisory panel\n"
         ".SH SYNOPSIS\n.B jamund\nCOMMAND [\\-\\-SETTING=VALUE]... [ARGUMENT]...\n.SH COMMANDS");
    const struct cli_command *command;
    for (size_t i = 0; (command = cli_command_at(i)); i++)
        manual_command(command);
    puts(".SH SETTINGS\nA value comes from its default, the file (\\-\\-config=FILE or "
         "JAMUND_CONFIG),\n"
         "the environment (JAMUND_NAME) or a flag (\\-\\-name=value); the later one wins.");
    for (int i = 0; i < CONF_COUNT; i++)
        manual_setting(conf_row((enum conf_key)i));
    return 0;
}

int cli_completion(struct conf *c, int argc, char **argv)
{
    (void)c;
    if (!cli_args(argc, argv, 0, 0))
        return CLI_USAGE;
    fputs("_jamund() {\n    local word=${COMP_WORDS[COMP_CWORD]} commands='", stdout);
    const struct cli_command *command;
    for (size_t i = 0; (command = cli_command_at(i)); i++)
        printf("%s%s", i ? " " : "", command->name);
    fputs("' settings='", stdout);
    for (int i = 0; i < CONF_COUNT; i++) {
        putchar(i ? ' ' : '-');
        fputs(i ? "--" : "-", stdout);
        for (const char *s = conf_row((enum conf_key)i)->name; *s; s++)
            putchar(*s == '_' ? '-' : *s);
        putchar('=');
    }
    puts("'\n    if [ \"$COMP_CWORD\" = 1 ]; then\n"
         "        mapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$word\")\n"
         "    elif [[ $word == -* ]]; then\n        compopt -o nospace\n"
         "        mapfile -t COMPREPLY < <(compgen -W \"$settings\" -- \"$word\")\n"
         "    else\n        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n    fi\n}\n"
         "complete -F _jamund jamund");
    return 0;
}
