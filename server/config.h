/* The configuration: environment variables, each checked when the program starts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metrics/log.h"
#include "protocol/result.h"
#include "server/access/hosts.h"
#include "server/http/client_address.h"
#include "server/http/listen_place.h"
#include "server/http/listener.h"
#include "store/store.h"

enum { PUBLIC_URL_SIZE = 512 };

/* NAME_FILE names the file that has NAME. */
enum config_file {
    CONFIG_ADMIN_TOKEN,
    CONFIG_READ_TOKEN,
    CONFIG_TOKEN_SECRET,
    CONFIG_DB_CONN,
    CONFIG_LOG_LEVEL,
    CONFIG_FILES
};

struct config_value {
    const char *path; /* NULL = it comes from the environment */
    char *text;       /* what the file had; owned */
};

/* Its strings are the environment's, which nothing may change as long as it is used, and those of
 * `values`. */
struct config {
    struct config_value values[CONFIG_FILES]; /* what comes from files (config_files.h) */
    struct store_settings store;
    struct listener_settings listener;
    struct listen_place ops_listen; /* of operators; its port is 0 = at `listener` */
    int ops_passed_fd;              /* as listener_settings' */
    struct host_list ops_hosts;     /* under which names they reach that */
    struct peer_list trusted_proxies;
    const char *ivt_header; /* by which they mark invalid traffic; NULL = none */
    struct peer_list ssai_peers;
    bool hides_addresses; /* of viewers: truncates them before they are kept */
    bool is_public_url_set;
    char public_url[PUBLIC_URL_SIZE]; /* without a slash at its end */
    uint32_t token_ttl_s;
    const char *admin_token; /* NULL = none is accepted */
    const char *read_token;  /* likewise */
    uint32_t keepalive_s;    /* that a connection may be idle between requests */
    uint32_t shutdown_grace_s;
    enum log_level log_level;
    enum log_format log_format;
};

/*
 * Reads the environment, and no file that it names. Returns RESULT_INVALID with an error that names
 * the variable and the fault (and repeats no secret); `*config` is all zeros then. It stays where
 * it is: some of it points to other parts.
 */
MUST_CHECK enum result config_read(struct config *config, struct error *error);

/* Sets one variable, `name`, to `value`, which is not empty and is borrowed. Returns as
 * config_read(), the field unchanged. */
MUST_CHECK enum result config_set(struct config *config, const char *name, const char *value,
                                  struct error *error);

/* Where PUBLIC_URL is not set: what it is then. */
void config_guess_public_url(struct config *config);

/*
 * What is likely not meant, in words; NULL = nothing. PUBLIC_URL that is not set, or whose pages
 * browsers block.
 */
const char *config_public_url_doubt(const struct config *config);

/* What a variable is, for those who read of it (help.h). */
struct config_variable {
    const char *name;
    const char *fallback; /* what it is when it is not set; "" = nothing */
    const char *meaning;
};

/* Describes the variable `index`, in the order of --help; its strings are never freed. Returns
 * false,
 * `*variable` unchanged, where there are no more. */
bool config_variable_at(size_t index, struct config_variable *variable);
