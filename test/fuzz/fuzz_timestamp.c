/* Times from any bytes: what is read, written and read again must be the same time, or the nearest
 * that can be written. */
#include <stdlib.h>
#include <string.h>

#include "protocol/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What RFC 3339 can write: the years 0 to 9999. */
static const int64_t EARLIEST_US = -62167219200000000;
static const int64_t LATEST_US = 253402300799999999;

static void check_written(int64_t time_us)
{
    char text[TIMESTAMP_TEXT_SIZE];
    int64_t again_us = 0;
    bool cut = true;
    timestamp_format(time_us, text);
    if (timestamp_parse(text, strlen(text), &again_us, &cut) != RESULT_OK)
        abort();
    if (time_us < EARLIEST_US)
        time_us = EARLIEST_US;
    if (time_us > LATEST_US)
        time_us = LATEST_US;
    if (again_us != time_us || cut)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t time_us = 0;
    bool cut = false;
    if (timestamp_parse((const char *)data, size, &time_us, &cut) == RESULT_OK)
        check_written(time_us);
    if (size == sizeof(time_us)) {
        memcpy(&time_us, data, sizeof(time_us));
        check_written(time_us);
    }
    return 0;
}
