/* Cookies out of a request's field (RFC 6265 section 4.2). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* As it stands there; borrowed. */
struct cookie {
    const char *name;
    size_t name_bytes;
    const char *value; /* without blanks around it; quotes stay */
    size_t value_bytes;
};

/* Takes the next cookie from `*field`, which moves behind it; what has no `=` is passed over.
 * Returns false at the end. */
bool cookie_next(const char **field, struct cookie *cookie);
