/*
 * What a client gets to show an ad: a VAST document of one version (IAB VAST 2.0, 3.0, 4.2), or JSON
 * for SDKs that speak no VAST. It is rendered once for each ad, kind and change, into constant
 * pieces between which the token and the serving id of an answer are put.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct ad;
struct document;

enum document_kind {
    DOCUMENT_VAST_2_0,
    DOCUMENT_VAST_3_0,
    DOCUMENT_VAST_4_2,
    DOCUMENT_JSON,
    DOCUMENT_KINDS,
};

enum { DOCUMENT_SERVING_ID_BYTES = 36 };

/* The VAST version "2.0", "3.0" or "4.2"; false for any other. */
bool document_find_vast(const char *version, enum document_kind *kind);

/* The media type of its answers, for Content-Type. */
const char *document_content_type(enum document_kind kind);

/* Whether the ad, whose creative there is, can be shown by documents of this kind: it has media of
 * its own, an image, or a wrapper's URL; in JSON any can. */
bool document_has_form(const struct ad *ad, enum document_kind kind);

/* Renders the ad, which has such a form. `public_url` is where clients reach the server, without a
 * slash at its end. The caller frees it with document_free(). */
struct document *document_render(const struct ad *ad, enum document_kind kind,
                                 const char *public_url);

/* The document of no ad. Its tracker of errors takes a token without an ad. */
struct document *document_render_nofill(enum document_kind kind, const char *public_url);

void document_free(struct document *document);

/* The length in bytes of an answer with a token of so many. */
size_t document_bytes(const struct document *document, size_t token_bytes);

/* Writes the answer, document_bytes() long and not terminated. `serving_id` is the text of a UUID.
 */
void document_write(const struct document *document, const char *token, size_t token_bytes,
                    const char serving_id[static DOCUMENT_SERVING_ID_BYTES], char *out);
