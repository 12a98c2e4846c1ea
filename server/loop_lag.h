/* How late the event loop runs: what stalls it shows here. */
#pragma once

struct event_base;
struct loop_lag;
struct metrics;

/* Measures every 10 ms from now on. `base` is borrowed. */
struct loop_lag *loop_lag_new(struct event_base *base, struct metrics *metrics);
void loop_lag_free(struct loop_lag *loop_lag);
