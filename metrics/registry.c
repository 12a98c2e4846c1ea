/* The registry: families and their series, in lists that keep the order and the addresses. */
#include "metrics/registry.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/text.h"
#include "protocol/memory.h"

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:"

struct line_start line_start_format(const char *format, ...)
{
    struct line_start line = {0};
    va_list args;
    va_start(args, format);
    int length = vasprintf(&line.bytes, format, args);
    va_end(args);
    if (length < 0)
        memory_exhausted(0);
    line.length = (size_t)length;
    return line;
}

struct metrics *metrics_new(void)
{
    return memory_zeroed(sizeof(struct metrics));
}

static void histogram_free(struct histogram *histogram)
{
    if (histogram == NULL)
        return;
    for (size_t i = 0; i <= histogram->count; i++)
        free(histogram->buckets[i].line.bytes);
    free(histogram);
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
    if (metrics->source.free != NULL)
        metrics->source.free(metrics->source.arg);
    free(metrics);
}

void registry_before_render(struct metrics *metrics, struct source source)
{
    assert(metrics->source.read == NULL);
    metrics->source = source;
}

static struct line_start header_format(const char *name, const char *help, enum family_type type)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
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
        line_start_format("# HELP %s %s\n# TYPE %s %s\n", name, text, name, types[type]);
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
    struct family *family = memory_zeroed(sizeof *family);
    family->name = memory_copy_text(name);
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
    struct series *series = memory_zeroed(sizeof *series);
    series->labels = memory_copy_text(labels);
    if (family->last == NULL)
        family->first = series;
    else
        family->last->next = series;
    family->last = series;
    return series;
}
