/* libevent's own messages, those of its resolver among them, as lines of our log instead of raw
 * ones on stderr. */
#pragma once

struct log;

/* Each goes out at its level, and the same text once a minute. `log` is borrowed until
 * libevent_log_stop(). libevent has one such place for the whole process. */
void libevent_log_start(struct log *log);

/* libevent's messages are dropped from now on. */
void libevent_log_stop(void);
