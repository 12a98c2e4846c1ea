/*
 * Memory that the server and its sync worker share, for the libraries that are preloaded into both:
 * a mapped file, and a lock in it that goes with whoever holds it when he is killed.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* All of the file that is there counts; it is made as long as need be. NULL = there is no such
 * file, or it can't be had. */
static void *shared_map(const char *path, size_t bytes, int flags)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | flags, 0600);
    bool is_long_enough =
        fd >= 0 && (lseek(fd, 0, SEEK_END) >= (off_t)bytes || ftruncate(fd, (off_t)bytes) == 0);
    void *memory =
        is_long_enough ? mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (fd >= 0)
        (void)close(fd);
    return memory == MAP_FAILED ? NULL : memory;
}

/* Whether the program, of which these are the arguments, is the worker: it finds what the server
 * has begun. */
static bool shared_is_worker(int argument_count, char **arguments)
{
    return argument_count > 1 && strcmp(arguments[1], "--sync-worker") == 0;
}

static void shared_lock_init(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attributes;
    if (pthread_mutexattr_init(&attributes) != 0 ||
        pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) != 0 ||
        pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) != 0 ||
        pthread_mutex_init(lock, &attributes) != 0)
        abort();
}

/* What a killed one has left half done must do no harm. */
static void shared_lock(pthread_mutex_t *lock)
{
    int reason = pthread_mutex_lock(lock);
    if (reason == EOWNERDEAD)
        reason = pthread_mutex_consistent(lock);
    if (reason != 0)
        abort();
}

static void shared_unlock(pthread_mutex_t *lock)
{
    int reason = errno;
    if (pthread_mutex_unlock(lock) != 0)
        abort();
    errno = reason;
}
