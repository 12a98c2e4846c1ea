/* How complete an answer is: what this process has accepted and the answer does not have. */
#pragma once

#include <stdint.h>

struct analytics_report;
struct backlog;
struct completeness;
struct event_base;
struct journal;
struct sum_writer;

/* Everything is borrowed. */
struct completeness *completeness_new(struct event_base *base, const struct journal *journal,
                                      const struct backlog *backlog, const struct sum_writer *sums);
void completeness_free(struct completeness *completeness);

/* A snapshot is about to be taken. */
void completeness_note(struct completeness *completeness);

/* Sets pending_events and complete_until_us of a report in whose snapshot the journal is stored up
 * to `stored_sequence`. */
void completeness_tell(const struct completeness *completeness, struct analytics_report *report,
                       uint64_t stored_sequence);
