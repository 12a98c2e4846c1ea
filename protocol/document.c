/* What a client gets to show an ad. */
#include "protocol/document.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/ad_fields.h"
#include "protocol/draft.h"
#include "protocol/memory.h"
#include "protocol/served_ad.h"
#include "protocol/vast.h"

struct document {
    char *text; /* what is constant; owned */
    size_t text_bytes;
    struct draft_gap *gaps; /* owned */
    size_t gap_count;
    size_t token_count; /* of the gaps; the others are serving ids */
};

static const char *const vast_versions[] = {
    [DOCUMENT_VAST_2_0] = "2.0",
    [DOCUMENT_VAST_3_0] = "3.0",
    [DOCUMENT_VAST_4_2] = "4.2",
};

bool document_find_vast(const char *version, enum document_kind *kind)
{
    for (size_t i = 0; i < sizeof vast_versions / sizeof vast_versions[0]; i++) {
        if (strcmp(version, vast_versions[i]) == 0) {
            *kind = (enum document_kind)i;
            return true;
        }
    }
    return false;
}

const char *document_content_type(enum document_kind kind)
{
    return kind == DOCUMENT_JSON ? "application/json" : "application/xml; charset=utf-8";
}

bool document_has_form(const struct ad *ad, enum document_kind kind)
{
    return kind == DOCUMENT_JSON || vast_form(ad) != VAST_NO_FORM;
}

/* Takes over what the draft holds. */
static struct document *finish(struct draft *draft)
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

struct document *document_render(const struct ad *ad, enum document_kind kind,
                                 const char *public_url)
{
    struct draft draft = {.public_url = public_url};
    assert(ad->creative != NULL && document_has_form(ad, kind));
    if (kind == DOCUMENT_JSON)
        served_ad_render(&draft, ad);
    else
        vast_render(&draft, ad, kind);
    return finish(&draft);
}

struct document *document_render_nofill(enum document_kind kind, const char *public_url)
{
    struct draft draft = {.public_url = public_url};
    if (kind == DOCUMENT_JSON)
        served_ad_render_nofill(&draft);
    else
        vast_render_nofill(&draft, kind);
    return finish(&draft);
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
