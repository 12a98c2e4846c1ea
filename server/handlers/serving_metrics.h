/* What is counted of serving and tracking beside the events themselves. */
#pragma once

#include "protocol/event.h"
#include "protocol/nofill.h"

struct counter;
struct metrics;
struct serving_metrics;

/* Why a tracker or a click-through was answered and nothing stored. */
enum unstored {
    UNSTORED_BAD_TOKEN, /* answered with 400 */
    UNSTORED_HEAD,
    UNSTORED_PREFETCH,
    UNSTORED_TOO_OLD,        /* or of a far future: nobody could tell whether it has been counted */
    UNSTORED_UNKNOWN_OFFSET, /* of progress: the ad has it not, or no more */
    UNSTORED_REFUSED,        /* a click that was redirected while the journal took nothing */
    UNSTORED_REASONS,
};

struct serving_metrics *serving_metrics_new(struct metrics *metrics);
void serving_metrics_free(struct serving_metrics *serving_metrics);

void serving_metrics_count_unstored(struct serving_metrics *serving_metrics, enum unstored reason);

/* A tracker or click-through whose own request shows `verdict`, not VERDICT_VALID. */
void serving_metrics_count_invalid(struct serving_metrics *serving_metrics,
                                   enum event_verdict verdict);

/* A request that got no ad. */
void serving_metrics_count_nofill(struct serving_metrics *serving_metrics,
                                  enum nofill_reason reason);
