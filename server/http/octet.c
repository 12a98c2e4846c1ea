/* Looks at values by the word: of every request they are most of its bytes. */
#include "server/http/octet.h"

#include <stdint.h>
#include <string.h>

static const uint64_t each = 0x0101010101010101; /* 1 in every byte */

/* Whether any byte of `word` is below `limit`, 0x80 at most. A borrow that would spoil the bytes
 * above comes only out of one that is. */
static bool has_below(uint64_t word, uint64_t limit)
{
    return ((word - each * limit) & ~word & each * 0x80) != 0;
}

static bool are_value_bytes(const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        if (!http_is_value_byte(text[i]))
            return false;
    }
    return true;
}

bool http_is_value(const char *text, size_t bytes)
{
    uint64_t word;
    for (; bytes >= sizeof word; text += sizeof word, bytes -= sizeof word) {
        memcpy(&word, text, sizeof word);
        bool is_suspect = has_below(word, 0x20) || has_below(word ^ each * 0x7F, 1);
        if (is_suspect && !are_value_bytes(text, sizeof word))
            return false;
    }
    return are_value_bytes(text, bytes);
}
