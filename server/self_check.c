/* A client of one request. */
#include "server/self_check.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "metrics/clock.h"
#include "server/http/listener.h"

enum { DEADLINE_MS = 3000 };

static const char LIVE[] = "HTTP/1.1 200 ";

/* Waits until the socket is ready for `events`; 0 at the deadline. */
static int wait_for(int fd, short events, int64_t deadline_us)
{
    struct pollfd ready = {.fd = fd, .events = events};
    int64_t left_us = deadline_us - clock_monotonic_us();
    return left_us <= 0 ? 0 : poll(&ready, 1, (int)(left_us / 1000) + 1);
}

/* Finishes what connect() of a socket that never blocks begins. */
static enum result connect_to(const struct addrinfo *address, int fd, int64_t deadline_us,
                              struct error *error)
{
    int reason = connect(fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
    socklen_t size = sizeof reason;
    if (reason == EINPROGRESS) {
        reason = ETIMEDOUT;
        if (wait_for(fd, POLLOUT, deadline_us) == 1)
            (void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &reason, &size);
    }
    if (reason != 0)
        return error_set(error, RESULT_FAILED, "cannot connect: %s", strerror(reason));
    return RESULT_OK;
}

/* Reads as much of the answer as tells its status. */
static enum result ask(int fd, int64_t deadline_us, struct error *error)
{
    static const char request[] = "GET /livez HTTP/1.1\r\nHost: localhost\r\n"
                                  "User-Agent: video-ad-tracker --check\r\n"
                                  "Connection: close\r\n\r\n";
    char answer[sizeof LIVE] = "";
    size_t length = 0;
    if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) != (ssize_t)sizeof request - 1)
        return error_set(error, RESULT_FAILED, "cannot send: %s", strerror(errno));
    while (length < sizeof LIVE - 1) {
        if (wait_for(fd, POLLIN, deadline_us) != 1)
            return error_set(error, RESULT_FAILED, "no answer within %d s", DEADLINE_MS / 1000);
        ssize_t got = recv(fd, answer + length, sizeof LIVE - 1 - length, 0);
        if (got <= 0)
            return error_set(error, RESULT_FAILED, "the connection ended without an answer");
        length += (size_t)got;
    }
    if (strcmp(answer, LIVE) != 0)
        return error_set(error, RESULT_FAILED, "the answer is not 200");
    return RESULT_OK;
}

enum result self_check(const struct listener_settings *settings, struct error *error)
{
    int64_t deadline_us = clock_monotonic_us() + (int64_t)DEADLINE_MS * 1000;
    const char *host = settings->address == NULL ? "127.0.0.1" : settings->address;
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *address;
    char port[8];
    (void)snprintf(port, sizeof port, "%u", settings->port);
    if (getaddrinfo(host, port, &hints, &address) != 0)
        return error_set(error, RESULT_FAILED, "%s is no address to connect to", host);
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    enum result result =
        fd < 0 ? error_set(error, RESULT_FAILED, "cannot open a socket: %s", strerror(errno))
               : connect_to(address, fd, deadline_us, error);
    if (result == RESULT_OK)
        result = ask(fd, deadline_us, error);
    if (fd >= 0)
        (void)close(fd);
    freeaddrinfo(address);
    return result;
}
