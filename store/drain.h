/* The end of a store: it waits until nothing is left to be stored, or its time is up. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct event_base;
struct event;

typedef void (*drain_ended_fn)(void *arg, uint64_t left);

struct drain_listener {
    bool (*is_settled)(void *arg); /* is nothing left? */
    uint64_t (*end)(void *arg);    /* stops what works, returns how many events are left */
    void *arg;
};

/* Begins once; then ends once, from the loop, never inside a call of whoever looks. */
struct drain {
    struct event *timer;
    struct drain_listener listener;
    bool has_begun;
    drain_ended_fn drained; /* NULL = not begun, or over */
    void *drained_arg;
};

void drain_init(struct drain *drain, struct event_base *base, struct drain_listener listener);
void drain_clear(struct drain *drain);

/* store_drain()'s: it ends after `grace_ms` at the latest. */
void drain_begin(struct drain *drain, uint32_t grace_ms, drain_ended_fn drained, void *arg);
/* Something was stored: ends from the loop if that was the last. Before it has begun nothing. */
void drain_look(struct drain *drain);
