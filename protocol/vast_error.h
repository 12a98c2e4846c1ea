/* The codes of VAST's errors (VAST 4.2, section 2.3.6.3). */
#pragma once

#include <stdint.h>

enum { VAST_ERROR_UNDEFINED = 900 };

/* `code` where VAST lists it, else VAST_ERROR_UNDEFINED. */
int32_t vast_error_listed(int32_t code);
