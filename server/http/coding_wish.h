/* Which codings a client takes an answer in: Accept-Encoding (RFC 9110 section 12.5.3). */
#pragma once

#include <stdbool.h>

struct exchange;

/* How much the client wants each, in thousandths: 0 = not at all. */
struct coding_wish {
    int gzip; /* -1 = not named, as the next two */
    int identity;
    int others; /* "*" */
};

enum { CODING_NOT_NAMED = -1 };

/* Adds what the value of one field says; what it says ill is passed over. Begin with all
 * CODING_NOT_NAMED. */
void coding_wish_add(struct coding_wish *wish, const char *value);

/* Whether gzip is taken, and no less gladly than no coding. */
bool coding_wish_is_gzip(const struct coding_wish *wish);

/* The same, of a request. */
bool http_wants_gzip(const struct exchange *exchange);
