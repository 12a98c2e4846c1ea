/* The codes of VAST's errors. */
#include "protocol/vast_error.h"

#include <stddef.h>

static const struct {
    int16_t first;
    int16_t last;
} ranges[] = {
    {100, 102}, /* of the XML, its schema, its version */
    {200, 206}, /* trafficking: of another kind than the player awaited */
    {300, 304}, /* wrappers */
    {400, 403}, /* linear creatives */
    {405, 411}, /* likewise: media files, mezzanine, interactive, verification */
    {500, 503}, /* non-linear creatives */
    {600, 604}, /* companions */
    {900, 902}, /* undefined, VPAID, interactive creatives */
};

int32_t vast_error_listed(int32_t code)
{
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last)
            return code;
    }
    return VAST_ERROR_UNDEFINED;
}
