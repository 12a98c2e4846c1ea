/* A line of the log as a JSON object. */
#include "metrics/log_json.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "protocol/utf8.h"

enum {
    FIELDS_MAX = 16,
    END_BYTES = 3, /* "}} behind all that may be cut */
    FIELD_BYTES = sizeof ",\"fields\":{\"\":\"\"",
};

struct line {
    char *text;
    size_t used;
    size_t size;
};

/* Between two words' ends: a key of letters, digits and _, then what is behind the =. */
struct field {
    const char *key;
    size_t key_bytes;
    const char *value;
    size_t value_bytes;
};

static void put(struct line *line, const char *text, size_t bytes)
{
    memcpy(line->text + line->used, text, bytes);
    line->used += bytes;
}

/* Returns false where the rest did not fit before `room` bytes of the end. */
static bool put_escaped(struct line *line, const char *text, size_t bytes, size_t room)
{
    for (size_t i = 0; i < bytes;) {
        size_t step = utf8_bytes(text + i, bytes - i);
        bool needs_escape = text[i] == '"' || text[i] == '\\';
        if (step == 0 || line->used + step + needs_escape + room > line->size)
            return false;
        if (needs_escape)
            line->text[line->used++] = '\\';
        put(line, text + i, step);
        i += step;
    }
    return true;
}

static bool is_key_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Reads the word that ends at `bytes` of the text. Returns where it begins; `bytes` = no field. */
static size_t read_field(const char *text, size_t bytes, struct field *field)
{
    size_t start = bytes;
    while (start > 0 && text[start - 1] != ' ')
        start--;
    size_t key = start;
    while (key < bytes && is_key_byte(text[key]))
        key++;
    if (key == start || key == bytes || text[key] != '=')
        return bytes;
    *field = (struct field){text + start, key - start, text + key + 1, bytes - key - 1};
    return start;
}

/* Fills from the end of `fields`; returns how many there are. */
static size_t find_fields(const char *text, size_t bytes, struct field fields[static FIELDS_MAX])
{
    size_t count = 0;
    while (count < FIELDS_MAX) {
        size_t start = read_field(text, bytes, &fields[FIELDS_MAX - 1 - count]);
        if (start == bytes)
            break;
        count++;
        if (start == 0)
            break;
        bytes = start - 1;
    }
    return count;
}

static bool is_first(const struct field *fields, const struct field *field)
{
    for (; fields < field; fields++) {
        if (fields->key_bytes == field->key_bytes &&
            memcmp(fields->key, field->key, field->key_bytes) == 0)
            return false;
    }
    return true;
}

static void put_text(struct line *line, const char *text)
{
    put(line, text, strlen(text));
}

/* A field that has no room left is not there at all. */
static void put_fields(struct line *line, const struct field *fields, size_t count)
{
    bool is_open = false;
    for (size_t i = 0; i < count; i++) {
        size_t before = line->used;
        if (!is_first(fields, &fields[i]) ||
            line->used + FIELD_BYTES + fields[i].key_bytes + END_BYTES > line->size)
            continue;
        put_text(line, is_open ? ",\"" : ",\"fields\":{\"");
        put(line, fields[i].key, fields[i].key_bytes);
        put_text(line, "\":\"");
        if (put_escaped(line, fields[i].value, fields[i].value_bytes, END_BYTES)) {
            put_text(line, "\"");
            is_open = true;
        } else {
            line->used = before;
        }
    }
    if (is_open)
        put_text(line, "}");
}

size_t log_json_write(char *text, size_t size, const struct log_entry *entry)
{
    struct field fields[FIELDS_MAX];
    struct line line = {.text = text, .size = size};
    int head =
        snprintf(text, size, "{\"ts\":\"%s\",\"level\":\"%s\",\"module\":\"%.*s\",\"msg\":\"",
                 entry->time, entry->level, entry->module_bytes, entry->module);
    line.used = (size_t)head;
    (void)put_escaped(&line, entry->text, entry->text_bytes, END_BYTES);
    put_text(&line, "\"");
    size_t count = find_fields(entry->text, entry->text_bytes, fields);
    put_fields(&line, fields + FIELDS_MAX - count, count);
    put_text(&line, "}");
    return line.used;
}
