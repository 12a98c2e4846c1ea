/* Who waits for events to become durable. */
#include "store/ingest/waiters.h"

#include <assert.h>
#include <stdlib.h>

#include "metrics/metrics.h"
#include "protocol/memory.h"

enum { CAPACITY_STEP = 256 };

struct waiter {
    waiter_done_fn done;
    void *arg;
    uint64_t first; /* sequences */
    uint64_t last;
    uint32_t events[EVENT_KINDS];      /* how many, by kind */
    uint32_t verdicts[EVENT_VERDICTS]; /* and by verdict */
    bool is_client;
};

static const char *const verdict_labels[EVENT_VERDICTS] = {
    [VERDICT_DECLARED_BOT] = "declared_bot",
    [VERDICT_MARKED_BY_PROXY] = "marked_by_proxy",
    [VERDICT_LATE] = "late",
    [VERDICT_TEST] = "test",
};

void waiters_init(struct waiters *waiters, struct refusals *refusals, struct metrics *metrics)
{
    *waiters = (struct waiters){.refusals = refusals};
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        char labels[64];
        (void)metrics_label(labels, sizeof labels, "kind", event_kind_name((enum event_kind)kind));
        waiters->accepted[kind] = metrics_counter(metrics, "adtracker_events_accepted_total",
                                                  "Events answered with 202, and what the server "
                                                  "itself has counted, by kind.",
                                                  labels);
    }
    for (int verdict = VERDICT_VALID + 1; verdict < EVENT_VERDICTS; verdict++) {
        char labels[64];
        (void)metrics_label(labels, sizeof labels, "reason", verdict_labels[verdict]);
        waiters->invalid[verdict] =
            metrics_counter(metrics, "adtracker_events_invalid_total",
                            "Accepted events that are no valid traffic, by reason.", labels);
    }
}

void waiters_clear(struct waiters *waiters)
{
    free(waiters->items);
    *waiters = (struct waiters){0};
}

static struct waiter *append(struct waiters *waiters)
{
    if (waiters->count == waiters->capacity) {
        waiters->capacity += CAPACITY_STEP;
        waiters->items =
            memory_resized(waiters->items, waiters->capacity * sizeof waiters->items[0]);
    }
    return &waiters->items[waiters->count++];
}

void waiters_add(struct waiters *waiters, const struct event *events, size_t count, uint64_t last,
                 bool is_client, waiter_done_fn done, void *arg)
{
    assert(count > 0);
    struct waiter *waiter = append(waiters);
    *waiter = (struct waiter){.done = done,
                              .arg = arg,
                              .first = last - (count - 1),
                              .last = last,
                              .is_client = is_client};
    for (size_t i = 0; i < count; i++) {
        waiter->events[events[i].kind] += (uint32_t)events[i].quantity;
        waiter->verdicts[events[i].verdict] += (uint32_t)events[i].quantity;
    }
}

static void count_accepted(const struct waiters *waiters, const struct waiter *waiter)
{
    for (int kind = 0; kind < EVENT_KINDS; kind++)
        counter_add(waiters->accepted[kind], waiter->events[kind]);
    for (int verdict = VERDICT_VALID + 1; verdict < EVENT_VERDICTS; verdict++)
        counter_add(waiters->invalid[verdict], waiter->verdicts[verdict]);
}

/* Gives what of his, unanswered, is durable all the same. */
static uint64_t answer(struct waiters *waiters, const struct waiter *waiter, uint64_t durable,
                       enum refusal refusal)
{
    if (waiter->last <= durable) {
        count_accepted(waiters, waiter);
        waiter->done(waiter->arg, RESULT_OK);
        return 0;
    }
    if (waiter->is_client)
        refusals_count(waiters->refusals, refusal, waiter->last - waiter->first + 1);
    waiter->done(waiter->arg, RESULT_UNAVAILABLE);
    return waiter->first <= durable ? durable - waiter->first + 1 : 0;
}

/* Events become durable in order. Whom an answer makes submit more waits for the next commit: he is
 * not among these. */
uint64_t waiters_answer(struct waiters *waiters, uint64_t durable, enum refusal refusal)
{
    struct waiter *items = waiters->items;
    size_t count = waiters->count;
    size_t capacity = waiters->capacity;
    uint64_t unanswered = 0;
    waiters->items = NULL;
    waiters->count = waiters->capacity = 0;
    for (size_t i = 0; i < count; i++)
        unanswered += answer(waiters, &items[i], durable, refusal);
    if (waiters->items != NULL) {
        free(items);
        return unanswered;
    }
    waiters->items = items;
    waiters->capacity = capacity;
    return unanswered;
}
