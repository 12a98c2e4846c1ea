/* The configuration: environment variables, each checked when the program starts. */
#include "server/config.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "protocol/web_url.h"
#include "server/access/secrets.h"
#include "server/http/octet.h"

enum { FIELD_NAME_MAX_BYTES = 64, RETENTION_MIN_DAYS = 16, SEGMENT_CLOSE_S = 3600 };

/* One variable, and the field of struct config that it sets. */
struct variable {
    const char *name;
    const char *fallback; /* what it is when it is not set; "" = nothing */
    const char *meaning;
    /* Sets the field, zero so far, from `value`, which is not empty. */
    enum result (*read)(const struct variable *variable, const char *value, void *field,
                        struct error *error);
    size_t offset;
    size_t bytes; /* of the field */
    uint64_t min; /* of a number */
    uint64_t max;
};

static enum result read_text(const struct variable *variable, const char *value, void *field,
                             struct error *error)
{
    (void)error;
    assert(variable->bytes == sizeof value);
    *(const char **)field = value;
    return RESULT_OK;
}

static enum result read_number(const struct variable *variable, const char *value, void *field,
                               struct error *error)
{
    char *end;
    errno = 0;
    uint64_t number = strtoull(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 || number < variable->min ||
        number > variable->max)
        return error_set(error, RESULT_INVALID, "%s must be a whole number from %llu to %llu",
                         variable->name, (unsigned long long)variable->min,
                         (unsigned long long)variable->max);
    if (variable->bytes == sizeof(uint16_t))
        *(uint16_t *)field = (uint16_t)number;
    else if (variable->bytes == sizeof(uint32_t))
        *(uint32_t *)field = (uint32_t)number;
    else
        *(uint64_t *)field = number;
    return RESULT_OK;
}

/* Events of 14 days ago still come, and count once. */
static enum result read_retention(const struct variable *variable, const char *value, void *field,
                                  struct error *error)
{
    uint32_t days = 0;
    assert(variable->bytes == sizeof days);
    if (read_number(variable, value, &days, error) != RESULT_OK ||
        (days > 0 && days < RETENTION_MIN_DAYS))
        return error_set(error, RESULT_INVALID, "%s must be 0 or a whole number from %d to %llu",
                         variable->name, RETENTION_MIN_DAYS, (unsigned long long)variable->max);
    *(uint32_t *)field = days;
    return RESULT_OK;
}

static enum result read_switch(const struct variable *variable, const char *value, void *field,
                               struct error *error)
{
    bool *on = field;
    *on = strcmp(value, "1") == 0;
    if (!*on && strcmp(value, "0") != 0)
        return error_set(error, RESULT_INVALID, "%s must be 0 or 1", variable->name);
    return RESULT_OK;
}

static enum result read_address(const struct variable *variable, const char *value, void *field,
                                struct error *error)
{
    struct address address;
    if (address_parse(value, strlen(value), &address) != RESULT_OK)
        return error_set(error, RESULT_INVALID, "%s must be an IPv4 or IPv6 address",
                         variable->name);
    return read_text(variable, value, field, error);
}

static enum result read_blocks(const struct variable *variable, const char *value, void *field,
                               struct error *error)
{
    struct peer_list *peers = field;
    for (value += strspn(value, ", "); *value != '\0'; value += strspn(value, ", ")) {
        size_t length = strcspn(value, ", ");
        if (peers->count == PEER_LIST_MAX)
            return error_set(error, RESULT_INVALID, "%s has more than %d entries", variable->name,
                             PEER_LIST_MAX);
        if (address_block_parse(value, length, &peers->blocks[peers->count]) != RESULT_OK)
            return error_set(error, RESULT_INVALID,
                             "%s: entry %zu is no address and no CIDR block (bits after the prefix "
                             "must be 0)",
                             variable->name, peers->count + 1);
        peers->count++;
        value += length;
    }
    return RESULT_OK;
}

static enum result read_field_name(const struct variable *variable, const char *value, void *field,
                                   struct error *error)
{
    size_t bytes = 0;
    while (bytes < FIELD_NAME_MAX_BYTES && http_is_token_byte(value[bytes]))
        bytes++;
    if (value[bytes] != '\0')
        return error_set(error, RESULT_INVALID, "%s must be the name of a header, at most %d bytes",
                         variable->name, FIELD_NAME_MAX_BYTES);
    return read_text(variable, value, field, error);
}

/* What clients reach the server under: an origin, perhaps with a path. Slashes at its end are not
 * part of it. */
static enum result read_public_url(const struct variable *variable, const char *value, void *field,
                                   struct error *error)
{
    size_t bytes = strlen(value);
    while (bytes > 0 && value[bytes - 1] == '/')
        bytes--;
    if (bytes >= variable->bytes || !web_url_is_target(value) ||
        value[strcspn(value, "?#@ \"<>")] != '\0')
        return error_set(error, RESULT_INVALID,
                         "%s must be an http or https URL without user, query and fragment, under "
                         "%zu bytes",
                         variable->name, variable->bytes);
    memcpy(field, value, bytes);
    return RESULT_OK;
}

static enum result read_bearer(const struct variable *variable, const char *value, void *field,
                               struct error *error)
{
    if (access_token_check(variable->name, value, error) != RESULT_OK)
        return RESULT_INVALID;
    return read_text(variable, value, field, error);
}

static enum result read_place(const struct variable *variable, const char *value, void *field,
                              struct error *error)
{
    if (listen_place_parse(value, field) == RESULT_OK)
        return RESULT_OK;
    return error_set(error, RESULT_INVALID,
                     "%s must be a port, or address:port with an IPv4 address or an IPv6 address "
                     "in brackets",
                     variable->name);
}

static enum result read_hosts(const struct variable *variable, const char *value, void *field,
                              struct error *error)
{
    return host_list_parse(variable->name, value, field, error);
}

static enum result read_anonymize(const struct variable *variable, const char *value, void *field,
                                  struct error *error)
{
    bool *is_on = field;
    *is_on = strcmp(value, "truncate") == 0;
    if (!*is_on && strcmp(value, "none") != 0)
        return error_set(error, RESULT_INVALID, "%s must be none or truncate", variable->name);
    return RESULT_OK;
}

static enum result read_sync(const struct variable *variable, const char *value, void *field,
                             struct error *error)
{
    if (journal_sync_find(value, field))
        return RESULT_OK;
    return error_set(error, RESULT_INVALID, "%s must be always, interval or off", variable->name);
}

static enum result read_log_level(const struct variable *variable, const char *value, void *field,
                                  struct error *error)
{
    if (log_level_parse(value, field) == 0)
        return RESULT_OK;
    return error_set(error, RESULT_INVALID, "%s must be error, warning or warn, info or debug",
                     variable->name);
}

static enum result read_log_format(const struct variable *variable, const char *value, void *field,
                                   struct error *error)
{
    if (log_format_parse(value, field) == 0)
        return RESULT_OK;
    return error_set(error, RESULT_INVALID, "%s must be text or json", variable->name);
}

#define FIELD(name) offsetof(struct config, name), sizeof((struct config *)NULL)->name

/* clang-format off */
static const struct variable variables[] = {
    {"DB_CONN", "", "PostgreSQL, a libpq URI or keywords; without it libpq's own (PGHOST ...)",
     read_text, FIELD(store.db_conn), 0, 0},
    {"DB_CONN_FILE", "", "file that has DB_CONN, read again on SIGHUP",
     read_text, FIELD(values[CONFIG_DB_CONN].path), 0, 0},
    {"DB_READ_CONN", "", "where analytics are asked, as a replica; without it DB_CONN",
     read_text, FIELD(store.db_read_conn), 0, 0},
    {"READER_CONNECTIONS", "2", "questions that the database is asked at a time",
     read_number, FIELD(store.reader_connections), 1, 32},
    {"PORT", "8080", "TCP port to listen on",
     read_number, FIELD(listener.port), 1, 65535},
    {"LISTEN_ADDR", "", "address to listen on; without it all, IPv6 and IPv4",
     read_address, FIELD(listener.address), 0, 0},
    {"JOURNAL_DIR", "/var/lib/video-ad-tracker", "where events lie until the database has them",
     read_text, FIELD(store.journal.directory), 0, 0},
    {"JOURNAL_SYNC", "always",
     "always, interval or off: a power cut loses nothing, a second, or more",
     read_sync, FIELD(store.journal.sync), 0, 0},
    {"JOURNAL_MAX_BYTES", "4294967296", "disk space for the journal, with the file made ahead of need; when it is full: 503",
     read_number, FIELD(store.journal.max_bytes), 65536, UINT64_C(1) << 50},
    {"JOURNAL_KEEP_SECONDS", "600",
     "how long events stay there after they are stored, to be sent again after a failover",
     read_number, FIELD(store.journal.keep_s), 0, 30 * 86400},
    {"QUEUE_MAX_EVENTS", "500000", "waiting events kept in memory; more stay on disk",
     read_number, FIELD(store.queue_max_events), 1, 1000000000},
    {"EVENTS_RETENTION_DAYS", "0", "how long the database keeps single events, 16 at least; 0 = for ever; counts stay",
     read_retention, FIELD(store.events_retention_days), 0, 36500},
    {"ADDRESS_RETENTION_DAYS", "0", "how long the database keeps viewers' addresses; 0 = as long as the events",
     read_number, FIELD(store.address_retention_days), 0, 36500},
    {"SHUTDOWN_GRACE_SECONDS", "10", "time to store what is queued after SIGTERM",
     read_number, FIELD(shutdown_grace_s), 0, 3600},
    {"KEEPALIVE_SECONDS", "75", "how long a connection may be idle between requests",
     read_number, FIELD(keepalive_s), 1, 3600},
    {"TRUSTED_PROXIES", "", "addresses and CIDR blocks whose X-Forwarded-For counts",
     read_blocks, FIELD(trusted_proxies), 0, 0},
    {"IVT_HEADER", "", "header by which TRUSTED_PROXIES mark events as invalid traffic",
     read_field_name, FIELD(ivt_header), 0, 0},
    {"PUBLIC_URL", "", "where players reach this server; without it http://localhost:PORT",
     read_public_url, FIELD(public_url), 0, 0},
    {"TOKEN_SECRET", "",
     "signs trackers, the same for all instances; up to 8 of 32 characters at least, by commas",
     read_text, FIELD(store.token_secret), 0, 0},
    {"TOKEN_SECRET_FILE", "", "file that has TOKEN_SECRET, read again on SIGHUP",
     read_text, FIELD(values[CONFIG_TOKEN_SECRET].path), 0, 0},
    {"TOKEN_TTL_SECONDS", "86400", "how long an ad's trackers count as valid after it was served, at most 14 days",
     read_number, FIELD(token_ttl_s), 1, 14 * 86400},
    {"ADMIN_TOKEN", "", "bearer that may change ads, and read all; 24 characters at least",
     read_bearer, FIELD(admin_token), 0, 0},
    {"ADMIN_TOKEN_FILE", "", "file that has ADMIN_TOKEN, read again on SIGHUP",
     read_text, FIELD(values[CONFIG_ADMIN_TOKEN].path), 0, 0},
    {"READ_TOKEN", "", "bearer that may read what is operators', which needs none without it; 24 characters at least",
     read_bearer, FIELD(read_token), 0, 0},
    {"READ_TOKEN_FILE", "", "file that has READ_TOKEN, read again on SIGHUP",
     read_text, FIELD(values[CONFIG_READ_TOKEN].path), 0, 0},
    {"OPS_LISTEN", "", "[address:]port of operators' routes, loopback without an address; without it they are on PORT",
     read_place, FIELD(ops_listen), 0, 0},
    {"OPS_HOSTS", "", "names under which OPS_LISTEN is reached, besides localhost and addresses; by commas, without ports",
     read_hosts, FIELD(ops_hosts), 0, 0},
    {"SSAI_PEERS", "", "ad-inserting servers whose X-Device-IP and X-Device-User-Agent count",
     read_blocks, FIELD(ssai_peers), 0, 0},
    {"IP_ANONYMIZE", "none", "none, or truncate: of viewers' addresses only the /24 or, of IPv6, the /48 is kept",
     read_anonymize, FIELD(hides_addresses), 0, 0},
    {"REUSE_PORT", "0", "1 = several instances share the port (SO_REUSEPORT)",
     read_switch, FIELD(listener.reuse_port), 0, 0},
    {"SAMPLE_DATA", "0", "1 = five sample ads and clicks into an empty database",
     read_switch, FIELD(store.sample_data), 0, 0},
    {"LOG_LEVEL", "info", "error, warning or warn, info or debug",
     read_log_level, FIELD(log_level), 0, 0},
    {"LOG_LEVEL_FILE", "", "file that has LOG_LEVEL, read again on SIGHUP",
     read_text, FIELD(values[CONFIG_LOG_LEVEL].path), 0, 0},
    {"LOG_FORMAT", "text", "text, or json: an object a line",
     read_log_format, FIELD(log_format), 0, 0},
};
/* clang-format on */

enum { VARIABLES = sizeof variables / sizeof variables[0] };

bool config_variable_at(size_t index, struct config_variable *variable)
{
    if (index >= VARIABLES)
        return false;
    *variable = (struct config_variable){variables[index].name, variables[index].fallback,
                                         variables[index].meaning};
    return true;
}

/* An empty variable counts as unset. */
static const char *value_of(const struct variable *variable)
{
    const char *value = getenv(variable->name);
    return value == NULL || value[0] == '\0' ? variable->fallback : value;
}

enum result config_set(struct config *config, const char *name, const char *value,
                       struct error *error)
{
    size_t i = 0;
    while (i < VARIABLES && strcmp(variables[i].name, name) != 0)
        i++;
    assert(i < VARIABLES);
    return variables[i].read(&variables[i], value, (char *)config + variables[i].offset, error);
}

enum result config_read(struct config *config, struct error *error)
{
    *config = (struct config){0};
    for (size_t i = 0; i < VARIABLES; i++) {
        const char *value = value_of(&variables[i]);
        void *field = (char *)config + variables[i].offset;
        if (value[0] == '\0' || variables[i].read(&variables[i], value, field, error) == RESULT_OK)
            continue;
        *config = (struct config){0};
        return RESULT_INVALID;
    }
    if (access_tokens_check(config->admin_token, config->read_token, error) != RESULT_OK) {
        *config = (struct config){0};
        return RESULT_INVALID;
    }
    config->is_public_url_set = config->public_url[0] != '\0';
    config_guess_public_url(config);
    config->store.public_url = config->public_url;
    config->store.journal.close_s = SEGMENT_CLOSE_S;
    return RESULT_OK;
}

void config_guess_public_url(struct config *config)
{
    if (!config->is_public_url_set)
        (void)snprintf(config->public_url, sizeof config->public_url, "http://localhost:%u",
                       config->listener.port);
}

/* Browsers take the loopback's http for safe, and no other on a page of https. */
static bool is_safe(const char *url)
{
    static const char *const loopback[] = {"localhost", "127.0.0.1", "[::1]"};
    if (web_url_is_https(url))
        return true;
    const char *host = strstr(url, "//") + 2;
    for (size_t i = 0; i < sizeof loopback / sizeof loopback[0]; i++) {
        size_t bytes = strlen(loopback[i]);
        if (strncasecmp(host, loopback[i], bytes) == 0 && strchr(":/", host[bytes]) != NULL)
            return true;
    }
    return false;
}

const char *config_public_url_doubt(const struct config *config)
{
    if (!config->is_public_url_set)
        return "PUBLIC_URL is not set: documents point to localhost, which only this machine's "
               "players reach";
    return is_safe(config->public_url)
               ? NULL
               : "PUBLIC_URL is http: pages of https block trackers and clicks that point there";
}
