/* Carries events from the lanes' queues into PostgreSQL. */
#include "store/ingest/writer.h"

#include <stdlib.h>

#include <event2/event.h>

#include "metrics/log.h"
#include "metrics/metrics.h"
#include "metrics/timer.h"
#include "protocol/memory.h"
#include "store/ingest/batch.h"
#include "store/ingest/lane_link.h"
#include "store/ingest/lane_queue.h"
#include "store/ingest/writer_lane.h"
#include "store/ingest/writer_metrics.h"

/* So that a change that is under way is not asked about all the time. */
enum { CLAIM_ANEW_MS = 200 };

/* Lane l is stored over the link l modulo the number of links. */
struct writer {
    struct link_context context;
    struct writer_lane lanes[LANES_MAX];
    unsigned lane_count;
    unsigned lanes_known; /* of so many the totals were heard */
    struct lane_link *links[LINKS_MAX];
    unsigned link_count; /* in use; those behind them are stopped, or not made */
    struct event *claim_anew;
    struct writer_metrics measured;
    bool is_hurried;
};

static void set_gauges(void *arg)
{
    struct writer *writer = arg;
    struct writer_gauges *gauges = &writer->measured.gauges;
    bool was_held = gauges->is_held;
    gauges->is_held = false;
    gauges->lanes = writer->lane_count;
    gauges->lanes_up = 0;
    for (unsigned i = 0; i < writer->link_count; i++) {
        gauges->is_held = gauges->is_held || lane_link_is_held(writer->links[i]);
        gauges->lanes_up += lane_link_lanes_up(writer->links[i]);
    }
    gauges->is_up = gauges->lanes_up == writer->lane_count;
    if (was_held && !gauges->is_held)
        log_write(writer->context.log, LOG_INFO, "store", "ingest resumed");
}

/* The first lane of each keeps what it has met; of a link that is new its lane's has met nothing.
 */
static void hand_out_lanes(struct writer *writer)
{
    for (unsigned i = 0; i < writer->link_count; i++) {
        struct writer_lane *lanes[LINK_LANES_MAX];
        unsigned count = 0;
        for (unsigned lane = i; lane < writer->lane_count; lane += writer->link_count)
            lanes[count++] = &writer->lanes[lane];
        lane_link_set_lanes(writer->links[i], lanes, count, writer->lane_count);
    }
}

static void make_lane(struct writer *writer, unsigned number)
{
    struct writer_lane *lane = &writer->lanes[number];
    lane->number = number;
    batch_outcome_init(&lane->outcome, BATCH_ROWS_MAX);
    if (number < writer->lanes_known)
        return;
    writer_totals_init(&lane->totals, writer->context.metrics);
    if (writer->lanes_known > 0) /* it was made meanwhile */
        writer_totals_begin(&lane->totals);
}

static void make_lanes(struct writer *writer, unsigned count)
{
    for (unsigned i = 1; i < count; i++)
        make_lane(writer, i);
    writer->lane_count = count;
    writer->link_count = count < LINKS_MAX ? count : LINKS_MAX;
    for (unsigned i = 1; i < writer->link_count; i++) {
        if (writer->links[i] == NULL)
            writer->links[i] = lane_link_new(&writer->context, writer->links[0]);
        if (writer->is_hurried)
            lane_link_hurry(writer->links[i]);
    }
    hand_out_lanes(writer);
}

/* All but the first link, whose session tells of the change, begin anew. */
static void on_claimed(void *arg, unsigned lanes)
{
    struct writer *writer = arg;
    if (lanes != writer->lane_count) {
        log_write(writer->context.log, LOG_INFO, "store", "the database has lanes=%u", lanes);
        for (unsigned i = 1; i < writer->link_count; i++)
            lane_link_stop(writer->links[i]);
        writer->context.source.set_lanes(writer->context.source.arg, lanes);
        make_lanes(writer, lanes);
    }
    if (lanes > writer->lanes_known)
        writer->lanes_known = lanes;
}

static void on_opened(void *arg)
{
    struct writer *writer = arg;
    for (unsigned i = 1; i < writer->link_count; i++)
        lane_link_start(writer->links[i]);
}

static void on_outdated(void *arg)
{
    struct writer *writer = arg;
    if (event_pending(writer->claim_anew, EV_TIMEOUT, NULL) != 0)
        return;
    log_write(writer->context.log, LOG_INFO, "store",
              "the number of lanes has changed, the journal is claimed anew");
    timer_arm(writer->claim_anew, CLAIM_ANEW_MS);
}

static void on_claim_anew(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct writer *writer = arg;
    for (unsigned i = 0; i < writer->link_count; i++)
        lane_link_stop(writer->links[i]);
    lane_link_start(writer->links[0]);
}

void writer_wake(struct writer *writer)
{
    for (unsigned i = 0; i < writer->link_count; i++)
        lane_link_wake(writer->links[i]);
}

void writer_hurry(struct writer *writer)
{
    writer->is_hurried = true;
    for (unsigned i = 0; i < writer->link_count; i++)
        lane_link_hurry(writer->links[i]);
}

void writer_give_up(struct writer *writer)
{
    for (unsigned i = 0; i < writer->link_count; i++)
        lane_link_give_up(writer->links[i]);
}

bool writer_is_fenced(const struct writer *writer)
{
    for (unsigned i = 0; i < writer->link_count; i++) {
        if (lane_link_is_fenced(writer->links[i]))
            return true;
    }
    return false;
}

void writer_start(struct writer *writer)
{
    lane_link_start(writer->links[0]);
}

void writer_stop(struct writer *writer)
{
    event_del(writer->claim_anew);
    for (unsigned i = 0; i < writer->link_count; i++)
        lane_link_stop(writer->links[i]);
}

struct writer *writer_new(struct event_base *base, const struct db_target *target,
                          const struct ingest_settings *settings, struct writer_source source,
                          struct writer_listener listener, struct metrics *metrics, struct log *log)
{
    struct writer *writer = memory_zeroed(sizeof *writer);
    const struct link_owner owner = {.claimed = on_claimed,
                                     .opened = on_opened,
                                     .outdated = on_outdated,
                                     .changed = set_gauges,
                                     .arg = writer};
    writer->context = (struct link_context){.base = base,
                                            .target = target,
                                            .settings = settings,
                                            .source = source,
                                            .listener = listener,
                                            .measured = &writer->measured,
                                            .metrics = metrics,
                                            .log = log,
                                            .owner = owner};
    writer->claim_anew = memory_required(event_new(base, -1, 0, on_claim_anew, writer));
    writer_metrics_init(&writer->measured, metrics);
    writer->links[0] = lane_link_new(&writer->context, NULL);
    make_lane(writer, 0);
    writer->lane_count = writer->link_count = 1;
    hand_out_lanes(writer);
    return writer;
}

void writer_free(struct writer *writer)
{
    if (writer == NULL)
        return;
    event_free(writer->claim_anew);
    for (unsigned i = 0; i < LINKS_MAX; i++)
        lane_link_free(writer->links[i]);
    free(writer);
}
