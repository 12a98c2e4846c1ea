/* The kinds of documents that a client can ask for. */
#pragma once

#include <stdbool.h>

enum document_kind {
    DOCUMENT_VAST_2_0,
    DOCUMENT_VAST_3_0,
    DOCUMENT_VAST_4_2,
    DOCUMENT_JSON,
    DOCUMENT_KINDS,
};

/* The VAST version "2.0", "3.0" or "4.2"; false for any other. */
bool document_find_vast(const char *version, enum document_kind *kind);

/* The media type of its answers, for Content-Type. */
const char *document_content_type(enum document_kind kind);
