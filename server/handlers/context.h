/* What handlers work with. A handler answers its exchange exactly once, now or later. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/document.h"

struct access;
struct analytics_answers;
struct event_batches;
struct host_list;
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
    bool hides_addresses;               /* of viewers, in what is kept of them */
    struct access *access;
    const struct host_list *ops_hosts; /* names of operators' listener */
    const char *public_url;
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
