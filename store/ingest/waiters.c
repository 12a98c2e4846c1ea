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
    free(waiters->over.items);
    free(waiters->group.items);
    free(waiters->next.items);
    *waiters = (struct waiters){0};
}

static struct waiter *append(struct waiter_list *list)
{
    if (list->count == list->capacity) {
        list->capacity += CAPACITY_STEP;
        list->items = memory_resized(list->items, list->capacity * sizeof list->items[0]);
    }
    return &list->items[list->count++];
}

void waiters_add(struct waiters *waiters, const struct event *events, size_t count, uint64_t last,
                 bool is_client, waiter_done_fn done, void *arg)
{
    assert(count > 0);
    struct waiter *waiter = append(&waiters->next);
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

void waiters_begin_group(struct waiters *waiters)
{
    struct waiter_list empty = waiters->group;
    assert(empty.count == 0);
    waiters->group = waiters->next;
    waiters->next = empty;
}

void waiters_end_group(struct waiters *waiters, uint64_t durable, enum refusal refusal)
{
    struct waiter_list empty = waiters->over;
    assert(empty.count == 0);
    waiters->over = waiters->group;
    waiters->group = empty;
    waiters->durable = durable;
    waiters->refusal = refusal;
}

/* Events become durable in order. */
uint64_t waiters_answer(struct waiters *waiters)
{
    uint64_t unanswered = 0;
    for (size_t i = 0; i < waiters->over.count; i++) {
        const struct waiter *waiter = &waiters->over.items[i];
        if (waiter->last <= waiters->durable) {
            count_accepted(waiters, waiter);
            waiter->done(waiter->arg, RESULT_OK);
            continue;
        }
        if (waiter->first <= waiters->durable)
            unanswered = waiters->durable - waiter->first + 1;
        if (waiter->is_client)
            refusals_count(waiters->refusals, waiters->refusal, waiter->last - waiter->first + 1);
        waiter->done(waiter->arg, RESULT_UNAVAILABLE);
    }
    waiters->over.count = 0;
    return unanswered;
}

uint64_t waiters_accepted(const struct waiters *waiters)
{
    uint64_t events = 0;
    for (int kind = 0; kind < EVENT_KINDS; kind++)
        events += waiters->accepted[kind]->value;
    return events;
}

bool waiters_is_empty(const struct waiters *waiters)
{
    return waiters->over.count + waiters->group.count + waiters->next.count == 0;
}
