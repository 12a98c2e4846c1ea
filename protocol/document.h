/*
 * What a client gets to show an ad: a VAST document of one version (IAB VAST 2.0, 3.0, 4.2), or
 * JSON for SDKs that speak no VAST. It is rendered once for each ad, kind and change, into constant
 * pieces between which the token and the serving id of an answer are put.
 */
#pragma once

#include <stdbool.h>

#include "protocol/document_kind.h"
#include "protocol/document_text.h"

struct ad;

/* Whether the ad, whose creative there is, can be shown by documents of this kind: it has media of
 * its own, an image, or a wrapper's URL; in JSON any can. None can whose id no event can name: 0
 * stands for no ad, and below there are none. */
bool document_has_form(const struct ad *ad, enum document_kind kind);

/* Renders the ad, which has such a form. `public_url` is where clients reach the server, without a
 * slash at its end. The caller frees it with document_free(). */
struct document *document_render(const struct ad *ad, enum document_kind kind,
                                 const char *public_url);

/* The document of no ad. Its tracker of errors takes a token without an ad. */
struct document *document_render_nofill(enum document_kind kind, const char *public_url);
