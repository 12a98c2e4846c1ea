/* The sync worker. */
#include "store/disk/sync_worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "metrics/clock.h"
#include "store/disk/sync_link.h"

/* They are sent to all processes of a service or a terminal; the server ends us when it ends. */
static void ignore_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        (void)signal(numbers[i], SIG_IGN);
}

/* The descriptor goes before the answer: the server may delete the file then, or hand it over
 * again. */
static int sync_and_close(int fd, bool is_data)
{
    if (fd < 0)
        return EBADF;
    int reason = (is_data ? fdatasync(fd) : fsync(fd)) == 0 ? 0 : errno;
    (void)close(fd);
    return reason;
}

int sync_worker_run(const char *server)
{
    ignore_signals();
    (void)prctl(PR_SET_NAME, "video-ad-sync");
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != (pid_t)strtol(server, NULL, 10))
        return EXIT_FAILURE;
    struct sync_request request;
    struct sync_answer answer = {0};
    int fd;
    do {
        if (!sync_link_take(SYNC_WORKER_SOCKET, &request, &fd))
            return EXIT_SUCCESS;
        int64_t began_us = clock_monotonic_us();
        answer.number = request.number;
        answer.reason = sync_and_close(fd, request.is_data != 0);
        answer.took_us = (uint64_t)(clock_monotonic_us() - began_us);
    } while (sync_link_answer(SYNC_WORKER_SOCKET, &answer));
    return EXIT_SUCCESS;
}
