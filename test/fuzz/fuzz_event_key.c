/* Keys of events of any bytes and times: each claim has its time, the first is the key, and the
 * same event has the same ones. */
#include <stdlib.h>
#include <string.h>

#include "protocol/bytes.h"
#include "protocol/event_key.h"
#include "test/fuzz/event_checks.h"

enum { TIMES_BYTES = 16, DAY_MS = 86400000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t time_of(const uint8_t key[static EVENT_KEY_BYTES])
{
    return bytes_get_be64(key) >> 16;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size <= TIMES_BYTES || size > TIMES_BYTES + EVENT_ID_MAX_BYTES)
        return 0;
    struct event event = {.received_at_us = (int64_t)bytes_get_le64(data),
                          .occurred_at_us = (int64_t)bytes_get_le64(data + 8),
                          .ad_id = 1,
                          .quantity = 1,
                          .id_bytes = (uint8_t)(size - TIMES_BYTES)};
    memcpy(event.id, data + TIMES_BYTES, event.id_bytes);
    uint8_t claims[EVENT_KEY_CLAIMS_MAX][EVENT_KEY_BYTES];
    uint8_t again[EVENT_KEY_CLAIMS_MAX][EVENT_KEY_BYTES];
    int count = event_key_claims(&event, claims);
    require(count >= 1 && count <= EVENT_KEY_CLAIMS_MAX);
    require(event_key_claims(&event, again) == count);
    require(memcmp(claims, again, (size_t)count * EVENT_KEY_BYTES) == 0);
    require((time_of(claims[0]) % DAY_MS != 0) == (count != 2));
    if (count > 1) {
        require(time_of(claims[count - 2]) % DAY_MS == 0);
        require(time_of(claims[count - 1]) == time_of(claims[count - 2]) + DAY_MS);
    }
    return 0;
}
