/* Sockets in place of variables. */
#include "server/config_sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* Where a socket of TCP listens. */
static enum result find_place(int fd, struct listen_place *place, struct error *error)
{
    union {
        struct sockaddr any;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
    } address = {0};
    socklen_t bytes = sizeof address;
    if (getsockname(fd, &address.any, &bytes) != 0)
        return error_set(error, RESULT_INVALID, "LISTEN_FDS: descriptor %d listens nowhere: %s", fd,
                         strerror(errno));
    bool is_ipv4 = address.any.sa_family == AF_INET;
    const void *digits =
        is_ipv4 ? (const void *)&address.ipv4.sin_addr : (const void *)&address.ipv6.sin6_addr;
    place->port = ntohs(is_ipv4 ? address.ipv4.sin_port : address.ipv6.sin6_port);
    (void)inet_ntop(address.any.sa_family, digits, place->address, sizeof place->address);
    return RESULT_OK;
}

enum result config_sockets_put(struct config *config, const struct passed_sockets *sockets,
                               struct error *error)
{
    int fd = sockets->fds[PASSED_PUBLIC];
    if (fd != 0) {
        struct listen_place place = {0};
        if (find_place(fd, &place, error) != RESULT_OK)
            return RESULT_INVALID;
        config->listener.port = place.port;
        config->listener.passed_fd = fd;
        config_guess_public_url(config);
    }
    fd = sockets->fds[PASSED_OPERATORS];
    if (fd != 0 && find_place(fd, &config->ops_listen, error) != RESULT_OK)
        return RESULT_INVALID;
    config->ops_passed_fd = fd;
    /* With REUSE_PORT both could be had, and the system would choose who gets a client. */
    if (config->ops_listen.port == config->listener.port)
        return error_set(error, RESULT_INVALID, "OPS_LISTEN must have another port than PORT");
    return RESULT_OK;
}
