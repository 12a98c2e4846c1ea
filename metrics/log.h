/* The log: one line an entry on stderr, `module: what happened key=value`. Never blocks: a reader
 * that stalls costs lines. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

struct log;

/* Writes lines up to `level` to the descriptor `fd` (borrowed). */
struct log *log_new(enum log_level level, int fd);
void log_free(struct log *log);

/* It is text at first. */
void log_set_format(struct log *log, enum log_format format);
void log_set_level(struct log *log, enum log_level level);

/* Whether `fd` leads to systemd's journal: JOURNAL_STREAM names its device and inode
 * (systemd.exec(5)). */
bool log_is_journal(int fd);

/*
 * Writes one line: time (RFC 3339, UTC, milliseconds), level, then "module: text"; to the journal
 * its priority (sd-daemon(3)), then "module: text"; or an object of JSON (log_json.h). The text is
 * cut at 1,000 bytes; control bytes and bytes that are no UTF-8 in it are escaped as \xHH, so that
 * no caller can forge a line. Lines that would block are counted, and the count is written once the
 * reader is back.
 */
void log_write(struct log *log, enum log_level level, const char *module, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for what somebody has asked for just now: an entry of LOG_INFO, whatever the level. */
void log_tell(struct log *log, const char *module, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Reads "error", "warning" or "warn", "info" or "debug"; returns 0, or -1 when it is none of them.
 */
int log_level_parse(const char *text, enum log_level *level);

/* Reads "text" or "json"; returns 0, or -1. */
int log_format_parse(const char *text, enum log_format *format);
