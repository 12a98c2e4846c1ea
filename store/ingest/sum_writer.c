/* Brings the server's own sums into the journal. */
#include "store/ingest/sum_writer.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "metrics/timer.h"
#include "protocol/memory.h"
#include "store/ingest/intake.h"

#define SECOND_US INT64_C(1000000)

/* A commit's. */
enum { WRITE_MAX = 2000 };

/* One that waits for the commit. */
struct piece {
    struct sum_writer *writer;
    struct sum sum;
};

struct sum_writer {
    struct sums *sums;
    struct intake *intake;
    struct sum_writer_listener listener;
    struct log *log;
    struct event *timer;
    struct piece pieces[WRITE_MAX];
    struct sum taken[WRITE_MAX];
    size_t unanswered; /* pieces */
    int64_t before_us; /* what began before it is being written */
    bool is_flushing;
    struct counter *lost[EVENT_KINDS]; /* NULL = clients tell of the kind */
};

static void lose(struct sum_writer *writer, const struct sum *sum, uint64_t quantity)
{
    counter_add(writer->lost[sum->kind], quantity);
}

void sum_writer_add(struct sum_writer *writer, const struct sum *sum, int64_t now_us)
{
    lose(writer, sum, sums_add(writer->sums, sum, now_us));
}

static void put_back(struct sum_writer *writer, const struct sum *sum)
{
    lose(writer, sum, sums_put_back(writer->sums, sum));
}

static void write_some(struct sum_writer *writer);

/* Each is answered by itself, so that what the disk has kept is never written twice. As long as it
 * keeps them the next follow: there may be more in a second than one commit takes. */
static void on_answer(void *arg, enum result result)
{
    struct piece *piece = arg;
    struct sum_writer *writer = piece->writer;
    if (result != RESULT_OK)
        put_back(writer, &piece->sum);
    if (--writer->unanswered > 0)
        return;
    if (result == RESULT_OK)
        write_some(writer);
    if (writer->unanswered == 0)
        writer->listener.settled(writer->listener.arg);
}

static struct event make_event(const struct sum *sum)
{
    struct event event = {
        .received_at_us = sum->period_us,
        .occurred_at_us = sum->period_us,
        .ad_id = sum->ad_id,
        .detail = sum->reason,
        .quantity = (int32_t)sum->quantity,
        .kind = sum->kind,
        .verdict = sum->verdict,
        .placement_bytes = sum->placement_bytes,
    };
    memcpy(event.placement, sum->placement, sum->placement_bytes);
    return event;
}

/* What a record can't hold of the quantity comes with the next ones. */
static void submit(struct sum_writer *writer, const struct sum *sum)
{
    struct piece *piece = &writer->pieces[writer->unanswered];
    *piece = (struct piece){.writer = writer, .sum = *sum};
    if (sum->quantity > INT32_MAX) {
        struct sum rest = *sum;
        piece->sum.quantity = INT32_MAX;
        rest.quantity -= INT32_MAX;
        put_back(writer, &rest);
    }
    const struct event event = make_event(&piece->sum);
    writer->unanswered++;
    intake_submit_own(writer->intake, &event, on_answer, piece);
}

static bool may_write(const struct sum_writer *writer)
{
    return writer->listener.may_write(writer->listener.arg);
}

/* Those that have waited by the minute go at once. */
static void write_some(struct sum_writer *writer)
{
    if (!may_write(writer)) {
        sums_by_minute(writer->sums);
        return;
    }
    sums_by_second(writer->sums);
    size_t count = sums_take(writer->sums, writer->before_us, writer->taken, WRITE_MAX);
    for (size_t i = 0; i < count; i++) {
        if (may_write(writer))
            submit(writer, &writer->taken[i]);
        else
            put_back(writer, &writer->taken[i]);
    }
}

void sum_writer_write(struct sum_writer *writer, int64_t now_us)
{
    writer->before_us = writer->is_flushing ? INT64_MAX : now_us - now_us % SECOND_US;
    if (writer->unanswered == 0)
        write_some(writer);
}

/* As soon as a second is over, so that nothing waits for much longer than one. */
static void await_second(struct sum_writer *writer)
{
    int64_t into_us = clock_wall_us() % SECOND_US;
    timer_arm(writer->timer, (uint32_t)((SECOND_US - into_us) / 1000) + 1);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct sum_writer *writer = arg;
    sum_writer_write(writer, clock_wall_us());
    await_second(writer);
}

void sum_writer_flush(struct sum_writer *writer)
{
    writer->is_flushing = true;
    sum_writer_write(writer, clock_wall_us());
}

bool sum_writer_is_empty(const struct sum_writer *writer)
{
    return sums_count(writer->sums) == 0 && writer->unanswered == 0;
}

int64_t sum_writer_oldest_us(const struct sum_writer *writer)
{
    int64_t oldest_us = sums_oldest_us(writer->sums);
    for (size_t i = 0; i < writer->unanswered; i++) {
        if (writer->pieces[i].sum.period_us < oldest_us)
            oldest_us = writer->pieces[i].sum.period_us;
    }
    return oldest_us;
}

void sum_writer_give_up(struct sum_writer *writer)
{
    uint64_t lost = 0;
    size_t count;
    while ((count = sums_take(writer->sums, INT64_MAX, writer->taken, WRITE_MAX)) > 0) {
        for (size_t i = 0; i < count; i++) {
            lose(writer, &writer->taken[i], writer->taken[i].quantity);
            lost += writer->taken[i].quantity;
        }
    }
    if (lost > 0)
        log_write(writer->log, LOG_ERROR, "store",
                  "counts lost, the journal takes none: requests, fills and no-fills=%llu",
                  (unsigned long long)lost);
}

static void add_metrics(struct sum_writer *writer, struct metrics *metrics)
{
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        char labels[64];
        if (event_kind_is_clients((enum event_kind)kind))
            continue;
        (void)metrics_label(labels, sizeof labels, "kind", event_kind_name((enum event_kind)kind));
        writer->lost[kind] =
            metrics_counter(metrics, "adtracker_events_lost_total",
                            "Events of the server's own that found no room in memory while the "
                            "journal took none, by kind.",
                            labels);
    }
}

struct sum_writer *sum_writer_new(struct event_base *base, struct intake *intake,
                                  struct sum_writer_listener listener, struct metrics *metrics,
                                  struct log *log)
{
    struct sum_writer *writer = memory_zeroed(sizeof *writer);
    writer->sums = sums_new();
    writer->intake = intake;
    writer->listener = listener;
    writer->log = log;
    writer->timer = memory_required(event_new(base, -1, 0, on_timer, writer));
    await_second(writer);
    add_metrics(writer, metrics);
    return writer;
}

void sum_writer_free(struct sum_writer *writer)
{
    if (writer == NULL)
        return;
    event_free(writer->timer);
    sums_free(writer->sums);
    free(writer);
}
