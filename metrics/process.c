/* The process_* series. */
#include "metrics/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metrics/metrics.h"
#include "metrics/registry.h"
#include "protocol/memory.h"

/*
 * Keeps its files open, so that the number of open descriptors can still be read when none is left,
 * which is when it matters. A value that cannot be read stays as it was.
 */
struct process {
    int stat_fd; /* self/stat; -1 when there is none */
    DIR *fds;    /* self/fd; NULL when there is none */
    double cpu_seconds;
    double resident_bytes;
    double virtual_bytes;
    double open_fds;
    double max_fds;
    double start_time_seconds;
};

/* The fields of self/stat that are used, in the kernel's units (proc(5)). */
struct stat_fields {
    unsigned long user_ticks;
    unsigned long system_ticks;
    unsigned long long start_ticks; /* since the boot */
    unsigned long virtual_bytes;
    long resident_pages;
};

static double ticks_seconds(unsigned long long ticks)
{
    return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static int read_stat(int fd, struct stat_fields *fields)
{
    char text[1024];
    ssize_t length = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);
    if (length <= 0)
        return -1;
    text[length] = '\0';
    /* The command's name, in parentheses, may hold spaces and parentheses of its own. */
    const char *state = strrchr(text, ')');
    if (state == NULL)
        return -1;
    int found = sscanf(state,
                       ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %*d "
                       "%*d %llu %lu %ld",
                       &fields->user_ticks, &fields->system_ticks, &fields->start_ticks,
                       &fields->virtual_bytes, &fields->resident_pages);
    return found == 5 ? 0 : -1;
}

/* Returns NaN when it is unknown. */
static double count_entries(DIR *directory)
{
    struct stat status;
    if (directory == NULL)
        return NAN;
    /* Linux 6.2 and later give the count as the size; listing thousands would hold up the loop. */
    if (fstat(dirfd(directory), &status) == 0 && status.st_size > 0)
        return (double)status.st_size;
    size_t count = 0;
    rewinddir(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += entry->d_name[0] != '.';
    return (double)count;
}

/* The boot's time in seconds since the epoch; NaN when it is unknown. */
static double read_boot_time(int proc_fd)
{
    char *line = NULL;
    size_t size = 0;
    double seconds = NAN;
    int fd = openat(proc_fd, "stat", O_RDONLY | O_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    if (file == NULL)
        return NAN;
    while (isnan(seconds) && getline(&line, &size, file) > 0) {
        if (strncmp(line, "btime ", 6) == 0)
            seconds = strtod(line + 6, NULL);
    }
    free(line);
    (void)fclose(file);
    return seconds;
}

/* Reads all values but the start time. */
static void read_values(void *arg)
{
    struct process *process = arg;
    struct stat_fields fields;
    struct rlimit limit;
    if (read_stat(process->stat_fd, &fields) == 0) {
        process->cpu_seconds = ticks_seconds(fields.user_ticks + fields.system_ticks);
        process->virtual_bytes = (double)fields.virtual_bytes;
        process->resident_bytes = (double)fields.resident_pages * (double)sysconf(_SC_PAGESIZE);
    }
    double open_fds = count_entries(process->fds);
    if (!isnan(open_fds))
        process->open_fds = open_fds;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        process->max_fds = limit.rlim_cur == RLIM_INFINITY ? INFINITY : (double)limit.rlim_cur;
}

static struct process *process_new(const char *proc)
{
    struct process *process = memory_zeroed(sizeof *process);
    struct stat_fields fields;
    int proc_fd = open(proc, O_PATH | O_DIRECTORY | O_CLOEXEC);
    *process = (struct process){.cpu_seconds = NAN,
                                .resident_bytes = NAN,
                                .virtual_bytes = NAN,
                                .open_fds = NAN,
                                .max_fds = NAN,
                                .start_time_seconds = NAN};
    process->stat_fd = openat(proc_fd, "self/stat", O_RDONLY | O_CLOEXEC);
    int fds_fd = openat(proc_fd, "self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    process->fds = fds_fd < 0 ? NULL : fdopendir(fds_fd);
    read_values(process);
    if (read_stat(process->stat_fd, &fields) == 0)
        process->start_time_seconds = read_boot_time(proc_fd) + ticks_seconds(fields.start_ticks);
    if (proc_fd >= 0)
        close(proc_fd);
    return process;
}

static void process_free(void *arg)
{
    struct process *process = arg;
    if (process->stat_fd >= 0)
        close(process->stat_fd);
    if (process->fds != NULL)
        closedir(process->fds);
    free(process);
}

static double read_value(void *arg)
{
    const double *value = arg;
    return *value;
}

static void add_gauge(struct metrics *metrics, const char *name, const char *help, double *value)
{
    if (!isnan(*value))
        metrics_gauge(metrics, name, help, "", read_value, value);
}

void process_add(struct metrics *metrics, const char *proc)
{
    if (metrics->source.read == read_values)
        return;
    struct process *process = process_new(proc);
    registry_before_render(
        metrics, (struct source){.read = read_values, .free = process_free, .arg = process});
    if (!isnan(process->cpu_seconds))
        metrics_counter_read(metrics, "process_cpu_seconds_total",
                             "User and system CPU time spent, in seconds.", "", read_value,
                             &process->cpu_seconds);
    add_gauge(metrics, "process_resident_memory_bytes", "Resident memory, in bytes.",
              &process->resident_bytes);
    add_gauge(metrics, "process_virtual_memory_bytes", "Virtual memory, in bytes.",
              &process->virtual_bytes);
    add_gauge(metrics, "process_open_fds", "Number of open file descriptors.", &process->open_fds);
    add_gauge(metrics, "process_max_fds", "Maximum number of open file descriptors.",
              &process->max_fds);
    add_gauge(metrics, "process_start_time_seconds",
              "Start time of the process, in seconds since the epoch.",
              &process->start_time_seconds);
}

void metrics_add_process(struct metrics *metrics)
{
    process_add(metrics, "/proc");
}
