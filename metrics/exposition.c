/* Renders the registry (Prometheus text format 0.0.4) by copying prepared line starts. */
#include "metrics/metrics.h"

#include "metrics/registry.h"
#include "metrics/text.h"

static void append_start(struct metrics_text *text, const struct line_start *line)
{
    metrics_text_append(text, line->bytes, line->length);
}

static void append_integer(struct metrics_text *text, const struct line_start *line, uint64_t value)
{
    append_start(text, line);
    metrics_text_append_integer(text, value);
    metrics_text_append(text, "\n", 1);
}

static void append_number(struct metrics_text *text, const struct line_start *line, double value)
{
    append_start(text, line);
    metrics_text_append_number(text, value);
    metrics_text_append(text, "\n", 1);
}

static void append_histogram(struct metrics_text *text, const struct series *series)
{
    const struct histogram *histogram = series->histogram;
    uint64_t total = 0;
    for (size_t i = 0; i <= histogram->count; i++) {
        total += histogram->buckets[i].observations;
        append_integer(text, &histogram->buckets[i].line, total);
    }
    append_number(text, &series->line, histogram->sum);
    append_integer(text, &series->count_line, total);
}

static void append_series(struct metrics_text *text, const struct series *series)
{
    if (series->histogram != NULL)
        append_histogram(text, series);
    else if (series->reader.read != NULL)
        append_number(text, &series->line, series->reader.read(series->reader.arg));
    else
        append_integer(text, &series->line, series->counter.value);
}

char *metrics_render(struct metrics *metrics, size_t *text_bytes)
{
    struct metrics_text text;
    if (metrics->source.read != NULL)
        metrics->source.read(metrics->source.arg);
    metrics_text_init(&text, metrics->text_bytes + 1024);
    for (const struct family *family = metrics->first; family != NULL; family = family->next) {
        append_start(&text, &family->header);
        for (const struct series *series = family->first; series != NULL; series = series->next)
            append_series(&text, series);
    }
    char *rendered = metrics_text_finish(&text, text_bytes);
    metrics->text_bytes = *text_bytes;
    return rendered;
}
