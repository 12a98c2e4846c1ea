/* Random objects, of which many are events. TEST_SEED in the environment repeats a run. */
#pragma once

#include <stddef.h>

enum { RANDOM_TEXT_BYTES = 1000 };

/* Terminated. */
struct text {
    char bytes[RANDOM_TEXT_BYTES];
    size_t length;
};

/* Begins a run, and prints its seed. */
void random_seed(void);

/* 0 to `limit` - 1. */
unsigned random_below(unsigned limit);

void text_add(struct text *text, const char *more);

/* An object in JSON. Most are whole, some broken: by a character that is another, or none. */
struct text random_object(void);
