/* What handlers work with. A handler answers its exchange exactly once, now or later. */
#pragma once

#include <stdint.h>

#include "protocol/document.h"

struct analytics_answers;
struct event_batches;
struct metrics;
struct router;
struct serving_metrics;
struct store;
struct token_keys;
struct peer_list;
struct uuid_random;

/* The context of every exchange; all borrowed. */
struct handler_context {
    const struct peer_list *trusted_proxies;
    const char *ivt_header; /* by which they mark invalid traffic; NULL = none is looked at */
    const struct peer_list *ssai_peers; /* who insert ads and tell whom for */
    const char *public_url;             /* where players reach us, without a slash at its end */
    const char *admin_token;            /* NULL = none is accepted */
    const char *read_token;             /* likewise */
    struct token_keys *token_keys;
    int64_t token_ttl_us;
    struct uuid_random *uuid_random;
    struct document *nofill[DOCUMENT_KINDS]; /* by kind */
    struct store *store;
    struct event_batches *batches;
    struct analytics_answers *answers;
    struct metrics *metrics;
    struct serving_metrics *serving_metrics;
    const struct router *router;
};
