/* The part of a question's statement that reads events. Internal to store/analytics/ask_sql. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "store/analytics/ask.h"
#include "store/analytics/plan.h"

/* A SELECT of the strip with this number in its plan. */
void ask_write_events(FILE *out, const struct ask *ask, const struct strip *strip, size_t number,
                      int lane);
