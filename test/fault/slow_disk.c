/*
 * A disk that takes SLOW_DISK_US for each sync, for LD_PRELOAD: half of it before the real one, so
 * that a power loss finds the file unsynced, and half behind, so that it finds the answer on its
 * way. With NO_PROCESSES in the environment no process can be started: then all syncs are inline.
 */
#include <dlfcn.h>
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long delay_us;

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("SLOW_DISK_US");
    delay_us = text == NULL ? 0 : strtol(text, NULL, 10);
}

static void wait_half(void)
{
    struct timespec left = {.tv_sec = delay_us / 2 / 1000000,
                            .tv_nsec = delay_us / 2 % 1000000 * 1000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

static int sync_with(const char *name, int fd)
{
    int (*sync_file)(int) = dlsym(RTLD_NEXT, name);
    wait_half();
    int failed = sync_file(fd);
    int reason = errno;
    wait_half();
    errno = reason;
    return failed;
}

int fdatasync(int fd)
{
    return sync_with("fdatasync", fd);
}

int fsync(int fd)
{
    return sync_with("fsync", fd);
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const arguments[],
                char *const environment[])
{
    __typeof__(&posix_spawn) spawn = dlsym(RTLD_NEXT, "posix_spawn");
    return getenv("NO_PROCESSES") != NULL
               ? EAGAIN
               : spawn(pid, path, actions, attributes, arguments, environment);
}
