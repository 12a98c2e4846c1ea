/* Listening sockets that are passed on. */
#include "server/daemon/passed_sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol/digits.h"

enum { FIRST = 3, NUMBER_DIGITS_MAX = 18 };

static const char *const names[PASSED_SOCKETS] = {
    [PASSED_PUBLIC] = "public", [PASSED_OPERATORS] = "operators"};

/* Whether a number stands in the variable. */
static bool read_number(const char *name, uint64_t *number)
{
    const char *text = getenv(name);
    return text != NULL && digits_read(text, strlen(text), NUMBER_DIGITS_MAX, number);
}

static bool is_ours(void)
{
    uint64_t pid;
    return read_number("LISTEN_PID", &pid) && pid == (uint64_t)getpid();
}

static bool has_option(int fd, int option, int wanted)
{
    int value = 0;
    socklen_t bytes = sizeof value;
    return getsockopt(fd, SOL_SOCKET, option, &value, &bytes) == 0 && value == wanted;
}

static bool is_listening(int fd)
{
    return has_option(fd, SO_TYPE, SOCK_STREAM) && has_option(fd, SO_ACCEPTCONN, 1) &&
           (has_option(fd, SO_DOMAIN, AF_INET) || has_option(fd, SO_DOMAIN, AF_INET6));
}

/* Which it is by its name; PASSED_SOCKETS = none of them. */
static enum passed_socket find_name(const char *name, size_t bytes)
{
    int i = 0;
    while (i < PASSED_SOCKETS && (strlen(names[i]) != bytes || memcmp(names[i], name, bytes) != 0))
        i++;
    return (enum passed_socket)i;
}

static enum result take(struct passed_sockets *sockets, int fd, enum passed_socket which,
                        struct error *error)
{
    if (which == PASSED_SOCKETS)
        return error_set(error, RESULT_INVALID,
                         "LISTEN_FDNAMES: of several sockets each must be called public or "
                         "operators, and that of descriptor %d is not",
                         fd);
    if (sockets->fds[which] != 0)
        return error_set(error, RESULT_INVALID,
                         "LISTEN_FDNAMES: two sockets are called %s, one may be", names[which]);
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        return error_set(error, RESULT_INVALID, "LISTEN_FDS: descriptor %d can't be used: %s", fd,
                         strerror(errno));
    if (!is_listening(fd))
        return error_set(error, RESULT_INVALID,
                         "LISTEN_FDS: descriptor %d (%s) is no listening TCP socket", fd,
                         names[which]);
    sockets->fds[which] = fd;
    return RESULT_OK;
}

/* Without names, or with one that is not ours, a single one is the public's. */
static enum result take_all(struct passed_sockets *sockets, uint64_t count, struct error *error)
{
    const char *name = getenv("LISTEN_FDNAMES");
    enum result result = RESULT_OK;
    if (count > PASSED_SOCKETS)
        return error_set(error, RESULT_INVALID,
                         "LISTEN_FDS: more than %d sockets are passed, one for the public and one "
                         "for operators",
                         PASSED_SOCKETS);
    for (int i = 0; i < (int)count && result == RESULT_OK; i++) {
        size_t bytes = name == NULL ? 0 : strcspn(name, ":");
        enum passed_socket which = find_name(name == NULL ? "" : name, bytes);
        if (which == PASSED_SOCKETS && count == 1)
            which = PASSED_PUBLIC;
        result = take(sockets, FIRST + i, which, error);
        name = name == NULL || name[bytes] == '\0' ? NULL : name + bytes + 1;
    }
    return result;
}

enum result passed_sockets_take(struct passed_sockets *sockets, struct error *error)
{
    static const char *const variables[] = {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"};
    uint64_t count = 0;
    enum result result = RESULT_OK;
    *sockets = (struct passed_sockets){{0}};
    if (is_ours() && getenv("LISTEN_FDS") != NULL)
        result = read_number("LISTEN_FDS", &count)
                     ? take_all(sockets, count, error)
                     : error_set(error, RESULT_INVALID, "LISTEN_FDS must be a whole number");
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        (void)unsetenv(variables[i]);
    return result;
}
