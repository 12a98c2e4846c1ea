/* The registry: families and their series, in lists that keep the order and the addresses. */
#include "metrics/metrics.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/process.h"
#include "metrics/registry.h"
#include "metrics/text.h"
#include "protocol/utf8.h"

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:"

void *metrics_alloc(size_t bytes)
{
    void *memory = calloc(1, bytes);
    if (memory == NULL)
        abort();
    return memory;
}

struct line_start line_start_format(const char *format, ...)
{
    struct line_start line = {0};
    va_list args;
    va_start(args, format);
    int length = vasprintf(&line.bytes, format, args);
    va_end(args);
    if (length < 0)
        abort();
    line.length = (size_t)length;
    return line;
}

struct metrics *metrics_new(void)
{
    return metrics_alloc(sizeof(struct metrics));
}

static void series_free(struct series *series)
{
    histogram_free(series->histogram);
    free(series->line.bytes);
    free(series->count_line.bytes);
    free(series->labels);
    free(series);
}

static void family_free(struct family *family)
{
    for (struct series *series = family->first, *next; series != NULL; series = next) {
        next = series->next;
        series_free(series);
    }
    free(family->header.bytes);
    free(family->name);
    free(family);
}

void metrics_free(struct metrics *metrics)
{
    if (metrics == NULL)
        return;
    for (struct family *family = metrics->first, *next; family != NULL; family = next) {
        next = family->next;
        family_free(family);
    }
    process_free(metrics->process);
    free(metrics);
}

static struct line_start header_format(const char *name, const char *help, enum family_type type)
{
    static const char *const TYPES[] = {"counter", "gauge", "histogram"};
    struct metrics_text escaped;
    size_t length = 0;
    metrics_text_init(&escaped, strlen(help) + 1);
    for (const char *at = help; *at != '\0'; at++) {
        if (*at == '\n')
            metrics_text_append(&escaped, "\\n", 2);
        else if (*at == '\\')
            metrics_text_append(&escaped, "\\\\", 2);
        else
            metrics_text_append(&escaped, at, 1);
    }
    char *text = metrics_text_finish(&escaped, &length);
    struct line_start header =
        line_start_format("# HELP %s %s\n# TYPE %s %s\n", name, text, name, TYPES[type]);
    free(text);
    return header;
}

struct family *registry_family(struct metrics *metrics, const char *name, const char *help,
                               enum family_type type)
{
    for (struct family *family = metrics->first; family != NULL; family = family->next) {
        if (strcmp(family->name, name) == 0) {
            assert(family->type == type);
            return family;
        }
    }
    assert(strspn(name, NAME_LETTERS) > 0);
    assert(name[strspn(name, NAME_LETTERS "0123456789")] == '\0');
    struct family *family = metrics_alloc(sizeof(*family));
    family->name = line_start_format("%s", name).bytes;
    family->type = type;
    family->header = header_format(name, help, type);
    if (metrics->last == NULL)
        metrics->first = family;
    else
        metrics->last->next = family;
    metrics->last = family;
    return family;
}

struct series *registry_series(struct family *family, const char *labels)
{
    for (struct series *series = family->first; series != NULL; series = series->next) {
        if (strcmp(series->labels, labels) == 0)
            return series;
    }
    struct series *series = metrics_alloc(sizeof(*series));
    series->labels = line_start_format("%s", labels).bytes;
    if (family->last == NULL)
        family->first = series;
    else
        family->last->next = series;
    family->last = series;
    return series;
}

static struct series *add_value(struct metrics *metrics, const char *name, const char *help,
                                const char *labels, enum family_type type)
{
    struct series *series = registry_series(registry_family(metrics, name, help, type), labels);
    if (series->line.bytes == NULL)
        series->line = *labels == '\0' ? line_start_format("%s ", name)
                                       : line_start_format("%s{%s} ", name, labels);
    return series;
}

struct counter *metrics_counter(struct metrics *metrics, const char *name, const char *help,
                                const char *labels)
{
    struct series *series = add_value(metrics, name, help, labels, FAMILY_COUNTER);
    assert(series->reader.read == NULL);
    return &series->counter;
}

void metrics_gauge(struct metrics *metrics, const char *name, const char *help, const char *labels,
                   gauge_read_fn read, void *arg)
{
    struct series *series = add_value(metrics, name, help, labels, FAMILY_GAUGE);
    series->reader = (struct reader){.read = read, .arg = arg};
}

static double read_one(void *arg)
{
    (void)arg;
    return 1;
}

void metrics_info(struct metrics *metrics, const char *name, const char *help, const char *labels)
{
    metrics_gauge(metrics, name, help, labels, read_one, NULL);
}

void metrics_counter_read(struct metrics *metrics, const char *name, const char *help,
                          const char *labels, gauge_read_fn read, void *arg)
{
    struct series *series = add_value(metrics, name, help, labels, FAMILY_COUNTER);
    series->reader = (struct reader){.read = read, .arg = arg};
}

/* Escapes the character at `*at` into `unit`, moves `*at` past it and returns the unit's length. */
static size_t escape_character(const char **at, const char *end, char unit[4])
{
    /* U+FFFD: one bad byte would fail the whole scrape. */
    static const char REPLACEMENT[] = {'\xEF', '\xBF', '\xBD'};
    char first = **at;
    size_t bytes = utf8_bytes(*at, (size_t)(end - *at));
    if (bytes == 0) {
        memcpy(unit, REPLACEMENT, sizeof(REPLACEMENT));
        *at += 1;
        return sizeof(REPLACEMENT);
    }
    if (first == '\\' || first == '"' || first == '\n') {
        unit[0] = '\\';
        unit[1] = first;
        if (first == '\n')
            unit[1] = 'n';
        *at += 1;
        return 2;
    }
    memcpy(unit, *at, bytes);
    *at += bytes;
    return bytes;
}

size_t metrics_label(char *labels, size_t size, const char *name, const char *value)
{
    size_t used = strlen(name) + 2;
    if (size > 0)
        labels[0] = '\0';
    if (used + 2 > size)
        return 0;
    memcpy(labels, name, used - 2);
    memcpy(labels + used - 2, "=\"", 2);
    for (const char *end = value + strlen(value); value < end;) {
        char unit[4];
        size_t length = escape_character(&value, end, unit);
        if (used + length + 2 > size)
            break;
        memcpy(labels + used, unit, length);
        used += length;
    }
    memcpy(labels + used, "\"", 2);
    return used + 1;
}
