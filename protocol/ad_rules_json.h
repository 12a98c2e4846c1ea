/* The columns of JSON: what creative_new() would pass over is refused. Internal to protocol/. */
#pragma once

#include <jansson.h>

#include "protocol/result.h"

enum { AD_RULE_JSON_MAX_BYTES = 65536 };

/* `column` is one of media_files, trackers, progress_offsets_ms. Returns RESULT_INVALID with an
 * error that names the item. */
MUST_CHECK enum result ad_rule_check_json(const char *column, json_t *value, struct error *error);
