/* Timers on the event loop. */
#pragma once

#include <stdint.h>

#include <event2/event.h>

/* Lets `timer` run in `wait_ms` milliseconds, whatever it was set to before. */
static inline void timer_arm(struct event *timer, int64_t wait_ms)
{
    const struct timeval wait = {wait_ms / 1000, wait_ms % 1000 * 1000};
    (void)event_add(timer, &wait);
}
