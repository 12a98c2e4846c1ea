/* What free text from clients may hold. */
#include "protocol/text.h"

#include "protocol/utf8.h"

bool text_is_printable(const char *text, size_t length)
{
    for (size_t i = 0, step; i < length; i += step) {
        step = utf8_bytes(text + i, length - i);
        if (step == 0 || utf8_is_control(text + i, step))
            return false;
    }
    return true;
}
