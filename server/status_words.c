/* How the server stands, in a line for people. */
#include "server/status_words.h"

#include <inttypes.h>
#include <stdio.h>

#include "store/store.h"

void status_words(const struct store *store, char *words, size_t size)
{
    struct store_status status = store_status(store);
    const char *refusal = store_refusal(store);
    (void)snprintf(words, size, "%s%s: accepted=%" PRIu64 " waiting=%" PRIu64 "%s",
                   refusal == NULL ? "accepts events" : "refuses events, ",
                   refusal == NULL ? "" : refusal, status.accepted_events, status.pending_events,
                   status.is_connected ? "" : ", the database is away");
}
