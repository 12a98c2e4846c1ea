/* What the registry is made of; for metrics/ and its tests only. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "metrics/metrics.h"

enum family_type { FAMILY_COUNTER, FAMILY_GAUGE, FAMILY_HISTOGRAM };

/* A value that somebody else keeps; `read` is NULL where the series keeps its own. */
struct reader {
    gauge_read_fn read;
    void *arg; /* borrowed */
};

/* Everything before a line's value is rendered once, here, so that a rendering copies it. */
struct line_start {
    char *bytes;
    size_t length;
};

/*
 * The bucket at `count` is +Inf. A bucket holds its own observations only; they are summed up when
 * they are rendered, so that observing is one addition.
 */
struct histogram {
    double sum;
    size_t count; /* of finite bounds */
    struct histogram_bucket {
        double upper;
        uint64_t observations;
        struct line_start line;
    } buckets[];
};

/* Never moves and is never removed: callers hold pointers into it. */
struct series {
    struct series *next;
    char *labels;
    struct line_start line; /* of the only value, or of a histogram's _sum */
    struct line_start count_line;
    struct counter counter;
    struct reader reader;
    struct histogram *histogram; /* owned; NULL unless the family is of histograms */
};

struct family {
    struct family *next;
    char *name;
    enum family_type type;
    struct line_start header; /* HELP and TYPE */
    struct series *first;
    struct series *last;
};

/* What several series show and is read for all of them at once; `read` is NULL where there is none.
 */
struct source {
    void (*read)(void *arg);
    void (*free)(void *arg);
    void *arg; /* owned, by `free` */
};

struct metrics {
    struct family *first;
    struct family *last;
    struct source source;
    size_t text_bytes; /* of the last rendering: what the next one reserves */
};

/* Lets `source.read` run before each rendering, and `source.free` with metrics_free(). There is one
 * source at most (asserted). */
void registry_before_render(struct metrics *metrics, struct source source);

/* Returns `name`'s family, added if it is new. */
struct family *registry_family(struct metrics *metrics, const char *name, const char *help,
                               enum family_type type);

/* Returns the family's series of these labels, added if it is new. */
struct series *registry_series(struct family *family, const char *labels);

/* Formats into a line_start of its own. */
struct line_start line_start_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
