/* Admits large bodies: each is kept until it is whole, and thousands must not take all memory. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

enum {
    /* Bodies above this size are admitted against HTTP_LONG_BODIES_MAX_BYTES. */
    HTTP_BODY_LONG_BYTES = 64 * 1024,
    /* Limit on the sum of large bodies in flight. */
    HTTP_LONG_BODIES_MAX_BYTES = 64 * 1024 * 1024,
};

/* One body's share of the limit, embedded in what keeps the body. All zero is none. */
struct http_reservation {
    uint64_t bytes;   /* 0 = none */
    int64_t until_ms; /* it counts until then, monotonic; its holder moves it */
    LIST_ENTRY(http_reservation) others;
};

/* All zero is empty. It must outlive its reservations. */
struct http_admission {
    LIST_HEAD(, http_reservation) reservations;
};

/*
 * Reserves `bytes` for a body. Returns false when the bodies in flight leave too little of the
 * limit. A body that is not large needs no reservation, one that has a reservation keeps it: both
 * are admitted.
 */
bool http_admission_reserve(struct http_admission *admission, struct http_reservation *reservation,
                            uint64_t bytes, int64_t now_ms);

/* Gives a reservation back, if there is one. */
void http_admission_release(struct http_reservation *reservation);
