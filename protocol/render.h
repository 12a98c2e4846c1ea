/* A growing text of JSON or XML, written piece by piece: a tree of values for a long list costs many times
 * what the text does, and is written in one go or not at all. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: empty. Aborts without memory: its size follows from the database's rows. */
struct render_text {
    char *bytes; /* owned, not terminated */
    size_t length;
    size_t size;
};

void render_clear(struct render_text *text);

/* Makes room for `more` bytes. */
void render_reserve(struct render_text *text, size_t more);

void render_bytes(struct render_text *text, const char *bytes, size_t length);

/* `string`, which is UTF-8, as a JSON string: only what must be is escaped (RFC 8259 section 7),
 * byte for byte as jansson does. */
void render_string(struct render_text *text, const char *string);

void render_integer(struct render_text *text, int64_t value);
void render_flag(struct render_text *text, bool value);
void render_null(struct render_text *text);

/* Begins a member of an object: `before`, which is '{' or ',', the name and the colon. */
void render_key(struct render_text *text, char before, const char *name);

/* Appends the terminator, which is not counted, and hands the text out, to be freed with free();
 * `text` is empty then. */
char *render_take(struct render_text *text, size_t *length);
