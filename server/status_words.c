/* How the server stands, in a line for people. */
#include "server/status_words.h"

#include <inttypes.h>
#include <stdio.h>

#include "store/store.h"

void status_words(const struct store *store, char *words, size_t size)
{
    struct store_status status = store_status(store);
    const char *refusal = store_refusal(store);
    (void)snprintf(words, size, "%s events: accepted=%" PRIu64 " waiting=%" PRIu64 "%s%s%s",
                   refusal == NULL ? "accepts" : "refuses", status.accepted_events,
                   status.pending_events, status.is_connected ? "" : "; the database is away",
                   refusal == NULL ? "" : "; ", refusal == NULL ? "" : refusal);
}
