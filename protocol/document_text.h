/* A document that has been rendered: constant text, into whose gaps each answer puts its own. */
#pragma once

#include <stddef.h>

struct document;
struct draft;

enum { DOCUMENT_SERVING_ID_BYTES = 36 };

/* Takes over what the draft holds. */
struct document *document_finish(struct draft *draft);

void document_free(struct document *document);

/* The length in bytes of an answer with a token of so many. */
size_t document_bytes(const struct document *document, size_t token_bytes);

/* Writes the answer, document_bytes() long and not terminated. `serving_id` is the text of a UUID.
 */
void document_write(const struct document *document, const char *token, size_t token_bytes,
                    const char serving_id[static DOCUMENT_SERVING_ID_BYTES], char *out);
