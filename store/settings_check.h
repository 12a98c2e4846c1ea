/* What can be judged of the store's settings before anything is opened. */
#pragma once

#include "protocol/result.h"

struct store_settings;

/* Returns RESULT_INVALID with an error that names the variable. */
MUST_CHECK enum result store_settings_check(const struct store_settings *settings,
                                            struct error *error);
