/* An ad for a client: chosen, counted, and answered as a document with a token of its own. */
#pragma once

#include <stdint.h>

#include "protocol/document.h"

struct exchange;

/*
 * Answers with the document of the ad `ad_id`, of the next one in the rotation where that is 0, or
 * with that of no ad, which says why in the counts alone. What the query says of `placement` and
 * `preview` is taken into account; where it is wrong the answer says so.
 */
void serving_answer(struct exchange *exchange, enum document_kind kind, int32_t ad_id);

/* Answers 400 with what is wrong with the query, as serving_answer() would. */
void serving_refuse(struct exchange *exchange, const char *fault);
