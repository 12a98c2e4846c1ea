/* Packed events from any bytes, as a damaged journal holds them: what unpacks must pack to the same
 * bytes. */
#include <stdlib.h>
#include <string.h>

#include "protocol/event_pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    struct event event;
    if (event_unpack(data, size, &event) != RESULT_OK)
        return 0;
    if (event_pack(&event, packed) != size || memcmp(packed, data, size) != 0)
        abort();
    return 0;
}
