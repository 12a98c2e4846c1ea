/*
 * Tells the service manager, systemd or another, what it wants to know of a service, over the
 * datagram socket that NOTIFY_SOCKET names (sd_notify(3)). Never blocks.
 */
#pragma once

#include <stdbool.h>

struct event_base;
struct log;
struct notifier;

enum { NOTIFIER_WAITING_MAX = 16, NOTIFIER_TEXT_SIZE = 512 };

/*
 * Takes NOTIFY_SOCKET out of the environment: it means nobody else. Where it is not set, or can't
 * be used, which the log tells, nothing is told to anybody. `base` and `log` are borrowed.
 */
struct notifier *notifier_new(struct event_base *base, struct log *log);
void notifier_free(struct notifier *notifier);

/* Whether there is somebody to tell. */
bool notifier_has_listener(const struct notifier *notifier);

/*
 * Tells `lines`, `NAME=value` with line breaks between, under NOTIFIER_TEXT_SIZE bytes. While the
 * manager does not read they wait, in their order; where NOTIFIER_WAITING_MAX do, the last of them
 * is lost for these.
 */
void notifier_tell(struct notifier *notifier, const char *lines);

/* The same for what is soon told anew: where it would have to wait it is lost, and this returns
 * false. */
bool notifier_mention(struct notifier *notifier, const char *lines);
