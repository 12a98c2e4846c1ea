/* How late the event loop runs. */
#include "server/loop_lag.h"

#include <stdint.h>
#include <stdlib.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/metrics.h"
#include "metrics/timer.h"
#include "protocol/memory.h"

/* Short enough for a stall of 20 ms to be seen whenever it comes. */
enum { TICK_MS = 10 };

struct loop_lag {
    struct event *timer;
    int64_t due_us; /* monotonic */
    struct histogram *seconds;
};

static void arm(struct loop_lag *loop_lag)
{
    loop_lag->due_us = clock_monotonic_us() + TICK_MS * 1000;
    timer_arm(loop_lag->timer, TICK_MS);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct loop_lag *loop_lag = arg;
    int64_t late_us = clock_monotonic_us() - loop_lag->due_us;
    histogram_observe(loop_lag->seconds, late_us > 0 ? (double)late_us / 1e6 : 0);
    arm(loop_lag);
}

struct loop_lag *loop_lag_new(struct event_base *base, struct metrics *metrics)
{
    struct loop_lag *loop_lag = memory_zeroed(sizeof *loop_lag);
    loop_lag->seconds =
        metrics_latency_histogram(metrics, "adtracker_event_loop_lag_seconds",
                                  "How late a timer of the event loop fires, every 10 ms.", "");
    loop_lag->timer = memory_required(event_new(base, -1, 0, on_tick, loop_lag));
    arm(loop_lag);
    return loop_lag;
}

void loop_lag_free(struct loop_lag *loop_lag)
{
    if (loop_lag == NULL)
        return;
    event_free(loop_lag->timer);
    free(loop_lag);
}
