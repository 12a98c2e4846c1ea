/*
 * The registry of what is measured, and its Prometheus text exposition (format 0.0.4). Families are
 * added once, at start, by the modules that own them; counting is then an addition through a
 * pointer. The face of registry.c, values.c, histogram.c, label.c, process.c and exposition.c.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct metrics;

/* One series that only grows. Add to it with counter_add(). */
struct counter {
    uint64_t value;
};

struct histogram;

struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics);

/*
 * Adds a series and returns it; it lives as long as `metrics`. A second call with the same name
 * and labels returns the same series. `labels` is the inside of the braces, rendered as it is
 * (`kind="click"`; build it with metrics_label() where a value is not a literal), or "" for none.
 * `name` and `help` are copied. All series of a name share one type and help; another type is a
 * programmer's error (asserted).
 */
struct counter *metrics_counter(struct metrics *metrics, const char *name, const char *help,
                                const char *labels);

/*
 * A gauge that is read when it is rendered: `read(arg)` gives its value; `arg` is borrowed. Added
 * again with the same labels, the new reader takes the old one's place.
 */
typedef double (*gauge_read_fn)(void *arg);
void metrics_gauge(struct metrics *metrics, const char *name, const char *help, const char *labels,
                   gauge_read_fn read, void *arg);

/* A gauge that is always 1: the information is in its labels. */
void metrics_info(struct metrics *metrics, const char *name, const char *help, const char *labels);

/* The same as metrics_gauge() for a count that somebody else keeps (TYPE counter). */
void metrics_counter_read(struct metrics *metrics, const char *name, const char *help,
                          const char *labels, gauge_read_fn read, void *arg);

/* A histogram over `count` ascending upper bounds (copied), +Inf added. */
struct histogram *metrics_histogram(struct metrics *metrics, const char *name, const char *help,
                                    const char *labels, const double *bounds, size_t count);

/* The same with upper bounds, in seconds, that suit a request, a batch or a sync: 100 us to 10 s.
 */
struct histogram *metrics_latency_histogram(struct metrics *metrics, const char *name,
                                            const char *help, const char *labels);

/*
 * Adds process_* (CPU seconds, resident and virtual memory, open and maximum descriptors, start
 * time), read once a rendering. Those that the system does not report are left out.
 */
void metrics_add_process(struct metrics *metrics);

static inline void counter_add(struct counter *counter, uint64_t n)
{
    counter->value += n;
}

/* Counts `value` in the first bucket whose bound is not below it. NaN is ignored. */
void histogram_observe(struct histogram *histogram, double value);

/*
 * Writes `name="value"` with the value escaped for a label, terminated. The value is cut so that
 * all of it, the quote included, fits `size`; what is no UTF-8 in it becomes U+FFFD. Returns the
 * length, 0 when not even the empty value fits.
 */
size_t metrics_label(char *labels, size_t size, const char *name, const char *value);

/*
 * Renders all families, each with HELP and TYPE once and its series together, in the order they
 * were added. Returns a string that the caller frees with free(); its length goes to `*text_bytes`.
 */
char *metrics_render(struct metrics *metrics, size_t *text_bytes);
