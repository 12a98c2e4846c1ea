/* DB_CONN taken apart. */
#include "store/database/target.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "protocol/digits.h"
#include "protocol/memory.h"
#include "store/database/addresses.h"
#include "store/database/precedence.h"

enum { ARGUMENTS_MAX = 96 }; /* libpq knows about 40 keywords */

static size_t scheme_length(const char *conninfo)
{
    static const char *const schemes[] = {"postgresql://", "postgres://"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (strncmp(conninfo, schemes[i], strlen(schemes[i])) == 0)
            return strlen(schemes[i]);
    }
    return 0;
}

char *db_target_normalize(const char *conninfo)
{
    size_t scheme = scheme_length(conninfo);
    const char *end = conninfo + scheme + strcspn(conninfo + scheme, "/?#");
    const char *last = scheme == 0 ? NULL : memrchr(conninfo, '@', (size_t)(end - conninfo));
    char *normal = memory_resized(NULL, 3 * strlen(conninfo) + 1);
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

static size_t count_elements(const char *list)
{
    size_t count = 1;
    for (; list != NULL && (list = strchr(list, ',')) != NULL; list++)
        count++;
    return count;
}

/* Copies the element at `index` of a comma-separated list; NULL for what is empty or missing. */
static char *copy_element(const char *list, size_t index)
{
    for (; list != NULL && index > 0; index--) {
        const char *comma = strchr(list, ',');
        list = comma == NULL ? NULL : comma + 1;
    }
    size_t length = list == NULL ? 0 : strcspn(list, ",");
    return length == 0 ? NULL : memory_copy_bytes(list, length);
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
    target->hosts = memory_zeroed_array(count, sizeof *target->hosts);
    target->host_count = count;
    for (size_t i = 0; i < count; i++) {
        struct db_host *entry = &target->hosts[i];
        entry->name = copy_element(host, i);
        if (entry->name == NULL)
            entry->name = memory_copy_text("");
        entry->address = copy_element(hostaddr, i);
        entry->port = copy_element(port, port_count == 1 ? 0 : i);
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

static bool is_of_hosts(const char *keyword)
{
    return strcmp(keyword, "host") == 0 || strcmp(keyword, "hostaddr") == 0 ||
           strcmp(keyword, "port") == 0;
}

static void read_parameters(struct db_target *target, const PQconninfoOption *options)
{
    size_t capacity = 0;
    while (options[capacity].keyword != NULL)
        capacity++;
    target->parameters = memory_zeroed_array(capacity + 1, sizeof *target->parameters);
    for (; options->keyword != NULL; options++) {
        if (options->val == NULL || is_of_hosts(options->keyword))
            continue;
        struct db_parameter *parameter = &target->parameters[target->parameter_count++];
        parameter->keyword = memory_copy_text(options->keyword);
        parameter->value = memory_copy_text(options->val);
    }
}

enum result db_target_init(struct db_target *target, const char *conninfo, struct error *error)
{
    *target = (struct db_target){0};
    char *normal = db_target_normalize(conninfo == NULL ? "" : conninfo);
    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(normal, &message);
    free(normal);
    if (options == NULL) {
        enum result refused = refuse(error, message);
        PQfreemem(message);
        return refused;
    }
    target->precedence = memory_zeroed(sizeof *target->precedence);
    TAILQ_INIT(target->precedence);
    /* libpq would read the service's host by itself, and resolve it blocking. */
    if (find_value(options, "service") != NULL)
        (void)setenv("PGSERVICE", find_value(options, "service"), 1);
    PQconninfoOption *defaults = PQconndefaults();
    const char *host = find_value(options, "host");
    const char *hostaddr = find_value(options, "hostaddr");
    const char *port = find_value(options, "port");
    if (host == NULL && hostaddr == NULL) {
        host = find_value(defaults, "host");
        hostaddr = find_value(defaults, "hostaddr");
    }
    if (port == NULL)
        port = find_value(defaults, "port");
    enum result result = read_hosts(target, host, hostaddr, port, error);
    read_parameters(target, options);
    PQconninfoFree(options);
    PQconninfoFree(defaults);
    if (result != RESULT_OK)
        db_target_clear(target);
    return result;
}

void db_target_copy(struct db_target *copy, const struct db_target *target)
{
    *copy = *target;
    copy->precedence = NULL;
    copy->hosts = memory_zeroed_array(target->host_count, sizeof *copy->hosts);
    copy->parameters = memory_zeroed_array(target->parameter_count + 1, sizeof *copy->parameters);
    for (size_t i = 0; i < target->host_count; i++) {
        copy->hosts[i].name = memory_copy_text(target->hosts[i].name);
        copy->hosts[i].address = memory_copy_text(target->hosts[i].address);
        copy->hosts[i].port = memory_copy_text(target->hosts[i].port);
    }
    for (size_t i = 0; i < target->parameter_count; i++) {
        copy->parameters[i].keyword = memory_copy_text(target->parameters[i].keyword);
        copy->parameters[i].value = memory_copy_text(target->parameters[i].value);
    }
}

void db_target_replace(struct db_target *target, struct db_target *by)
{
    struct db_precedence *precedence = target->precedence;
    target->precedence = by->precedence;
    db_target_clear(target);
    *target = *by;
    target->precedence = precedence;
}

void db_target_clear(struct db_target *target)
{
    for (size_t i = 0; i < target->host_count; i++) {
        free(target->hosts[i].name);
        free(target->hosts[i].address);
        free(target->hosts[i].port);
    }
    for (size_t i = 0; i < target->parameter_count; i++) {
        free(target->parameters[i].keyword);
        free(target->parameters[i].value);
    }
    free(target->hosts);
    free(target->parameters);
    free(target->precedence);
    *target = (struct db_target){0};
}

/* libpq's lists, comma-separated: an address stands at the same place of each. */
struct lists {
    char *hosts;
    char *addresses;
    char *ports;
};

static struct lists lists_new(const struct db_address *addresses, size_t count)
{
    struct lists lists;
    size_t bytes[3];
    FILE *hosts = memory_required(open_memstream(&lists.hosts, &bytes[0]));
    FILE *numbers = memory_required(open_memstream(&lists.addresses, &bytes[1]));
    FILE *ports = memory_required(open_memstream(&lists.ports, &bytes[2]));
    for (size_t i = 0; i < count; i++) {
        const char *comma = i == 0 ? "" : ",";
        (void)fprintf(hosts, "%s%s", comma, addresses[i].host);
        (void)fprintf(numbers, "%s%s", comma, addresses[i].address);
        (void)fprintf(ports, "%s%s", comma, addresses[i].port);
    }
    if (fclose(hosts) != 0 || fclose(numbers) != 0 || fclose(ports) != 0)
        memory_exhausted(0);
    return lists;
}

static void lists_free(struct lists *lists)
{
    free(lists->hosts);
    free(lists->addresses);
    free(lists->ports);
}

/* What PQconnectStartParams() takes: two arrays, NULL behind the last. */
struct arguments {
    const char *keywords[ARGUMENTS_MAX + 1];
    const char *values[ARGUMENTS_MAX + 1];
    size_t count;
};

static void add_argument(struct arguments *arguments, const char *keyword, const char *value)
{
    assert(arguments->count < ARGUMENTS_MAX);
    arguments->keywords[arguments->count] = keyword;
    arguments->values[arguments->count++] = value;
}

/* Ours come first: of a keyword that comes twice libpq takes the last, so that DB_CONN wins. */
PGconn *db_target_connect(const struct db_target *target, const struct db_address *addresses,
                          size_t count)
{
    static const struct {
        const char *keyword;
        const char *value;
    } defaults[] = {
        {"gssencmode", "disable"}, {"tcp_user_timeout", "8000"},
        {"keepalives_idle", "5"},  {"keepalives_interval", "2"},
        {"keepalives_count", "2"}, {"fallback_application_name", "video-ad-tracker"},
    };
    struct lists lists = lists_new(addresses, count);
    struct arguments arguments = {0};
    add_argument(&arguments, "host", lists.hosts);
    add_argument(&arguments, "hostaddr", lists.addresses);
    add_argument(&arguments, "port", lists.ports);
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
        add_argument(&arguments, defaults[i].keyword, defaults[i].value);
    for (size_t i = 0; i < target->parameter_count; i++)
        add_argument(&arguments, target->parameters[i].keyword, target->parameters[i].value);
    PGconn *pg = PQconnectStartParams(arguments.keywords, arguments.values, 0);
    lists_free(&lists);
    (void)PQsetErrorVerbosity(pg, PQERRORS_VERBOSE);
    return pg;
}
