/* Admits large bodies. */
#include "server/http/admission.h"

#include <stddef.h>

bool http_admission_reserve(struct http_admission *admission, struct http_reservation *reservation,
                            uint64_t bytes, int64_t now_ms)
{
    if (bytes <= HTTP_BODY_LONG_BYTES || reservation->bytes > 0)
        return true;
    uint64_t in_flight = 0;
    const struct http_reservation *other;
    LIST_FOREACH(other, &admission->reservations, others)
    {
        if (other->until_ms > now_ms)
            in_flight += other->bytes;
    }
    if (in_flight + bytes > HTTP_LONG_BODIES_MAX_BYTES)
        return false;
    reservation->bytes = bytes;
    LIST_INSERT_HEAD(&admission->reservations, reservation, others);
    return true;
}

void http_admission_release(struct http_reservation *reservation)
{
    if (reservation->bytes == 0)
        return;
    reservation->bytes = 0;
    LIST_REMOVE(reservation, others);
}
