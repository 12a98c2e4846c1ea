/* Numbers spelled as digits and nothing else. */
#include "protocol/digits.h"

#include <assert.h>

bool digits_read(const char *text, size_t length, size_t length_max, uint64_t *number)
{
    assert(length_max <= DIGITS_READ_MAX);
    if (length == 0 || length > length_max)
        return false;
    *number = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *number = *number * 10 + (uint64_t)(text[i] - '0');
    }
    return true;
}
