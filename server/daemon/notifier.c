/* Tells the service manager what it wants to know. */
#include "server/daemon/notifier.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/news.h"
#include "metrics/timer.h"
#include "protocol/memory.h"

enum { AGAIN_MS = 100 };

/* The datagrams in `waiting` go out in their order, before any other. */
struct notifier {
    struct log *log;
    int fd; /* -1 = there is nobody to tell */
    struct sockaddr_un address;
    socklen_t address_bytes;
    struct event *again; /* pending while something waits */
    char waiting[NOTIFIER_WAITING_MAX][NOTIFIER_TEXT_SIZE];
    size_t waiting_count;
    struct news news;
};

static void complain(struct notifier *notifier, const char *what, int reason)
{
    char text[160];
    (void)snprintf(text, sizeof text, "%s: %s", what, strerror(reason));
    if (news_is(&notifier->news, text, clock_monotonic_us()))
        log_write(notifier->log, LOG_WARNING, "server", "%s", text);
}

/* A path, or a name that lies in no directory, which begins with "@" and has no zero at its end,
 * each of more than that byte. Returns false when it is neither. */
static bool read_address(struct notifier *notifier, const char *name)
{
    struct sockaddr_un *address = &notifier->address;
    size_t bytes = strlen(name);
    bool is_abstract = name[0] == '@';
    if ((!is_abstract && name[0] != '/') || bytes < 2 ||
        bytes + !is_abstract > sizeof address->sun_path)
        return false;
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, name, bytes);
    if (is_abstract)
        address->sun_path[0] = '\0';
    notifier->address_bytes =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + bytes + !is_abstract);
    return true;
}

static void open_socket(struct notifier *notifier, const char *name)
{
    if (!read_address(notifier, name)) {
        complain(notifier, "NOTIFY_SOCKET can't be used, the service manager is told nothing",
                 EINVAL);
        return;
    }
    notifier->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (notifier->fd < 0)
        complain(notifier, "the service manager can't be told anything", errno);
}

/* Whether there is nothing left to do for it: what can't be sent at all counts as done. */
static bool send_out(struct notifier *notifier, const char *lines)
{
    ssize_t sent = sendto(notifier->fd, lines, strlen(lines), MSG_NOSIGNAL,
                          (const struct sockaddr *)&notifier->address, notifier->address_bytes);
    if (sent >= 0)
        return true;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == EINTR)
        return false;
    complain(notifier, "the service manager can't be told how the server is", errno);
    return true;
}

static void send_waiting(struct notifier *notifier)
{
    size_t sent = 0;
    while (sent < notifier->waiting_count && send_out(notifier, notifier->waiting[sent]))
        sent++;
    notifier->waiting_count -= sent;
    memmove(notifier->waiting, notifier->waiting + sent,
            notifier->waiting_count * sizeof notifier->waiting[0]);
    if (notifier->waiting_count > 0)
        timer_arm(notifier->again, AGAIN_MS);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    send_waiting(arg);
}

struct notifier *notifier_new(struct event_base *base, struct log *log)
{
    struct notifier *notifier = memory_zeroed(sizeof *notifier);
    const char *name = getenv("NOTIFY_SOCKET");
    notifier->log = log;
    notifier->fd = -1;
    notifier->again = memory_required(event_new(base, -1, 0, on_again, notifier));
    if (name != NULL && name[0] != '\0')
        open_socket(notifier, name);
    (void)unsetenv("NOTIFY_SOCKET");
    return notifier;
}

void notifier_free(struct notifier *notifier)
{
    if (notifier == NULL)
        return;
    event_free(notifier->again);
    if (notifier->fd >= 0)
        (void)close(notifier->fd);
    free(notifier);
}

bool notifier_has_listener(const struct notifier *notifier)
{
    return notifier->fd >= 0;
}

bool notifier_mention(struct notifier *notifier, const char *lines)
{
    return notifier->fd < 0 || (notifier->waiting_count == 0 && send_out(notifier, lines));
}

void notifier_tell(struct notifier *notifier, const char *lines)
{
    size_t bytes = strlen(lines);
    assert(bytes < NOTIFIER_TEXT_SIZE);
    if (notifier_mention(notifier, lines))
        return;
    if (notifier->waiting_count == NOTIFIER_WAITING_MAX)
        notifier->waiting_count--; /* what is told last is what holds */
    memcpy(notifier->waiting[notifier->waiting_count++], lines, bytes + 1);
    timer_arm(notifier->again, AGAIN_MS);
}
