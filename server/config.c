/* The configuration: environment variables, each checked when the program starts. */
#include "server/config.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TRUSTED_PROXIES_MAX = 256 };

static const struct {
    const char *name;
    const char *fallback; /* what it is when it is not set; "" = nothing */
    const char *meaning;
} variables[] = {
    {"DB_CONN", "", "PostgreSQL, a libpq URI or keywords; without it libpq's own (PGHOST ...)"},
    {"PORT", "8080", "TCP port to listen on"},
    {"LISTEN_ADDR", "", "address to listen on; without it all, IPv6 and IPv4"},
    {"JOURNAL_DIR", "/var/lib/video-ad-tracker", "where events lie until the database has them"},
    {"JOURNAL_SYNC", "always",
     "always, interval or off: a power cut loses nothing, a second, or more"},
    {"JOURNAL_MAX_BYTES", "4294967296", "disk space for the journal; when it is full: 503"},
    {"JOURNAL_KEEP_SECONDS", "600",
     "how long events stay there after they are stored, to be sent again after a failover"},
    {"QUEUE_MAX_EVENTS", "500000", "waiting events kept in memory; more stay on disk"},
    {"SHUTDOWN_GRACE_SECONDS", "10", "time to store what is queued after SIGTERM"},
    {"TRUSTED_PROXIES", "", "addresses and CIDR blocks whose X-Forwarded-For counts"},
    {"REUSE_PORT", "0", "1 = several instances share the port (SO_REUSEPORT)"},
    {"SAMPLE_DATA", "0", "1 = five sample ads and clicks into an empty database"},
    {"LOG_LEVEL", "info", "error, warning, info or debug"},
};

enum { VARIABLES = sizeof variables / sizeof variables[0] };

void config_print_help(FILE *out)
{
    for (size_t i = 0; i < VARIABLES; i++)
        (void)fprintf(out, "  %-24s %s%s%s%s\n", variables[i].name, variables[i].meaning,
                      variables[i].fallback[0] == '\0' ? "" : " (", variables[i].fallback,
                      variables[i].fallback[0] == '\0' ? "" : ")");
}

/* The variable, or its default: an empty one counts as unset. "" when there is neither. */
static const char *get(const char *name)
{
    const char *value = getenv(name);
    if (value != NULL && value[0] != '\0')
        return value;
    size_t i = 0;
    while (i < VARIABLES && strcmp(variables[i].name, name) != 0)
        i++;
    assert(i < VARIABLES);
    return variables[i].fallback;
}

/* The same; NULL when there is neither. */
static char *get_copy(const char *name)
{
    const char *value = get(name);
    if (value[0] == '\0')
        return NULL;
    char *copy = strdup(value);
    if (copy == NULL)
        abort();
    return copy;
}

static enum result read_number(const char *name, uint64_t min, uint64_t max, uint64_t *number,
                               struct error *error)
{
    const char *value = get(name);
    char *end;
    errno = 0;
    *number = strtoull(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 || *number < min ||
        *number > max)
        return error_set(error, RESULT_INVALID, "%s must be a whole number from %llu to %llu", name,
                         (unsigned long long)min, (unsigned long long)max);
    return RESULT_OK;
}

static enum result read_switch(const char *name, bool *on, struct error *error)
{
    const char *value = get(name);
    *on = strcmp(value, "1") == 0;
    if (!*on && strcmp(value, "0") != 0)
        return error_set(error, RESULT_INVALID, "%s must be 0 or 1", name);
    return RESULT_OK;
}

static enum result read_trusted_proxies(struct config *config, struct error *error)
{
    const char *list = get("TRUSTED_PROXIES");
    if (list[0] == '\0')
        return RESULT_OK;
    config->trusted_proxies = calloc(TRUSTED_PROXIES_MAX, sizeof *config->trusted_proxies);
    if (config->trusted_proxies == NULL)
        abort();
    for (list += strspn(list, ", "); *list != '\0'; list += strspn(list, ", ")) {
        size_t length = strcspn(list, ", ");
        if (config->trusted_proxy_count == TRUSTED_PROXIES_MAX)
            return error_set(error, RESULT_INVALID, "TRUSTED_PROXIES has more than %d entries",
                             TRUSTED_PROXIES_MAX);
        if (address_block_parse(list, length,
                                &config->trusted_proxies[config->trusted_proxy_count]) != RESULT_OK)
            return error_set(error, RESULT_INVALID,
                             "TRUSTED_PROXIES: entry %zu is no address and no CIDR block (bits "
                             "after the prefix must be 0)",
                             config->trusted_proxy_count + 1);
        config->trusted_proxy_count++;
        list += length;
    }
    return RESULT_OK;
}

static enum result read_listener(struct config *config, struct error *error)
{
    uint64_t port;
    enum result result = read_number("PORT", 1, 65535, &port, error);
    if (result != RESULT_OK)
        return result;
    config->port = (uint16_t)port;
    config->listen_addr = get_copy("LISTEN_ADDR");
    struct address address;
    if (config->listen_addr != NULL &&
        address_parse(config->listen_addr, strlen(config->listen_addr), &address) != RESULT_OK)
        return error_set(error, RESULT_INVALID, "LISTEN_ADDR must be an IPv4 or IPv6 address");
    return read_switch("REUSE_PORT", &config->reuse_port, error);
}

static enum result read_sync(enum journal_sync *sync, struct error *error)
{
    if (journal_sync_find(get("JOURNAL_SYNC"), sync))
        return RESULT_OK;
    return error_set(error, RESULT_INVALID, "JOURNAL_SYNC must be always, interval or off");
}

static enum result read_journal(struct config *config, struct error *error)
{
    uint64_t keep_s = 0;
    config->journal_dir = get_copy("JOURNAL_DIR");
    enum result result = read_sync(&config->journal_sync, error);
    if (result == RESULT_OK)
        result = read_number("JOURNAL_MAX_BYTES", 65536, UINT64_C(1) << 50,
                             &config->journal_max_bytes, error);
    if (result == RESULT_OK)
        result = read_number("JOURNAL_KEEP_SECONDS", 0, 30 * 86400, &keep_s, error);
    config->journal_keep_s = (uint32_t)keep_s;
    return result;
}

enum result config_read(struct config *config, struct error *error)
{
    *config = (struct config){0};
    uint64_t grace_s = 0;
    config->db_conn = get_copy("DB_CONN");
    enum result result = read_listener(config, error);
    if (result == RESULT_OK)
        result = read_journal(config, error);
    if (result == RESULT_OK)
        result = read_number("QUEUE_MAX_EVENTS", 1, 1000000000, &config->queue_max_events, error);
    if (result == RESULT_OK)
        result = read_number("SHUTDOWN_GRACE_SECONDS", 0, 3600, &grace_s, error);
    if (result == RESULT_OK)
        result = read_trusted_proxies(config, error);
    if (result == RESULT_OK)
        result = read_switch("SAMPLE_DATA", &config->sample_data, error);
    if (result == RESULT_OK && log_level_parse(get("LOG_LEVEL"), &config->log_level) != 0)
        result =
            error_set(error, RESULT_INVALID, "LOG_LEVEL must be error, warning, info or debug");
    config->shutdown_grace_ms = (uint32_t)grace_s * 1000;
    if (result != RESULT_OK)
        config_clear(config);
    return result;
}

void config_clear(struct config *config)
{
    free(config->db_conn);
    free(config->listen_addr);
    free(config->journal_dir);
    free(config->trusted_proxies);
    *config = (struct config){0};
}
