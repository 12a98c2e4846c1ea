/* The end of a store. */
#include "store/drain.h"

#include <event2/event.h>

#include "metrics/timer.h"
#include "protocol/memory.h"

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct drain *drain = arg;
    drain_ended_fn drained = drain->drained;
    if (drained == NULL)
        return;
    event_del(drain->timer);
    uint64_t left = drain->listener.end(drain->listener.arg);
    drain->drained = NULL;
    drained(drain->drained_arg, left);
}

void drain_init(struct drain *drain, struct event_base *base, struct drain_listener listener)
{
    *drain = (struct drain){.timer = memory_required(event_new(base, -1, 0, on_timer, drain)),
                            .listener = listener};
}

void drain_clear(struct drain *drain)
{
    event_free(drain->timer);
}

void drain_begin(struct drain *drain, uint32_t grace_ms, drain_ended_fn drained, void *arg)
{
    drain->has_begun = true;
    drain->drained = drained;
    drain->drained_arg = arg;
    timer_arm(drain->timer, grace_ms);
}

void drain_look(struct drain *drain)
{
    if (drain->drained != NULL && drain->listener.is_settled(drain->listener.arg))
        event_active(drain->timer, EV_TIMEOUT, 0);
}
