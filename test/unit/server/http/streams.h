/*
 * What clients send, request after request, and what of it may reach evhttp: for the tests that cut
 * it into pieces.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { STREAM_BYTES_MAX = 1024 };

/* Requests, all sound but perhaps the last, which then has one behind it that must not pass. */
struct stream {
    char sent[STREAM_BYTES_MAX];
    size_t sent_bytes;
    char passed[STREAM_BYTES_MAX];
    size_t passed_bytes;
    bool is_refused; /* at last */
    size_t requests; /* that are sound */
    size_t ends[8];  /* of each of those, in `sent` */
    size_t passed_ends[8];
};

int stream_count(void);
struct stream stream_make(int index);

/* How many of the sound requests are whole in the first `bytes`. */
size_t stream_whole(const struct stream *stream, size_t bytes);
