/* The kinds of documents that a client can ask for. */
#include "protocol/document_kind.h"

#include <stddef.h>
#include <string.h>

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
