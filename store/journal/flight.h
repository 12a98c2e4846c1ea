/*
 * The one sync that the journal has in flight. Until its answer nothing is written to a segment,
 * and none is opened, finished or given up. Where syncs are inline it is over at once.
 */
#pragma once

#include <stdbool.h>

struct journal;

/* What is to be done on the answer; `reason` is 0, or errno. */
typedef void (*flight_landed_fn)(struct journal *journal, int reason);

/* Whether one is in flight. */
bool flight_is_on(const struct journal *journal);

/* Syncs a file, only its data, or all. `landed` runs on the answer, before this returns or later;
 * later, the journal then goes on with what waits for it. */
void flight_sync_data(struct journal *journal, int fd, flight_landed_fn landed);
void flight_sync_file(struct journal *journal, int fd, flight_landed_fn landed);
