/* Ads from any bytes: what is taken is JSON that is taken again, unchanged, and of which nothing is
 * passed over when the ad is shown. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "protocol/ad_document.h"
#include "protocol/ad_fields.h"
#include "protocol/creative.h"
#include "test/fuzz/event_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *column_of(const json_t *members, const char *name)
{
    const json_t *value = json_object_get(members, name);
    return value == NULL ? NULL : json_dumps(value, JSON_ENCODE_ANY);
}

static void require_shown(const json_t *members)
{
    struct creative_faults faults;
    struct ad ad = {.media_files = column_of(members, "media_files"),
                    .trackers = column_of(members, "trackers"),
                    .progress_offsets_ms = column_of(members, "progress_offsets_ms")};
    creative_free(creative_new(&ad, &faults));
    require(faults.count == 0);
    free(ad.media_files);
    free(ad.trackers);
    free(ad.progress_offsets_ms);
}

static void require_same_again(const struct ad_document *document)
{
    struct ad_document again;
    struct ad_document_fault fault;
    require(ad_document_read(document->members, strlen(document->members), AD_DOCUMENT_CHANGES,
                             &again, &fault) == RESULT_OK);
    require(strcmp(again.members, document->members) == 0);
    ad_document_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int kind = AD_DOCUMENT_NEW; kind <= AD_DOCUMENT_CHANGES; kind++) {
        struct ad_document document;
        struct ad_document_fault fault = {.field = "?"};
        enum result result = ad_document_read((const char *)data, size, (enum ad_document_kind)kind,
                                              &document, &fault);
        require((result == RESULT_OK) == (document.members != NULL));
        require(result == RESULT_OK || fault.error.text[0] != '\0');
        if (result != RESULT_OK)
            continue;
        json_t *members = json_loads(document.members, JSON_REJECT_DUPLICATES, NULL);
        require(members != NULL);
        require_shown(members);
        require_same_again(&document);
        json_decref(members);
        ad_document_clear(&document);
    }
    return 0;
}
