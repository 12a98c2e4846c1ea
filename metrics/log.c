/* The log: one write(2) a line, and only when the descriptor takes it at once. */
#include "metrics/log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "metrics/log_json.h"
#include "protocol/hex.h"
#include "protocol/memory.h"
#include "protocol/utf8.h"

enum {
    TEXT_BYTES_MAX = 1000,
    ESCAPE_BYTES = 4,      /* \xHH */
    LINE_BYTES_MAX = 4096, /* PIPE_BUF: what a pipe takes whole or not at all */
    MODULE_BYTES_MAX = 48, /* leaves room for a text that is escaped throughout */
    TIME_SIZE = 32,
};

struct log {
    enum log_level level;
    enum log_format format;
    bool is_journal;  /* who reads it has a clock, and takes <3> for the level */
    int fd;           /* borrowed */
    uint64_t dropped; /* lines not written and not yet reported */
};

static const char *const level_names[] = {"error", "warning", "info", "debug"};
static const char *const priorities[] = {"<3>", "<4>", "<6>", "<7>"}; /* syslog's */

struct log *log_new(enum log_level level, int fd)
{
    struct log *log = memory_zeroed(sizeof *log);
    log->level = level;
    log->fd = fd;
    log->is_journal = log_is_journal(fd);
    return log;
}

void log_set_format(struct log *log, enum log_format format)
{
    log->format = format;
}

void log_set_level(struct log *log, enum log_level level)
{
    log->level = level;
}

/* The variable is inherited by whatever has its stderr elsewhere by then, hence both numbers. */
bool log_is_journal(int fd)
{
    const char *names = getenv("JOURNAL_STREAM");
    char own[48];
    struct stat status;
    if (names == NULL || fstat(fd, &status) != 0)
        return false;
    (void)snprintf(own, sizeof own, "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
    return strcmp(names, own) == 0;
}

/* Writes `length` bytes of text into `line`, which holds ESCAPE_BYTES for each. */
static size_t escape(char *line, const char *text, size_t length)
{
    size_t used = 0;
    for (size_t i = 0; i < length;) {
        size_t bytes = utf8_bytes(text + i, length - i);
        if (bytes > 0 && !utf8_is_control(text + i, bytes)) {
            memcpy(line + used, text + i, bytes);
            used += bytes;
            i += bytes;
            continue;
        }
        for (size_t end = i + (bytes > 0 ? bytes : 1); i < end; i++) {
            line[used] = '\\';
            line[used + 1] = 'x';
            (void)hex_write(line + used + 2, &text[i], 1);
            used += ESCAPE_BYTES;
        }
    }
    return used;
}

static void write_time(char text[static TIME_SIZE])
{
    struct timespec now = {0};
    struct tm utc = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t used = strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
    (void)snprintf(text + used, TIME_SIZE - used, ".%03dZ", (int)(now.tv_nsec / 1000000));
}

/* The journal has its own time, and the level by its priority. */
static size_t write_text(const struct log *log, char *line, const struct log_entry *entry)
{
    int prefix = log->is_journal
                     ? snprintf(line, LINE_BYTES_MAX, "%.*s: ", entry->module_bytes, entry->module)
                     : snprintf(line, LINE_BYTES_MAX, "%s %s %.*s: ", entry->time, entry->level,
                                entry->module_bytes, entry->module);
    memcpy(line + prefix, entry->text, entry->text_bytes);
    return (size_t)prefix + entry->text_bytes;
}

/* Writes one whole line; returns false when it would have blocked or nobody reads it. */
static bool write_line(int fd, const char *line, size_t length)
{
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    /* Any further flag says that the reader is gone: writing would raise SIGPIPE. */
    if (poll(&ready, 1, 0) != 1 || ready.revents != POLLOUT)
        return false;
    return write(fd, line, length) == (ssize_t)length;
}

static bool write_entry(struct log *log, enum log_level level, const char *module, const char *text,
                        size_t length)
{
    char line[LINE_BYTES_MAX];
    char escaped[ESCAPE_BYTES * (TEXT_BYTES_MAX + 1)];
    char time[TIME_SIZE];
    write_time(time);
    const struct log_entry entry = {.time = time,
                                    .level = level_names[level],
                                    .module = module,
                                    .module_bytes = MODULE_BYTES_MAX,
                                    .text = escaped,
                                    .text_bytes = escape(escaped, text, length)};
    size_t used = (size_t)(stpcpy(line, log->is_journal ? priorities[level] : "") - line);
    used += log->format == LOG_FORMAT_JSON
                ? log_json_write(line + used, sizeof line - 1 - used, &entry)
                : write_text(log, line + used, &entry);
    line[used++] = '\n';
    return write_line(log->fd, line, used);
}

static void report_dropped(struct log *log)
{
    char text[64];
    if (log->dropped == 0)
        return;
    int length =
        snprintf(text, sizeof text, "lines dropped count=%llu", (unsigned long long)log->dropped);
    if (write_entry(log, LOG_WARNING, "log", text, (size_t)length))
        log->dropped = 0;
}

void log_free(struct log *log)
{
    if (log == NULL)
        return;
    report_dropped(log);
    free(log);
}

static void write_formatted(struct log *log, enum log_level level, const char *module,
                            const char *format, va_list args) __attribute__((format(printf, 4, 0)));

static void write_formatted(struct log *log, enum log_level level, const char *module,
                            const char *format, va_list args)
{
    /* Room for the character that the cut falls into. */
    char text[TEXT_BYTES_MAX + 4];
    int kept_errno = errno;
    int wanted = vsnprintf(text, sizeof text, format, args);
    size_t length = wanted < 0 ? 0 : (size_t)wanted;
    if (length >= sizeof text)
        length = sizeof text - 1;
    length = utf8_cut(text, length, TEXT_BYTES_MAX);
    report_dropped(log);
    /* Not behind an unreported gap: the lines before it would seem to be all there were. */
    if (log->dropped > 0 || !write_entry(log, level, module, text, length))
        log->dropped++;
    errno = kept_errno;
}

void log_write(struct log *log, enum log_level level, const char *module, const char *format, ...)
{
    va_list args;
    if (level > log->level)
        return;
    va_start(args, format);
    write_formatted(log, level, module, format, args);
    va_end(args);
}

void log_tell(struct log *log, const char *module, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_formatted(log, LOG_INFO, module, format, args);
    va_end(args);
}

int log_level_parse(const char *text, enum log_level *level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++) {
        if (strcmp(text, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return 0;
        }
    }
    if (strcmp(text, "warn") != 0)
        return -1;
    *level = LOG_WARNING;
    return 0;
}

int log_format_parse(const char *text, enum log_format *format)
{
    bool is_json = strcmp(text, "json") == 0;
    if (!is_json && strcmp(text, "text") != 0)
        return -1;
    *format = is_json ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT;
    return 0;
}
