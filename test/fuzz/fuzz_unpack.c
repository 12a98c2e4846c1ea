/* Packed events from any bytes, as a damaged journal holds them: what unpacks must pack to the same
 * bytes, or to the same event where an earlier version wrote them. */
#include <stdlib.h>
#include <string.h>

#include "protocol/event_pack.h"
#include "test/fuzz/event_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    struct event event;
    if (event_unpack(data, size, &event) != RESULT_OK)
        return 0;
    size_t packed_bytes = event_pack(&event, packed);
    if (data[0] == packed[0]) {
        require(packed_bytes == size && memcmp(packed, data, size) == 0);
        return 0;
    }
    uint8_t again[EVENT_PACKED_MAX_BYTES];
    require(event_unpack(packed, packed_bytes, &event) == RESULT_OK);
    require(event_pack(&event, again) == packed_bytes);
    require(memcmp(again, packed, packed_bytes) == 0);
    return 0;
}
