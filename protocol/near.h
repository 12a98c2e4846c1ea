/* Names that are most likely meant for another. Internal to protocol/. */
#pragma once

#include <stdbool.h>

/* Whether one edit (a character more, less, another, or two exchanged), or none, makes `one` the
 * other. Case makes no difference. */
bool near_is(const char *one, const char *other);
