/*
 * An ad as its operator writes it: the JSON of a request, each member looked at, so that whatever
 * is wrong with it is told in words, with the field's name. What depends on the ad as it is, or on
 * the database, is not looked at here: that is change_ad()'s in SQL.
 */
#pragma once

#include <stddef.h>

#include "protocol/result.h"

enum ad_document_kind {
    AD_DOCUMENT_NEW,     /* a new ad: null is the column's default */
    AD_DOCUMENT_WHOLE,   /* what is not there is null */
    AD_DOCUMENT_CHANGES, /* RFC 7396: what is not there stays */
};

struct ad_document {
    char *members;       /* JSON, for change_ad(); owned */
    char *verifications; /* the new ad_verifications, to be looked at; owned, NULL = none */
};

struct ad_document_fault {
    char field[72];     /* "" = it is about none, or about one whose name can't be repeated */
    struct error error; /* begins with the field's name, where there is one */
};

/*
 * Reads a request's body into `document`, to be cleared. Returns RESULT_MALFORMED when it is no
 * JSON object, RESULT_INVALID when a member is unknown or has a value that it can't have;
 * `document` is all zero then.
 *
 * What only the server writes (id, archived_at, state, etag) is passed on for change_ad() to
 * compare; of a new ad it is refused.
 */
MUST_CHECK enum result ad_document_read(const char *body, size_t body_bytes,
                                        enum ad_document_kind kind, struct ad_document *document,
                                        struct ad_document_fault *fault);

void ad_document_clear(struct ad_document *document);
