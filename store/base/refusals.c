/* Why events are answered with 503, and how many were. */
#include "store/base/refusals.h"

#include <stddef.h>

#include "metrics/metrics.h"

static const struct {
    const char *label;
    const char *text;
} refusals_known[REFUSALS] = {
    [REFUSAL_JOURNAL_FULL] = {"journal_full",
                              "the journal is full: the database has been away for too long"},
    [REFUSAL_DISK_FULL] = {"disk_full", "the journal's disk is full"},
    [REFUSAL_DISK_FAILED] = {"disk_failed", "the journal's disk refuses to write"},
    [REFUSAL_DISK_SLOW] = {"disk_slow", "the journal's disk does not keep up"},
    [REFUSAL_FENCED] = {"fenced", "another process has taken this server's journal over"},
    [REFUSAL_SHUTTING_DOWN] = {"shutting_down", "the server is shutting down"},
};

const char *refusal_text(enum refusal refusal)
{
    return refusals_known[refusal].text;
}

void refusals_init(struct refusals *refusals, struct metrics *metrics)
{
    for (size_t i = REFUSAL_NONE + 1; i < REFUSALS; i++) {
        char labels[64];
        (void)metrics_label(labels, sizeof labels, "reason", refusals_known[i].label);
        refusals->counters[i] = metrics_counter(metrics, "adtracker_events_refused_total",
                                                "Events answered with 503, by reason.", labels);
    }
}

void refusals_count(struct refusals *refusals, enum refusal refusal, uint64_t events)
{
    if (refusal != REFUSAL_NONE)
        counter_add(refusals->counters[refusal], events);
}
