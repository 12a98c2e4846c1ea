/* The configuration: environment variables, each checked when the program starts. */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "metrics/log.h"
#include "protocol/result.h"
#include "server/http/client_address.h"
#include "server/http/listener.h"
#include "store/store.h"

/* Its strings are the environment's, which nothing may change as long as it is used. */
struct config {
    struct store_settings store;
    struct listener_settings listener;
    struct trusted_proxies trusted_proxies;
    uint32_t keepalive_s; /* that a connection may be idle between requests */
    uint32_t shutdown_grace_s;
    enum log_level log_level;
};

/*
 * Reads the environment. Returns RESULT_INVALID with an error that names the variable and the fault
 * (and repeats no secret); `*config` is all zeros then.
 */
MUST_CHECK enum result config_read(struct config *config, struct error *error);

/* Writes the variables with their meanings and defaults, for --help. */
void config_print_help(FILE *out);
