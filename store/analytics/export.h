/*
 * Exports of raw events: page by page, on one connection, on which they take turns. The next page
 * is asked for when the last one was taken, and no transaction outlives its page: however slow a
 * client is, it costs the memory of a page and nothing of the database.
 */
#pragma once

#include <stdbool.h>

#include "protocol/export_question.h"
#include "protocol/render.h"
#include "protocol/result.h"

struct db_target;
struct event_base;
struct export;
struct exporter;
struct log;
struct metrics;

/*
 * What the owner of an export hears, always from the event loop.
 *
 * ready: there is something to take, or the end. Also the first time, after that the beginning is
 * known to work.
 * ended: the rest can't be had; `reason` is for ever valid. It is still to be closed.
 */
struct export_listener {
    void (*ready)(void *arg);
    void (*ended)(void *arg, enum result result, const char *reason);
    void *arg;
};

/* It connects with the first export. Everything is borrowed. */
struct exporter *exporter_new(struct event_base *base, const struct db_target *target,
                              struct metrics *metrics, struct log *log);

/* After exporter_stop(), or when nothing is exported. */
void exporter_free(struct exporter *exporter);

/* Disconnects; what is exported is ended, and nothing more is. */
void exporter_stop(struct exporter *exporter);

/* Begins an export. Returns RESULT_BUSY with a reason, for ever valid, when there are too many;
 * RESULT_UNAVAILABLE when it was stopped. */
MUST_CHECK enum result export_open(struct exporter *exporter,
                                   const struct export_question *question,
                                   struct export_listener listener, struct export **export,
                                   const char **reason);

enum export_step {
    EXPORT_HAS_MORE, /* to be taken at once */
    EXPORT_WAITS,    /* ready() is called when there is more */
    EXPORT_DONE,
};

/* Appends the next lines to `text`, about 32 KiB, or none. */
enum export_step export_take(struct export *export, struct render_text *text);

/* At any time; nothing is heard of it any more. NULL is fine. */
void export_close(struct export *export);
