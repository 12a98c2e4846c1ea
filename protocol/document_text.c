/* A document that has been rendered. */
#include "protocol/document_text.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/draft.h"
#include "protocol/memory.h"

struct document {
    char *text; /* what is constant; owned */
    size_t text_bytes;
    struct draft_gap *gaps; /* owned */
    size_t gap_count;
    size_t token_count; /* of the gaps; the others are serving ids */
};

struct document *document_finish(struct draft *draft)
{
    struct document *document = memory_zeroed(sizeof *document);
    document->text = render_take(&draft->text, &document->text_bytes);
    document->text = memory_resized(document->text, document->text_bytes + 1);
    document->gaps = draft->gaps;
    document->gap_count = draft->gap_count;
    for (size_t i = 0; i < document->gap_count; i++)
        document->token_count += document->gaps[i].filling == DRAFT_TOKEN;
    return document;
}

void document_free(struct document *document)
{
    if (document == NULL)
        return;
    free(document->text);
    free(document->gaps);
    free(document);
}

size_t document_bytes(const struct document *document, size_t token_bytes)
{
    size_t id_count = document->gap_count - document->token_count;
    return document->text_bytes + document->token_count * token_bytes +
           id_count * DOCUMENT_SERVING_ID_BYTES;
}

static char *put(char *out, const char *bytes, size_t count)
{
    memcpy(out, bytes, count);
    return out + count;
}

void document_write(const struct document *document, const char *token, size_t token_bytes,
                    const char serving_id[static DOCUMENT_SERVING_ID_BYTES], char *out)
{
    size_t at = 0;
    for (size_t i = 0; i < document->gap_count; i++) {
        const struct draft_gap *gap = &document->gaps[i];
        out = put(out, document->text + at, gap->at - at);
        at = gap->at;
        out = gap->filling == DRAFT_TOKEN ? put(out, token, token_bytes)
                                          : put(out, serving_id, DOCUMENT_SERVING_ID_BYTES);
    }
    (void)put(out, document->text + at, document->text_bytes - at);
}
