/* What handlers work with. A handler answers its exchange exactly once, now or later. */
#pragma once

struct metrics;
struct router;
struct store;
struct trusted_proxies;

/* The context of every exchange; all borrowed. */
struct handler_context {
    const struct trusted_proxies *trusted_proxies;
    struct store *store;
    struct metrics *metrics;
    const struct router *router;
};
