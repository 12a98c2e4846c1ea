/* libevent's own messages as lines of our log. */
#include "server/libevent_log.h"

#include <stddef.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/news.h"

/* The callback has no argument. */
static struct {
    struct log *log; /* borrowed; NULL = nobody listens */
    struct news told;
} output;

static enum log_level level_of(int severity)
{
    switch (severity) {
    case EVENT_LOG_DEBUG:
        return LOG_DEBUG;
    case EVENT_LOG_MSG:
        return LOG_INFO;
    case EVENT_LOG_WARN:
        return LOG_WARNING;
    default:
        return LOG_ERROR;
    }
}

static void on_message(int severity, const char *text)
{
    if (output.log != NULL && news_is(&output.told, text, clock_monotonic_us()))
        log_write(output.log, level_of(severity), "libevent", "%s", text);
}

void libevent_log_start(struct log *log)
{
    output.log = log;
    output.told = (struct news){0};
    event_set_log_callback(on_message);
}

void libevent_log_stop(void)
{
    output.log = NULL;
}
