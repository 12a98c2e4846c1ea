/* Counts the events that were answered with 503, by reason. */
#pragma once

#include <stdint.h>

struct counter;
struct metrics;

enum { REFUSAL_REASONS = 5 };

struct refusals {
    struct counter *counters[REFUSAL_REASONS];
};

/* Adds the counters, at 0: Prometheus doesn't see the increase that makes a series. */
void refusals_init(struct refusals *refusals, struct metrics *metrics);

/* `reason` is one of journal_refusal_label()'s, "fenced" or "shutting_down". */
void refusals_count(struct refusals *refusals, const char *reason, uint64_t events);
