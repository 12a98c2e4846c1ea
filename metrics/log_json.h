/* A line of the log as a JSON object, for collectors that read fields. */
#pragma once

#include <stddef.h>

/* What a line says; `time`, `level` and `module` have nothing that JSON would escape. */
struct log_entry {
    const char *time;
    const char *level;
    const char *module;
    int module_bytes;
    const char *text; /* UTF-8 without control characters */
    size_t text_bytes;
};

/*
 * Writes {"ts","level","module","msg"} into `line` of `size` bytes (1,024 at least), without a line
 * break, and returns its length. Words `key=value` that end the text come as strings in "fields"
 * again, as far as there is room; a text that is too long is cut before a character.
 */
size_t log_json_write(char *line, size_t size, const struct log_entry *entry);
