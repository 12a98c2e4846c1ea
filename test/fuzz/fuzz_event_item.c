/* Items of a batch from any bytes: what the plain form's reader takes jansson reads alike, and no
 * byte behind its end matters. */
#include <stdlib.h>
#include <string.h>

#include "protocol/event_fast.h"
#include "protocol/event_json.h"
#include "test/fuzz/event_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_plain(const char *text, size_t size)
{
    struct event fast = {0};
    struct event again = {0};
    struct event full = {0};
    const char *end;
    const char *end_again;
    if (!event_decode_fast_item(text, size, &fast, &end))
        return;
    require(end > text && end <= text + size && end[-1] == '}');
    size_t bytes = (size_t)(end - text);
    char *alone = malloc(bytes); /* of just its size: the sanitizer sees a read beyond it */
    require(alone != NULL);
    memcpy(alone, text, bytes);
    require(event_decode_fast_item(alone, bytes, &again, &end_again));
    require(end_again == alone + bytes);
    require_same(&fast, &again);
    require(event_decode_item_full(alone, bytes, &full, NULL) == RESULT_OK);
    require_same(&fast, &full);
    free(alone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct event event = {0};
    struct event full = {0};
    struct error error = {""};
    check_plain(text, size);
    enum result result = event_decode_item(text, size, &event, &error);
    require((result == RESULT_OK) == (error.text[0] == '\0'));
    require(result == RESULT_OK || result == RESULT_MALFORMED || result == RESULT_INVALID);
    require(event_decode_item_full(text, size, &full, NULL) == result);
    if (result != RESULT_OK)
        return 0;
    require_same(&event, &full);
    require(event_kind_is_clients((enum event_kind)event.kind));
    require(event.ad_id >= (event_kind_may_lack_ad((enum event_kind)event.kind) ? 0 : 1));
    require_packs(&event);
    return 0;
}
