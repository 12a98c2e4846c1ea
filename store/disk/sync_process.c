/* The process that the sync worker is. */
#include "store/disk/sync_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/disk/sync_link.h"
#include "store/disk/sync_worker.h"

extern char **environ;

static const char program[] = "/proc/self/exe";

/* It has its end of the socket and nothing else of ours: no lock, no client, no listener. */
static int set_descriptors(posix_spawn_file_actions_t *actions, int end)
{
    int reason = posix_spawn_file_actions_adddup2(actions, end, SYNC_WORKER_SOCKET);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && reason == 0; fd++)
        reason = posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_RDWR, 0);
    return reason != 0 ? reason
                       : posix_spawn_file_actions_addclosefrom_np(actions, SYNC_WORKER_SOCKET + 1);
}

static int set_signals(posix_spawnattr_t *attributes)
{
    sigset_t none;
    (void)sigemptyset(&none);
    int reason = posix_spawnattr_setsigmask(attributes, &none);
    return reason != 0 ? reason : posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK);
}

static int spawn(pid_t *pid, int end)
{
    char name[] = "video-ad-tracker";
    char word[] = SYNC_WORKER_ARGUMENT;
    char server[24];
    char *const arguments[] = {name, word, server, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    (void)snprintf(server, sizeof server, "%ld", (long)getpid());
    int reason = posix_spawn_file_actions_init(&actions);
    if (reason != 0)
        return reason;
    reason = posix_spawnattr_init(&attributes);
    if (reason == 0) {
        reason = set_descriptors(&actions, end);
        if (reason == 0)
            reason = set_signals(&attributes);
        if (reason == 0)
            reason = posix_spawn(pid, program, &actions, &attributes, arguments, environ);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return reason;
}

int sync_process_start(struct sync_process *process)
{
    int ends[2];
    int reason = sync_link_open(ends);
    if (reason != 0)
        return reason;
    reason = spawn(&process->pid, ends[1]);
    (void)close(ends[1]);
    if (reason == 0) {
        process->socket = ends[0];
        return 0;
    }
    (void)close(ends[0]);
    process->pid = 0;
    return reason;
}

/* The letter behind the name in /proc/PID/stat, which stands in brackets and may hold some. */
bool sync_process_is_stopped(const struct sync_process *process)
{
    char path[40];
    char text[512];
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", (long)process->pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, text, sizeof text - 1);
    (void)close(fd);
    text[got > 0 ? got : 0] = '\0';
    const char *name_end = strrchr(text, ')');
    return name_end != NULL &&
           (strncmp(name_end, ") T", 3) == 0 || strncmp(name_end, ") t", 3) == 0);
}

pid_t sync_process_end(struct sync_process *process)
{
    pid_t pid = process->pid;
    (void)kill(pid, SIGKILL);
    (void)close(process->socket);
    *process = (struct sync_process){.pid = 0, .socket = -1};
    return pid;
}
