/*
 * Answers that come late, so that who guesses tokens waits: given as any other, then kept for a
 * while. A client that goes away meanwhile frees its place; when the server stops they are sent at
 * once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct exchange;
struct exchange_holds;

/* Keeps at most `max` at a time. `base` is borrowed. */
struct exchange_holds *exchange_holds_new(struct event_base *base, size_t max);

/* None is kept any more then. */
void exchange_holds_free(struct exchange_holds *holds);

/* The answer that is going to be given as a whole will be sent `wait_ms` after it is given, and the
 * request's body is dropped. Returns false, and nothing changes, where there is no room, or all
 * have been let go. */
bool exchange_hold(struct exchange *exchange, struct exchange_holds *holds, int64_t wait_ms);

/* How many are kept. */
size_t exchange_holds_count(const struct exchange_holds *holds);

/* Sends all that are kept; from now on none is. */
void exchange_holds_let_go(struct exchange_holds *holds);
