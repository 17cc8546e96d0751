#include "work/commands.h"

#include "base/err.h"
#include "base/log.h"

#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#define VERSION "0.1.0"

static cli_fn run_config, run_errors;

static const struct cli_command commands[] = {
    {"serve", "", "run the service",
     "Serves the API, the pages and the feeds, sends mails, lets offers expire.\n"
     "SIGTERM or Ctrl-C: takes nothing new, finishes what is under way, ends.\n",
     cli_serve},
    {"migrate", "[--dry-run]", "bring the database's schema up to date",
     "Runs the files of migrations_dir as the owner (owner_database), once each, and puts the\n"
     "office's settings into the database.\n"
     "  --dry-run  say what would be done\n",
     cli_migrate},
    {"import", "experts|companies|holidays [--dry-run] FILE",
     "read a roster from a CSV file, or holidays from iCalendar",
     "UTF-8 or CP949 (Korean Excel); - is standard input. One transaction, all or nothing; every\n"
     "faulty line is named. The same file twice changes nothing.\n"
     "Holidays are the days of all-day events; FILE `korea` is what comes with the program, and "
     "an\n"
     "https address is fetched as experts' calendars are (calendar_timeout and its sisters).\n"
     "  --dry-run  print the difference to what is there\n",
     cli_import},
    {"user", "add EMAIL ROLE NAME | list", "people who work with the service",
     "ROLE is admin, manager, coordinator or field.\n", cli_user},
    {"token", "add EMAIL [--days=N] [--label=TEXT] | revoke ID | list", "API tokens",
     "add prints the token, once: only its hash is kept.\n", cli_token},
    {"feed", "rotate EMAIL | revoke EMAIL|ID | add SCOPE EMAIL [FIELD|EVENT] [--label=TEXT] | list",
     "secret calendar feeds",
     "rotate prints the new URL of an expert's feed; the one before it answers 410 from then on.\n"
     "add prints the URL of one more: SCOPE is expert (EMAIL is theirs), or field, coordinator, "
     "team,\n"
     "event or panel (EMAIL is a user's: what the feed shows is what their role may see).\n"
     "list says when each was fetched last, and by what.\n",
     cli_feed},
    {"app-password", "add EMAIL LABEL | list EMAIL | revoke ID",
     "experts' calendar programs (CalDAV)",
     "add prints the password, once: only its hash is kept. LABEL says which program it is for.\n",
     cli_app_password},
    {"sample", "[--seed=N]", "load the sample data into an empty database",
     "119 made-up experts, 300 companies, a year of appointments and a queue of open requests,\n"
     "through the same functions as any other data, with the clock set back (owner_database).\n",
     cli_sample},
    {"templates", "[--check] [--write=DIR]", "the words of mails, and their placeholders",
     "Prints the placeholders. A centre's own words are files in templates_dir.\n"
     "  --check      say what is wrong in templates_dir: file, line, what\n"
     "  --write=DIR  write the built-in files there, to be edited\n",
     cli_templates},
    {"plan", "[--json] FILE", "assign many requests at once, from a file",
     "FILE is the document that the service gives its planner: slots, experts, requests; - is\n"
     "standard input. `jamund shapes` prints its schema, PlanDocument: slots and experts are "
     "meant\n"
     "by their place in their lists, from 0; class 0 is the most urgent; times are in seconds "
     "since\n"
     "1970. Of every plan it says that it is proved optimal, or how far it may be from that. With\n"
     "the package coinor-cbc more plans are proved.\n"
     "  --json  as the service reads it\n",
     cli_plan},
    {"worker", "[--cpu-seconds=N] [--bytes=N] TASK", "what the service starts for itself",
     "Reads a document, writes lines of JSON. TASK is plan. Knows no settings and no secrets.\n",
     cli_worker},
    {"deliver", "[--to=ADDRESS] [--from=ADDRESS]", "take in one mail, from a mail server",
     "Reads a whole message from standard input: an answer to an invitation, a bounce.\n"
     "  --to=ADDRESS    to whom it was sent, with its tag (Postfix: ${original_recipient})\n"
     "  --from=ADDRESS  its return path\n"
     "Ends as sysexits(3) has it: 0 taken, whatever it says; 65 it is no mail, or too long; 75 "
     "not\n"
     "now, to be tried again; 64 called wrongly.\n",
     cli_deliver},
    {"routes", "", "print the table of routes", "", cli_routes},
    {"permissions", "", "print the table of permissions", "", cli_permissions},
    {"lifecycles", "[--draw]", "print the life-cycles from the database",
     "  --draw  as a Graphviz graph\n", cli_lifecycles},
    {"disclosures", "", "print who sees which personal fact, from the database", "",
     cli_disclosures},
    {"audiences", "", "print whose stream shows which entity's changes, from the database", "",
     cli_audiences},
    {"scores", "", "print what a score is made of, and the standard weights", "", cli_scores},
    {"asks", "", "print the SQL functions that the service calls", "", cli_asks},
    {"shapes", "", "print every body and reply as JSON Schema", "", cli_shapes},
    {"openapi", "", "print the OpenAPI document", "", cli_openapi},
    {"manual", "", "print the manual page, jamund(1)", "For man: jamund manual | man -l -\n",
     cli_manual},
    {"completion", "", "print the completion for bash", "For bash: eval \"$(jamund completion)\"\n",
     cli_completion},
    {"config", "[--table]", "print the settings in force",
     "Prints each setting, its value and where that came from. Secrets are hidden.\n"
     "  --table  print what settings there are instead, as README.md has it\n",
     run_config},
    {"errors", "", "print the table of errors",
     "Prints every way a call can fail: the code in the reply, the HTTP status and the title.\n",
     run_errors},
};

static const struct cli_command *find(const char *name);
static void print_list(FILE *out);
static int print_help(int argc, char **argv);
static bool has(int argc, char **argv, const char *word);
static const char *first_word(int argc, char **argv);

int cli_main(int argc, char **argv, char *const *env)
{
    char why[CONF_WHY];
    if (has(argc, argv, "--help") || has(argc, argv, "-h"))
        return print_help(argc, argv);
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return printf("jamund %s\n", VERSION) > 0 ? 0 : CLI_FAILED;
    if (argc > 1 && strcmp(argv[1], "worker") == 0)
        return cli_worker(NULL, argc - 1, argv + 1);
    struct conf *c = conf_load(&argc, argv, env, why);
    if (!c) {
        fprintf(stderr, "jamund: %s\n", why);
        return has(argc, argv, "deliver") ? EX_TEMPFAIL : CLI_USAGE; /* no mail is lost by it */
    }
    const struct cli_command *command = argc > 1 ? find(argv[1]) : NULL;
    int rc = CLI_USAGE;
    if (command) {
        log_set_level((enum log_level)conf_int(c, CONF_log_level));
        rc = command->run(c, argc - 1, argv + 1);
    } else if (argc > 1) {
        fprintf(stderr, "jamund: there is no command %s (jamund --help)\n", argv[1]);
    } else {
        print_list(stderr);
    }
    conf_free(c);
    return rc;
}

const struct cli_command *cli_command_at(size_t i)
{
    return i < sizeof commands / sizeof *commands ? &commands[i] : NULL;
}

static const struct cli_command *find(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static void print_list(FILE *out)
{
    fputs("jamund: schedules an expert advisory panel\n\n"
          "  jamund COMMAND [--SETTING=VALUE]... [ARGUMENT]...\n\n",
          out);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(out, "  %-13s %s\n", commands[i].name, commands[i].line);
    fputs("\n`jamund COMMAND --help` says more; `jamund config --table` lists the settings.\n",
          out);
}

static int print_help(int argc, char **argv)
{
    const char *name = first_word(argc, argv);
    const struct cli_command *command = name ? find(name) : NULL;
    if (!command) {
        print_list(stdout);
        return 0;
    }
    printf("jamund %s%s%s: %s\n\n%s", command->name, *command->args ? " " : "", command->args,
           command->line, command->help);
    return 0;
}

static bool has(int argc, char **argv, const char *word)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], word) == 0)
            return true;
    return false;
}

static const char *first_word(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (argv[i][0] != '-')
            return argv[i];
    return NULL;
}

/* ---- for the commands ---- */

static void take(int *argc, char **argv, int i)
{
    memmove(&argv[i], &argv[i + 1], sizeof *argv * (size_t)(*argc - i));
    --*argc;
}

bool cli_option(int *argc, char **argv, const char *name)
{
    for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], name) == 0) {
            take(argc, argv, i);
            return true;
        }
    return false;
}

const char *cli_value(int *argc, char **argv, const char *name)
{
    size_t len = strlen(name);
    for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++)
        if (strncmp(argv[i], name, len) == 0 && argv[i][len] == '=') {
            const char *value = argv[i] + len + 1;
            take(argc, argv, i);
            return value;
        }
    return NULL;
}

bool cli_args(int argc, char **argv, int least, int most)
{
    const struct cli_command *command = find(argv[0]);
    int words = 0;
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1]) {
            fprintf(stderr, "jamund %s: there is no option %s\n", argv[0], argv[i]);
            return false;
        }
        words++;
    }
    if (words >= least && words <= most)
        return true;
    fprintf(stderr, "usage: jamund %s %s\n", argv[0], command ? command->args : "");
    return false;
}

void cli_row(FILE *out, const char *const *cells)
{
    for (; *cells; cells++) {
        fputs("| ", out);
        for (const char *s = *cells; *s; s++) {
            if (*s == '|')
                fputc('\\', out);
            fputc(*s, out);
        }
        fputc(' ', out);
    }
    fputs("|\n", out);
}

void cli_head(FILE *out, const char *const *cells)
{
    cli_row(out, cells);
    for (; *cells; cells++)
        fputs("| --- ", out);
    fputs("|\n", out);
}

/* ---- the commands that only print a table ---- */

static void describe(const struct conf_row *r, char *out, size_t size)
{
    switch (r->type) {
    case CONF_INT:
    case CONF_SIZE:
    case CONF_DURATION:
        snprintf(out, size, "%" PRId64 " to %" PRId64 " %s", r->least, r->most, r->unit);
        break;
    case CONF_ENUM:
        snprintf(out, size, "%s", r->unit);
        break;
    case CONF_STRING:
    case CONF_TIME:
    case CONF_ADDRESS:
    case CONF_URL:
    case CONF_CONNINFO:
    case CONF_PATH:
    case CONF_SECRET:
    case CONF_NETWORKS:
        snprintf(out, size, "%s", conf_type_name(r->type));
        break;
    }
}

static int run_config(struct conf *c, int argc, char **argv)
{
    bool table = cli_option(&argc, argv, "--table");
    if (!cli_args(argc, argv, 0, 0))
        return CLI_USAGE;
    if (!table) {
        conf_print(c, stdout);
        return 0;
    }
    cli_head(stdout, (const char *const[]){"setting", "default", "value", "what it is", NULL});
    for (int i = 0; i < CONF_COUNT; i++) {
        const struct conf_row *r = conf_row((enum conf_key)i);
        char value[64], name[64], preset[64];
        describe(r, value, sizeof value);
        snprintf(name, sizeof name, "`%s`", r->name);
        snprintf(preset, sizeof preset, *r->preset ? "`%s`" : "%s", r->preset);
        cli_row(stdout, (const char *const[]){name, preset, value, r->text, NULL});
    }
    return 0;
}

static int run_errors(struct conf *c, int argc, char **argv)
{
    (void)c;
    if (!cli_args(argc, argv, 0, 0))
        return CLI_USAGE;
    cli_head(stdout, (const char *const[]){"code", "status", "title", NULL});
    for (int i = OK + 1; i < ERR_COUNT; i++) {
        const struct err_row *r = err_row((enum err)i);
        char code[64], status[16];
        snprintf(code, sizeof code, "`%s`", r->code);
        snprintf(status, sizeof status, "%d", r->status);
        cli_row(stdout, (const char *const[]){code, status, r->title, NULL});
    }
    return 0;
}
