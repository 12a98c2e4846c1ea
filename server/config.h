/* The configuration: environment variables, each checked when the program starts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "metrics/log.h"
#include "protocol/address.h"
#include "protocol/result.h"
#include "store/journal/settings.h"

struct config {
    char *db_conn; /* NULL = libpq's defaults */
    uint16_t port;
    char *listen_addr; /* NULL = every address, IPv6 and IPv4 */
    char *journal_dir;
    enum journal_sync journal_sync;
    uint64_t journal_max_bytes;
    uint32_t journal_keep_s;
    uint64_t queue_max_events;
    uint32_t shutdown_grace_ms;
    struct address_block *trusted_proxies;
    size_t trusted_proxy_count;
    bool reuse_port;
    bool sample_data;
    enum log_level log_level;
};

/*
 * Reads the environment. Returns RESULT_INVALID with an error that names the variable and the fault
 * (and repeats no secret). Release with config_clear().
 */
MUST_CHECK enum result config_read(struct config *config, struct error *error);
void config_clear(struct config *config);

/* Writes the variables with their meanings and defaults, for --help. */
void config_print_help(FILE *out);
