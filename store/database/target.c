/* DB_CONN taken apart. */
#include "store/database/target.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "protocol/digits.h"

static char *copy_text(const char *text)
{
    char *copy = text == NULL ? NULL : strdup(text);
    if (text != NULL && copy == NULL)
        abort();
    return copy;
}

char *db_target_normalize(const char *conninfo)
{
    size_t scheme = strncmp(conninfo, "postgresql://", 13) == 0 ? 13
                    : strncmp(conninfo, "postgres://", 11) == 0 ? 11
                                                                : 0;
    const char *end = conninfo + scheme + strcspn(conninfo + scheme, "/?#");
    const char *last = scheme == 0 ? NULL : memrchr(conninfo, '@', (size_t)(end - conninfo));
    char *normal = malloc(3 * strlen(conninfo) + 1);
    if (normal == NULL)
        abort();
    char *out = normal;
    for (const char *c = conninfo; *c != '\0'; c++) {
        if (*c == '@' && c < last)
            out = stpcpy(out, "%40");
        else
            *out++ = *c;
    }
    *out = '\0';
    return normal;
}

/* Cuts the next element off a comma-separated list; NULL for what is empty or missing. */
static char *next_element(const char **list)
{
    if (*list == NULL)
        return NULL;
    size_t length = strcspn(*list, ",");
    char *element = length == 0 ? NULL : strndup(*list, length);
    if (length > 0 && element == NULL)
        abort();
    *list = (*list)[length] == ',' ? *list + length + 1 : NULL;
    return element;
}

static size_t count_elements(const char *list)
{
    size_t count = 1;
    for (; list != NULL && (list = strchr(list, ',')) != NULL; list++)
        count++;
    return count;
}

static bool is_port(const char *port)
{
    uint64_t number;
    return digits_read(port, strlen(port), 5, &number) && number > 0 && number <= 65535;
}

static enum result read_hosts(struct db_target *target, const char *host, const char *hostaddr,
                              const char *port, struct error *error)
{
    size_t count = count_elements(host);
    if (host == NULL && hostaddr != NULL)
        count = count_elements(hostaddr);
    if (host != NULL && hostaddr != NULL && count_elements(hostaddr) != count)
        return error_set(error, RESULT_INVALID, "it names %zu hosts and %zu hostaddr values", count,
                         count_elements(hostaddr));
    size_t port_count = count_elements(port);
    if (port_count != 1 && port_count != count)
        return error_set(error, RESULT_INVALID, "it names %zu hosts and %zu ports", count,
                         port_count);
    const char *only_port = port_count == 1 ? port : NULL;
    target->hosts = calloc(count, sizeof *target->hosts);
    if (target->hosts == NULL)
        abort();
    target->host_count = count;
    for (size_t i = 0; i < count; i++) {
        struct db_host *entry = &target->hosts[i];
        entry->name = next_element(&host);
        if (entry->name == NULL)
            entry->name = copy_text("");
        entry->address = next_element(&hostaddr);
        entry->port =
            only_port != NULL ? next_element(&(const char *){only_port}) : next_element(&port);
        if (entry->port != NULL && !is_port(entry->port))
            return error_set(error, RESULT_INVALID, "the port of host %zu is no port number",
                             i + 1);
    }
    return RESULT_OK;
}

/*
 * Nothing of libpq's own message passes: it repeats parts of the string, and what it takes for the
 * name of an option may be the rest of a password with a blank or a question mark in it.
 */
static enum result refuse(struct error *error, const char *message)
{
    bool is_option = message != NULL && (strstr(message, "connection option") != NULL ||
                                         strstr(message, "query parameter") != NULL);
    if (is_option)
        return error_set(error, RESULT_INVALID,
                         "it has a parameter that libpq does not know, or a password that needs "
                         "quotes or percent-encoding");
    return error_set(error, RESULT_INVALID,
                     "it is neither a URI such as postgres://user:password@host:5432/database "
                     "nor keywords such as host=db1 dbname=ads");
}

static const char *find_value(const PQconninfoOption *options, const char *keyword)
{
    for (; options != NULL && options->keyword != NULL; options++) {
        if (strcmp(options->keyword, keyword) == 0)
            return options->val != NULL && options->val[0] != '\0' ? options->val : NULL;
    }
    return NULL;
}

static void read_parameters(struct db_target *target, const PQconninfoOption *options)
{
    size_t capacity = 0;
    while (options[capacity].keyword != NULL)
        capacity++;
    target->keywords = calloc(capacity + 1, sizeof *target->keywords);
    target->values = calloc(capacity + 1, sizeof *target->values);
    if (target->keywords == NULL || target->values == NULL)
        abort();
    for (; options->keyword != NULL; options++) {
        bool is_host = strcmp(options->keyword, "host") == 0 ||
                       strcmp(options->keyword, "hostaddr") == 0 ||
                       strcmp(options->keyword, "port") == 0;
        if (options->val == NULL || is_host)
            continue;
        target->keywords[target->parameter_count] = copy_text(options->keyword);
        target->values[target->parameter_count++] = copy_text(options->val);
    }
}

enum result db_target_init(struct db_target *target, const char *conninfo, struct error *error)
{
    *target = (struct db_target){0};
    char *normal = db_target_normalize(conninfo == NULL ? "" : conninfo);
    char *message = NULL;
    PQconninfoOption *given = PQconninfoParse(normal, &message);
    free(normal);
    if (given == NULL) {
        enum result refused = refuse(error, message);
        PQfreemem(message);
        return refused;
    }
    /* libpq would read the service's host by itself, and resolve it blocking. */
    if (find_value(given, "service") != NULL)
        (void)setenv("PGSERVICE", find_value(given, "service"), 1);
    PQconninfoOption *defaults = PQconndefaults();
    const char *host = find_value(given, "host");
    const char *hostaddr = find_value(given, "hostaddr");
    const char *port = find_value(given, "port");
    if (host == NULL && hostaddr == NULL) {
        host = find_value(defaults, "host");
        hostaddr = find_value(defaults, "hostaddr");
    }
    if (port == NULL)
        port = find_value(defaults, "port");
    enum result result = read_hosts(target, host, hostaddr, port, error);
    read_parameters(target, given);
    PQconninfoFree(given);
    PQconninfoFree(defaults);
    if (result != RESULT_OK)
        db_target_clear(target);
    return result;
}

void db_target_clear(struct db_target *target)
{
    for (size_t i = 0; i < target->host_count; i++) {
        free(target->hosts[i].name);
        free(target->hosts[i].address);
        free(target->hosts[i].port);
    }
    for (size_t i = 0; i < target->parameter_count; i++) {
        free(target->keywords[i]);
        free(target->values[i]);
    }
    free(target->hosts);
    free(target->keywords);
    free(target->values);
    *target = (struct db_target){0};
}

static void ignore_notice(void *arg, const char *message)
{
    (void)arg;
    (void)message;
}

/* Puts what we set first: of a keyword given twice libpq takes the last, so DB_CONN wins. */
PGconn *db_target_connect(const struct db_target *target, const struct db_addresses *found)
{
    enum { OURS = 9, PARAMETERS_MAX = 96 };
    const char *keywords[PARAMETERS_MAX] = {
        "host",
        "hostaddr",
        "port",
        "gssencmode",
        "tcp_user_timeout",
        "keepalives_idle",
        "keepalives_interval",
        "keepalives_count",
        "fallback_application_name",
    };
    const char *values[PARAMETERS_MAX] = {
        found->host, found->hostaddr,    found->port, "disable", "8000", "5", "2",
        "2",         "video-ad-tracker",
    };
    assert(OURS + target->parameter_count < PARAMETERS_MAX);
    for (size_t i = 0; i < target->parameter_count; i++) {
        keywords[OURS + i] = target->keywords[i];
        values[OURS + i] = target->values[i];
    }
    PGconn *pg = PQconnectStartParams(keywords, values, 0);
    if (pg != NULL)
        (void)PQsetNoticeProcessor(pg, ignore_notice, NULL);
    return pg;
}
