/* A growing string and the exposition's spelling of numbers: printf is too slow for each line. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Aborts when there is no memory: its size follows from the series, never from a client. */
struct metrics_text {
    char *bytes; /* owned, not terminated */
    size_t length;
    size_t size;
};

/* What metrics_text_spell() needs at most, terminator included. */
enum { METRICS_NUMBER_BYTES = 32 };

void metrics_text_init(struct metrics_text *text, size_t size);
void metrics_text_append(struct metrics_text *text, const char *bytes, size_t length);
void metrics_text_append_integer(struct metrics_text *text, uint64_t value);
void metrics_text_append_number(struct metrics_text *text, double value);

/* Appends the terminator and returns the string, which the caller frees; `text` is empty then. */
char *metrics_text_finish(struct metrics_text *text, size_t *length);

/*
 * Writes the shortest decimal form that reads back as `value`, an exact integer without exponent,
 * or +Inf, -Inf, NaN (Prometheus text format 0.0.4). Returns the length.
 */
size_t metrics_text_spell(double value, char number[METRICS_NUMBER_BYTES]);
