/* CSV by RFC 4180, read back. */
#include "test/unit/protocol/analytics/csv_reading.h"

#include <stdbool.h>
#include <string.h>

#include <check.h>

enum { CELL_SIZE = 400 };

/* Leaves `*text` behind the cell. */
static json_t *read_cell(const char **text)
{
    char cell[CELL_SIZE];
    size_t length = 0;
    const char *at = *text;
    bool is_quoted = *at == '"';
    at += is_quoted;
    while (is_quoted ? !(at[0] == '"' && at[1] != '"') : *at != ',' && *at != '\r') {
        ck_assert(*at != '\0' && length < sizeof cell);
        ck_assert(is_quoted || (*at != '"' && *at != '\n'));
        at += *at == '"';
        cell[length++] = *at++;
    }
    *text = at + is_quoted;
    return json_stringn(cell, length);
}

json_t *csv_read(const char *text)
{
    json_t *lines = json_array();
    while (*text != '\0') {
        json_t *line = json_array();
        json_array_append_new(line, read_cell(&text));
        while (*text == ',') {
            text++;
            json_array_append_new(line, read_cell(&text));
        }
        ck_assert(strncmp(text, "\r\n", 2) == 0);
        text += 2;
        json_array_append_new(lines, line);
    }
    return lines;
}
