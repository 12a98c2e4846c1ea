/* The log: one line an entry on stderr, `module: what happened key=value`. Never blocks: a reader
 * that stalls costs lines. */
#pragma once

#include <stddef.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

struct log;

/* Writes lines up to `level` to the descriptor `fd` (borrowed). */
struct log *log_new(enum log_level level, int fd);
void log_free(struct log *log);

/*
 * Writes one line: time (RFC 3339, UTC, milliseconds), level, then "module: text". The text is cut
 * at 1,000 bytes; control bytes and bytes that are no UTF-8 in it are escaped as \xHH, so that no
 * caller can forge a line. Lines that would block are counted, and the count is written once the
 * reader is back.
 */
void log_write(struct log *log, enum log_level level, const char *module, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Reads "error", "warning", "info" or "debug"; returns 0, or -1 when it is none of them. */
int log_level_parse(const char *text, enum log_level *level);
