/* Cells of CSV. */
#include "protocol/csv.h"

#include <string.h>

static void write_text(struct render_text *text, const char *string)
{
    render_bytes(text, string, strlen(string));
}

static void write_doubling_quotes(struct render_text *text, const char *string)
{
    for (const char *quote; (quote = strchr(string, '"')) != NULL; string = quote + 1) {
        render_bytes(text, string, (size_t)(quote + 1 - string));
        write_text(text, "\"");
    }
    write_text(text, string);
}

void csv_cell(struct render_text *text, const char *string)
{
    const char *guard = *string != '\0' && strchr("=+-@\t\r", *string) != NULL ? "'" : "";
    const char *quote = strpbrk(string, "\",\r\n") != NULL ? "\"" : "";
    write_text(text, quote);
    write_text(text, guard);
    write_doubling_quotes(text, string);
    write_text(text, quote);
}
