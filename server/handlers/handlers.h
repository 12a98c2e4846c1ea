/* What each route does. A handler answers its exchange exactly once, now or later. */
#pragma once

struct exchange;
struct metrics;
struct store;
struct trusted_proxies;

/* What handlers work with; all borrowed. */
struct handler_context {
    const struct trusted_proxies *trusted_proxies;
    struct store *store;
    struct metrics *metrics;
};

enum { EVENT_BODY_MAX_BYTES = 64 * 1024 };

void handle_ads(struct exchange *exchange);
void handle_click(struct exchange *exchange);
void handle_impression(struct exchange *exchange);
void handle_analytics(struct exchange *exchange);
void handle_metrics(struct exchange *exchange);
void handle_livez(struct exchange *exchange);
void handle_readyz(struct exchange *exchange);
