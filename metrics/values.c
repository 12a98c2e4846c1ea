/* Counters and gauges: series of one value. */
#include "metrics/metrics.h"

#include <assert.h>
#include <stddef.h>

#include "metrics/registry.h"

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
