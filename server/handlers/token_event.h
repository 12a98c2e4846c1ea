/* Events that are told with a token: by a tracker of a document, or by its click-through. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "protocol/event.h"
#include "protocol/serving_token.h"

struct exchange;

/* Reads a token out of the path. If it is none of ours that is answered, counted, and false
 * returned: the exchange is over. */
bool token_event_read(struct exchange *exchange, const char *text, size_t bytes,
                      struct serving_token *token);

/*
 * Makes the event of `kind` that this request tells of. Its verdict is the token's, or "late" where
 * the ad was served longer than TOKEN_TTL_SECONDS ago. A click by a request that is itself invalid
 * has a key and a verdict of its own, so that the viewer's click still counts.
 * Returns false when nothing is to be stored, which has been counted.
 */
bool token_event_make(struct exchange *exchange, const struct serving_token *token,
                      enum event_kind kind, struct event *event);
