/* The sync worker of this process, as the system sees it. */
#include "test/unit/store/disk/worker_found.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

/* Behind the name, which stands in brackets. */
static bool read_stat(pid_t pid, char *state, int *parent)
{
    char path[40];
    char text[512] = "";
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    (void)!fgets(text, sizeof text, file);
    (void)fclose(file);
    const char *end = strrchr(text, ')');
    return end != NULL && sscanf(end, ") %c %d", state, parent) == 2;
}

pid_t worker_find(void)
{
    pid_t found = 0;
    DIR *entries = opendir("/proc");
    ck_assert_ptr_nonnull(entries);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        char state;
        int parent;
        if (pid > 0 && read_stat(pid, &state, &parent) && parent == getpid() && state != 'Z')
            found = pid;
    }
    (void)closedir(entries);
    return found;
}

char worker_state(pid_t pid)
{
    char state;
    int parent;
    return (char)(read_stat(pid, &state, &parent) ? state : '\0');
}

size_t worker_descriptors(pid_t pid)
{
    char path[40];
    size_t count = 0;
    (void)snprintf(path, sizeof path, "/proc/%ld/fd", (long)pid);
    DIR *entries = opendir(path);
    ck_assert_ptr_nonnull(entries);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        count += entry->d_name[0] != '.';
    (void)closedir(entries);
    return count;
}
