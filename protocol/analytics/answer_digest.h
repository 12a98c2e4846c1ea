/* What the ETag of an answer is made of: all that it tells but how fresh it is. */
#pragma once

#include "protocol/analytics/answer_rows.h"
#include "protocol/digest.h"

/* The question, and what stands before and beside the rows. */
void answer_digest_head(struct digest *digest, const struct answer_parts *parts);

/* The rows of the page from `first` to before `end`. */
void answer_digest_rows(struct digest *digest, const struct answer_rows *rows, size_t first,
                        size_t end);
