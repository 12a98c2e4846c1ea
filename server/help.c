/* The arguments in words, and --help. */
#include "server/help.h"

#include "server/config.h"

static const struct help_option options[] = {
    {"--check", "", "exit 0 when the running server answers /livez with 200, else 1"},
    {"--journal", "", "tell what lies in JOURNAL_DIR, changing nothing"},
    {"--import", "DIR [--force]",
     "store what the database lacks of the journal in DIR, on which no\n"
     "server works; exit 0 when it has all, 2 when there is no journal;\n"
     "--force stores what is too late to tell a duplicate, too"},
    {"--lanes", "N",
     "double the lanes that the database stores in until there are N, a\n"
     "power of two, 64 at most; nothing is stored meanwhile, nor lost;\n"
     "may be killed and run again"},
    {"--help", "", "tell of the arguments and the variables"},
    {"--version", "", "tell the version and what it was built of"},
};

enum { OPTIONS = sizeof options / sizeof options[0], INDENT = 16 };

bool help_option_at(size_t index, struct help_option *option)
{
    if (index >= OPTIONS)
        return false;
    *option = options[index];
    return true;
}

const char *help_purpose(void)
{
    return "serves video ads, records impressions and clicks, tells how ads perform";
}

const char *help_version(void)
{
    return ADTRACKER_VERSION;
}

static void print_usage(FILE *out)
{
    (void)fputs("usage: video-ad-tracker [", out);
    for (size_t i = 0; i < OPTIONS; i++)
        (void)fprintf(out, "%s%s%s%s", i == 0 ? "" : " | ", options[i].name,
                      options[i].operands[0] == '\0' ? "" : " ", options[i].operands);
    (void)fputs("]\n\n", out);
}

/* Operands that leave no room for the meaning beside them have a line of their own. */
static void print_option(const struct help_option *option, FILE *out)
{
    int width = fprintf(out, "  %s %s", option->name, option->operands);
    if (width >= INDENT) {
        (void)fputc('\n', out);
        width = 0;
    }
    (void)fprintf(out, "%*s", INDENT - width, "");
    for (const char *byte = option->meaning; *byte != '\0'; byte++) {
        (void)fputc(*byte, out);
        if (*byte == '\n')
            (void)fprintf(out, "%*s", INDENT, "");
    }
    (void)fputc('\n', out);
}

void help_print(FILE *out)
{
    (void)fprintf(out, "video-ad-tracker %s: %s\n\n", help_version(), help_purpose());
    print_usage(out);
    for (size_t i = 0; i < OPTIONS; i++)
        print_option(&options[i], out);
    (void)fputs("\nEverything is configured by environment variables (default):\n", out);
    struct config_variable variable;
    for (size_t i = 0; config_variable_at(i, &variable); i++)
        (void)fprintf(out, "  %-24s %s%s%s%s\n", variable.name, variable.meaning,
                      variable.fallback[0] == '\0' ? "" : " (", variable.fallback,
                      variable.fallback[0] == '\0' ? "" : ")");
}
