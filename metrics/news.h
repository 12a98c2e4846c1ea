/* What is news: a fault that goes on is told once a minute, not at each try. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { NEWS_TEXTS_MAX = 16 };

/* All zero: nothing has been told. */
struct news {
    struct {
        uint64_t digest; /* of the text */
        int64_t told_us; /* monotonic; 0 = this place is free */
    } told[NEWS_TEXTS_MAX];
};

/*
 * Whether `text` is to be told at `now_us` (monotonic, over 0), which then counts as done: it has
 * not been within the last minute. No more than NEWS_TEXTS_MAX texts are news in a minute, whatever
 * they say.
 */
bool news_is(struct news *news, const char *text, int64_t now_us);
