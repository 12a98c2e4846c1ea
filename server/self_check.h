/* --check: asks the server that runs with the same configuration whether it lives, for health
 * checks. */
#pragma once

#include "protocol/result.h"

struct config;

/*
 * Sends GET /livez to `config`'s port, on its address or else 127.0.0.1, and waits 3 s at most.
 * Returns RESULT_OK when the answer is 200, else RESULT_FAILED with what was wrong.
 */
MUST_CHECK enum result self_check(const struct config *config, struct error *error);
