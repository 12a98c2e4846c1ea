/* What is counted of serving and tracking beside the events themselves. */
#include "server/handlers/serving_metrics.h"

#include <stdlib.h>

#include "metrics/metrics.h"
#include "protocol/analytics/terms.h"
#include "protocol/memory.h"

struct serving_metrics {
    struct counter *unstored[UNSTORED_REASONS];
    struct counter *invalid[EVENT_VERDICTS]; /* NULL = no request shows it */
    struct counter *nofills[NOFILL_REASONS]; /* NULL = it is no reason */
};

static const char *const reasons[UNSTORED_REASONS] = {
    [UNSTORED_BAD_TOKEN] = "bad_token", [UNSTORED_HEAD] = "head",
    [UNSTORED_PREFETCH] = "prefetch",   [UNSTORED_TOO_OLD] = "too_old",
    [UNSTORED_REFUSED] = "refused",     [UNSTORED_UNKNOWN_OFFSET] = "unknown_offset",
};

static const char *const verdicts[EVENT_VERDICTS] = {
    [VERDICT_DECLARED_BOT] = "declared_bot",
    [VERDICT_MARKED_BY_PROXY] = "marked_by_proxy",
};

struct serving_metrics *serving_metrics_new(struct metrics *metrics)
{
    struct serving_metrics *serving = memory_zeroed(sizeof *serving);
    char labels[64];
    for (int reason = 0; reason < UNSTORED_REASONS; reason++) {
        (void)metrics_label(labels, sizeof labels, "reason", reasons[reason]);
        serving->unstored[reason] =
            metrics_counter(metrics, "adtracker_trackers_unstored_total",
                            "Trackers and click-throughs of which nothing was stored.", labels);
    }
    for (int verdict = 0; verdict < EVENT_VERDICTS; verdict++) {
        if (verdicts[verdict] == NULL)
            continue;
        (void)metrics_label(labels, sizeof labels, "reason", verdicts[verdict]);
        serving->invalid[verdict] = metrics_counter(metrics, "adtracker_trackers_invalid_total",
                                                    "Trackers and click-throughs whose own request "
                                                    "is no valid traffic; all but clicks count "
                                                    "as their token does.",
                                                    labels);
    }
    for (int reason = NOFILL_NONE + 1; reason < NOFILL_REASONS; reason++) {
        (void)metrics_label(labels, sizeof labels, "reason", analytics_nofill_name(reason));
        serving->nofills[reason] = metrics_counter(metrics, "adtracker_nofills_total",
                                                   "Requests that got no ad, by reason.", labels);
    }
    return serving;
}

void serving_metrics_free(struct serving_metrics *serving_metrics)
{
    free(serving_metrics);
}

void serving_metrics_count_unstored(struct serving_metrics *serving_metrics, enum unstored reason)
{
    counter_add(serving_metrics->unstored[reason], 1);
}

void serving_metrics_count_invalid(struct serving_metrics *serving_metrics,
                                   enum event_verdict verdict)
{
    if (serving_metrics->invalid[verdict] != NULL)
        counter_add(serving_metrics->invalid[verdict], 1);
}

void serving_metrics_count_nofill(struct serving_metrics *serving_metrics,
                                  enum nofill_reason reason)
{
    counter_add(serving_metrics->nofills[reason], 1);
}
