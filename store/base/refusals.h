/* Why events are answered with 503, and how many were. */
#pragma once

#include <stdint.h>

struct counter;
struct metrics;

enum refusal {
    REFUSAL_NONE,
    REFUSAL_JOURNAL_FULL,
    REFUSAL_DISK_FULL,
    REFUSAL_DISK_FAILED,
    REFUSAL_DISK_SLOW,
    REFUSAL_FENCED,
    REFUSAL_SHUTTING_DOWN,
    REFUSALS,
};

/* In words, for clients and operators; NULL for REFUSAL_NONE. */
const char *refusal_text(enum refusal refusal);

struct refusals {
    struct counter *counters[REFUSALS];
};

/* Adds the counters, at 0: Prometheus doesn't see the increase that makes a series. */
void refusals_init(struct refusals *refusals, struct metrics *metrics);

/* Counts events refused for a reason that is not REFUSAL_NONE. */
void refusals_count(struct refusals *refusals, enum refusal refusal, uint64_t events);
