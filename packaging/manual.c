/* Makes the manual page, when the program is built: copies stdin to stdout, and puts what the
 * tables of
 * --help say in the place of the lines @OPTIONS@ and @VARIABLES@, the version in that of @VERSION@.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/config.h"
#include "server/help.h"

enum { LINE_SIZE = 1024, WRAP_AFTER = 66 };

/* As text of roff, in short lines: nothing in it is a request, an escape, or a hyphen that could
 * become another byte. */
static void write_text(const char *text)
{
    const char *line = text;
    for (const char *byte = text; *byte != '\0'; byte++) {
        if (byte == line && (*byte == '.' || *byte == '\''))
            (void)fputs("\\&", stdout);
        bool ends_line = *byte == '\n' || (*byte == ' ' && byte - line > WRAP_AFTER);
        if (*byte == '\\')
            (void)fputs("\\e", stdout);
        else if (*byte == '-')
            (void)fputs("\\-", stdout);
        else
            (void)fputc(ends_line ? '\n' : *byte, stdout);
        if (ends_line)
            line = byte + 1;
    }
}

static void write_options(void)
{
    struct help_option option;
    for (size_t i = 0; help_option_at(i, &option); i++) {
        (void)fputs(".TP\n\\fB", stdout);
        write_text(option.name);
        (void)fputs(option.operands[0] == '\0' ? "\\fR" : "\\fR ", stdout);
        write_text(option.operands);
        (void)fputc('\n', stdout);
        write_text(option.meaning);
        (void)fputs(".\n", stdout);
    }
}

static void write_variables(void)
{
    struct config_variable variable;
    for (size_t i = 0; config_variable_at(i, &variable); i++) {
        (void)printf(".TP\n\\fB%s\\fR", variable.name);
        if (variable.fallback[0] != '\0') {
            (void)fputs(" (", stdout);
            write_text(variable.fallback);
            (void)fputc(')', stdout);
        }
        (void)fputc('\n', stdout);
        write_text(variable.meaning);
        (void)fputs(".\n", stdout);
    }
}

static void copy_line(const char *line)
{
    static const char version[] = "@VERSION@";
    const char *found = strstr(line, version);
    if (strcmp(line, "@OPTIONS@\n") == 0)
        write_options();
    else if (strcmp(line, "@VARIABLES@\n") == 0)
        write_variables();
    else if (found != NULL)
        (void)printf("%.*s%s%s", (int)(found - line), line, help_version(),
                     found + sizeof version - 1);
    else
        (void)fputs(line, stdout);
}

int main(void)
{
    char line[LINE_SIZE];
    while (fgets(line, sizeof line, stdin) != NULL)
        copy_line(line);
    return ferror(stdin) || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
