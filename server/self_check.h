/* --check: asks the server that runs with the same configuration whether it lives, for health
 * checks. */
#pragma once

#include "protocol/result.h"

struct listener_settings;

/*
 * Sends GET /livez to the port of `settings`, on their address or else 127.0.0.1, and waits 3 s at
 * most. Returns RESULT_OK when the answer is 200, else RESULT_FAILED with what was wrong.
 */
MUST_CHECK enum result self_check(const struct listener_settings *settings, struct error *error);
