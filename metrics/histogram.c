/* Histograms: observing is a short search and one addition. */
#include "metrics/metrics.h"

#include <assert.h>
#include <math.h>

#include "metrics/registry.h"
#include "metrics/text.h"
#include "protocol/memory.h"

static struct line_start bucket_line(const char *name, const char *labels, double upper)
{
    char bound[METRICS_NUMBER_BYTES];
    metrics_text_spell(upper, bound);
    const char *comma = *labels == '\0' ? "" : ",";
    return line_start_format("%s_bucket{%s%sle=\"%s\"} ", name, labels, comma, bound);
}

static struct histogram *histogram_new(const char *name, const char *labels, const double *bounds,
                                       size_t count)
{
    struct histogram *histogram =
        memory_zeroed(sizeof *histogram + (count + 1) * sizeof histogram->buckets[0]);
    histogram->count = count;
    for (size_t i = 0; i <= count; i++) {
        double upper = i < count ? bounds[i] : INFINITY;
        assert(i == 0 || upper > bounds[i - 1]);
        histogram->buckets[i].upper = upper;
        histogram->buckets[i].line = bucket_line(name, labels, upper);
    }
    return histogram;
}

struct histogram *metrics_histogram(struct metrics *metrics, const char *name, const char *help,
                                    const char *labels, const double *bounds, size_t count)
{
    struct family *family = registry_family(metrics, name, help, FAMILY_HISTOGRAM);
    struct series *series = registry_series(family, labels);
    if (series->histogram != NULL) {
        assert(series->histogram->count == count);
        return series->histogram;
    }
    const char *open = *labels == '\0' ? "" : "{";
    const char *close = *labels == '\0' ? "" : "}";
    series->line = line_start_format("%s_sum%s%s%s ", name, open, labels, close);
    series->count_line = line_start_format("%s_count%s%s%s ", name, open, labels, close);
    series->histogram = histogram_new(name, labels, bounds, count);
    return series->histogram;
}

struct histogram *metrics_latency_histogram(struct metrics *metrics, const char *name,
                                            const char *help, const char *labels)
{
    static const double seconds[] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                     0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
    return metrics_histogram(metrics, name, help, labels, seconds,
                             sizeof seconds / sizeof seconds[0]);
}

void histogram_observe(struct histogram *histogram, double value)
{
    /* One NaN would turn the sum into NaN for ever. */
    if (isnan(value))
        return;
    size_t i = 0;
    while (i < histogram->count && value > histogram->buckets[i].upper)
        i++;
    histogram->buckets[i].observations++;
    histogram->sum += value;
}
