/* Admits bodies: each is kept until it is whole, or its turn comes, and thousands must not take all
 * memory. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

enum {
    /* Bodies up to this size come in whole, or nearly, with their connection's read: they need no
     * reservation before they are. */
    HTTP_BODY_LONG_BYTES = 16 * 1024,
    /* Limit on the sum of what is reserved. With the one body that is inflated and decoded at a
     * time (4 MiB, and 2 of events) it is less than 64 MiB. */
    HTTP_BODIES_MAX_BYTES = 56 * 1024 * 1024,
};

/* One body's share of the limit, embedded in what keeps the body. All zero is none. */
struct http_reservation {
    uint64_t bytes;   /* 0 = none */
    int64_t until_ms; /* it counts until then, monotonic; its holder moves it */
    LIST_ENTRY(http_reservation) others;
};

/* All zero is empty. It must outlive its reservations. One for all connections. */
struct http_admission {
    LIST_HEAD(, http_reservation) reservations;
};

/*
 * Reserves `bytes` for a body; what it had is part of it, and it never has less than before.
 * Returns false, and changes nothing, when the others leave too little of the limit.
 */
bool http_admission_reserve(struct http_admission *admission, struct http_reservation *reservation,
                            uint64_t bytes, int64_t now_ms);

/* Gives back what is beyond `bytes`; 0 = all, if there is any. */
void http_admission_release(struct http_reservation *reservation, uint64_t bytes);

/* The sum of what is reserved. */
uint64_t http_admission_reserved(const struct http_admission *admission, int64_t now_ms);
