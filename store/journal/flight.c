/* The one sync that the journal has in flight. */
#include "store/journal/flight.h"

#include <assert.h>

#include "metrics/clock.h"
#include "metrics/metrics.h"
#include "store/journal/state.h"

bool flight_is_on(const struct journal *journal)
{
    return journal->flight.landed != NULL;
}

static void land(struct journal *journal, int reason)
{
    flight_landed_fn landed = journal->flight.landed;
    journal->flight.landed = NULL;
    if (journal->flight.job.is_data)
        histogram_observe(journal->metrics.sync_seconds,
                          (double)(clock_monotonic_us() - journal->flight.began_us) / 1e6);
    landed(journal, reason);
}

static void on_done(void *arg, int reason)
{
    struct journal *journal = arg;
    land(journal, reason);
    if (!flight_is_on(journal))
        journal->go_on(journal);
}

static void start(struct journal *journal, int fd, bool is_data, flight_landed_fn landed)
{
    assert(!flight_is_on(journal));
    journal->flight = (struct flight){.job = {.fd = fd,
                                              .is_data = is_data,
                                              .is_urgent = is_data,
                                              .done = on_done,
                                              .arg = journal},
                                      .landed = landed,
                                      .began_us = clock_monotonic_us()};
    int reason = syncer_sync(journal->syncer, &journal->flight.job);
    if (reason != SYNC_ASKED)
        land(journal, reason);
}

void flight_sync_data(struct journal *journal, int fd, flight_landed_fn landed)
{
    start(journal, fd, true, landed);
}

void flight_sync_file(struct journal *journal, int fd, flight_landed_fn landed)
{
    start(journal, fd, false, landed);
}
