/* A service manager. */
#include "test/unit/server/daemon/manager.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <check.h>

#include "metrics/clock.h"

static int fd = -1;
static char heard[4096];
static char path_open[108];

void manager_open(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t bytes = sizeof(sa_family_t); /* the system finds a name without a file */
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ck_assert_int_ge(fd, 0);
    if (path != NULL) {
        (void)snprintf(path_open, sizeof path_open, "%s", path);
        bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
        memcpy(address.sun_path, path, strlen(path));
    }
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, bytes), 0);
    bytes = sizeof address;
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
    if (path == NULL)
        address.sun_path[0] = '@';
    ck_assert_int_eq(setenv("NOTIFY_SOCKET", address.sun_path, 1), 0);
}

void manager_close(void)
{
    if (fd >= 0)
        (void)close(fd);
    fd = -1;
    if (path_open[0] != '\0')
        (void)unlink(path_open);
    path_open[0] = '\0';
    (void)unsetenv("NOTIFY_SOCKET");
}

const char *manager_hear(void)
{
    ssize_t got = recv(fd, heard, sizeof heard - 1, 0);
    if (got < 0)
        return NULL;
    heard[got] = '\0';
    return heard;
}

const char *manager_wait(struct event_base *base)
{
    int64_t end_us = clock_monotonic_us() + 10000000;
    const char *text;
    while ((text = manager_hear()) == NULL) {
        ck_assert_int_lt(clock_monotonic_us(), end_us);
        (void)event_base_loop(base, EVLOOP_ONCE);
    }
    return text;
}
