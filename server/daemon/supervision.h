/*
 * What the service manager hears of this service, where there is one: READY=1 once it serves,
 * STATUS= in words, WATCHDOG=1 as long as the loop turns, RELOADING=1 and STOPPING=1
 * (sd_notify(3), sd_watchdog_enabled(3)).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct event_base;
struct log;
struct supervision;

/* Writes how the service stands, in a line for people, terminated. */
typedef void (*supervision_words_fn)(void *arg, char *words, size_t size);

/* Takes what the manager has put into the environment out of it. `base` and `log` are borrowed. */
struct supervision *supervision_new(struct event_base *base, struct log *log);
void supervision_free(struct supervision *supervision);

/* From the loop's next turn on the service is ready, `words` are asked for every two seconds, and
 * the watchdog hears of us twice as often as it has to. `arg` is borrowed. */
void supervision_start(struct supervision *supervision, supervision_words_fn words, void *arg);

/* Around what SIGHUP does. */
void supervision_begin_reload(struct supervision *supervision);
void supervision_end_reload(struct supervision *supervision);

/* The end has begun, and takes no more than `within_ms` milliseconds. */
void supervision_stop(struct supervision *supervision, uint32_t within_ms);
