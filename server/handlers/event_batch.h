/*
 * Batches of events, POST /ads/events. A batch is read (inflated, if it is gzip) and decoded in
 * slices between turns of the loop, one batch after the other: so all of them together need room
 * for one body and its events, and those that wait for theirs are admitted like bodies that are
 * under way (server/http/admission.h). Then its events are submitted at once, and answered when
 * they are durable.
 */
#pragma once

struct event_base;
struct event_batches;
struct http_admission;
struct metrics;
struct store;

/* Everything is borrowed. */
struct event_batches *event_batches_new(struct event_base *base, struct store *store,
                                        struct http_admission *admission, struct metrics *metrics);

/* Answers those that wait with 503. */
void event_batches_free(struct event_batches *batches);
