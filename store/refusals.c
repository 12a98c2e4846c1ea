/* Counts the events that were answered with 503, by reason. */
#include "store/refusals.h"

#include <stddef.h>
#include <string.h>

#include "metrics/metrics.h"

static const char *const reasons[REFUSAL_REASONS] = {"journal_full", "disk_full", "disk_failed",
                                                     "fenced", "shutting_down"};

void refusals_init(struct refusals *refusals, struct metrics *metrics)
{
    for (size_t i = 0; i < REFUSAL_REASONS; i++) {
        char labels[64];
        (void)metrics_label(labels, sizeof labels, "reason", reasons[i]);
        refusals->counters[i] = metrics_counter(metrics, "adtracker_events_refused_total",
                                                "Events answered with 503, by reason.", labels);
    }
}

void refusals_count(struct refusals *refusals, const char *reason, uint64_t events)
{
    for (size_t i = 0; i < REFUSAL_REASONS; i++) {
        if (strcmp(reasons[i], reason) == 0)
            counter_add(refusals->counters[i], events);
    }
}
