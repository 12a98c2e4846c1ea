/* What the server and its sync worker say to each other. */
#include "store/disk/sync_link.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for one descriptor, aligned as the kernel wants it. */
union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

int sync_link_open(int ends[static 2])
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return errno;
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
        return 0;
    int reason = errno;
    (void)close(ends[0]);
    (void)close(ends[1]);
    return reason;
}

int sync_link_ask(int end, const struct sync_request *request, int fd)
{
    struct sync_request copy = *request;
    struct iovec part = {.iov_base = &copy, .iov_len = sizeof copy};
    union control control = {.bytes = {0}};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    return sendmsg(end, &message, MSG_NOSIGNAL) == (ssize_t)sizeof copy ? 0 : errno;
}

enum sync_link_heard sync_link_hear(int end, struct sync_answer *answer)
{
    ssize_t got = recv(end, answer, sizeof *answer, MSG_TRUNC);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return SYNC_LINK_NOTHING;
    return got == (ssize_t)sizeof *answer ? SYNC_LINK_ANSWER : SYNC_LINK_BROKEN;
}

static int descriptor_of(struct msghdr *message)
{
    int fd = -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
        header->cmsg_len == CMSG_LEN(sizeof fd))
        memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}

bool sync_link_take(int end, struct sync_request *request, int *fd)
{
    struct iovec part = {.iov_base = request, .iov_len = sizeof *request};
    union control control;
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t got;
    do
        got = recvmsg(end, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof *request)
        return false;
    *fd = descriptor_of(&message);
    return true;
}

bool sync_link_answer(int end, const struct sync_answer *answer)
{
    return send(end, answer, sizeof *answer, MSG_NOSIGNAL) == (ssize_t)sizeof *answer;
}
