/* Admits bodies. */
#include "server/http/admission.h"

#include <stddef.h>

uint64_t http_admission_reserved(const struct http_admission *admission, int64_t now_ms)
{
    uint64_t reserved = 0;
    const struct http_reservation *reservation;
    LIST_FOREACH(reservation, &admission->reservations, others)
    {
        if (reservation->until_ms > now_ms)
            reserved += reservation->bytes;
    }
    return reserved;
}

bool http_admission_reserve(struct http_admission *admission, struct http_reservation *reservation,
                            uint64_t bytes, int64_t now_ms)
{
    if (bytes <= reservation->bytes)
        return true;
    uint64_t reserved = http_admission_reserved(admission, now_ms);
    if (reservation->until_ms > now_ms)
        reserved -= reservation->bytes;
    if (reserved + bytes > HTTP_BODIES_MAX_BYTES)
        return false;
    if (reservation->bytes == 0)
        LIST_INSERT_HEAD(&admission->reservations, reservation, others);
    reservation->bytes = bytes;
    return true;
}

void http_admission_release(struct http_reservation *reservation, uint64_t bytes)
{
    if (reservation->bytes <= bytes)
        return;
    reservation->bytes = bytes;
    if (bytes == 0)
        LIST_REMOVE(reservation, others);
}
