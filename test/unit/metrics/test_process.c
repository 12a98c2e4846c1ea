/* The process_* series: against this process, and against a /proc made up. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "metrics/metrics.h"
#include "metrics/process.h"
#include "test/unit/metrics/rendering.h"
#include "test/unit/suites.h"

static struct metrics *metrics;

static void set_up(void)
{
    metrics = rendering_set_up();
}

/* The value of the series that `start` (a whole line's start, with the blank) names. */
static double rendered_value(const char *start)
{
    const char *line = strstr(render(), start);
    ck_assert_msg(line != NULL, "no %s", start);
    return strtod(line + strlen(start), NULL);
}

START_TEST(process_values_are_those_of_this_process)
{
    metrics_add_process(metrics);
    double resident_bytes = rendered_value("\nprocess_resident_memory_bytes ");
    ck_assert_double_gt(resident_bytes, 100e3);
    ck_assert_double_gt(rendered_value("\nprocess_virtual_memory_bytes "), resident_bytes);
    ck_assert_double_eq(rendered_value("\nprocess_max_fds "), (double)sysconf(_SC_OPEN_MAX));
    double age_seconds = difftime(time(NULL), 0) - rendered_value("\nprocess_start_time_seconds ");
    ck_assert_double_gt(age_seconds, -2);
    ck_assert_double_lt(age_seconds, 3600); /* all tests may take a while */
}
END_TEST

START_TEST(process_cpu_seconds_grow_with_work)
{
    metrics_add_process(metrics);
    double before = rendered_value("\nprocess_cpu_seconds_total ");
    clock_t start = clock();
    while (clock() - start < CLOCKS_PER_SEC / 20)
        ;
    double grown = rendered_value("\nprocess_cpu_seconds_total ") - before;
    ck_assert_double_ge(grown, 0.02);
    ck_assert_double_lt(grown, 5);
}
END_TEST

START_TEST(process_open_fds_are_counted_even_when_none_is_left)
{
    int fds[4096];
    size_t count = 0;
    metrics_add_process(metrics);
    double before = rendered_value("\nprocess_open_fds ");
    struct rlimit usual;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
    const struct rlimit low = {.rlim_cur = (rlim_t)before + 40, .rlim_max = usual.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &low), 0);
    while (count < 4096 && (fds[count] = dup(STDERR_FILENO)) >= 0)
        count++;
    ck_assert_int_eq(errno, EMFILE);
    ck_assert_uint_gt(count, 3);
    double grown = rendered_value("\nprocess_open_fds ") - before;
    ck_assert_double_eq(grown, (double)count);
    while (count > 0)
        close(fds[--count]);
    ck_assert_double_eq(rendered_value("\nprocess_open_fds "), before);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &usual), 0);
}
END_TEST

START_TEST(process_series_are_left_out_without_proc)
{
    process_add(metrics, "/nonexistent");
    const char *rendered = render();
    ck_assert_ptr_null(strstr(rendered, "process_cpu_seconds_total"));
    ck_assert_ptr_null(strstr(rendered, "process_open_fds"));
    ck_assert_ptr_null(strstr(rendered, "process_start_time_seconds"));
    ck_assert_ptr_nonnull(strstr(rendered, "\nprocess_max_fds "));
}
END_TEST

static void write_file(const char *directory, const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void remove_file(const char *directory, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    ck_assert_int_eq(remove(path), 0);
}

START_TEST(process_stat_is_read_behind_a_name_with_parentheses)
{
    char proc[] = "/tmp/test_process_XXXXXX";
    char self[64];
    ck_assert_ptr_nonnull(mkdtemp(proc));
    (void)snprintf(self, sizeof self, "%s/self", proc);
    ck_assert_int_eq(mkdir(self, 0700), 0);
    write_file(proc, "stat", "cpu 1 2 3\nintr 5 0 0\nbtime 1700000000\nprocesses 9\n");
    write_file(proc, "self/stat",
               "7 (a) R 1 (b c) S 1 7 7 0 -1 4194304 10 20 30 40 250 150 8 9 20 0 1 0 1200 "
               "5000000 3 18446744073709551615 1 1 0 0 0\n");
    process_add(metrics, proc);
    remove_file(proc, "self/stat");
    remove_file(proc, "self");
    remove_file(proc, "stat");
    ck_assert_int_eq(rmdir(proc), 0);
    double ticks = (double)sysconf(_SC_CLK_TCK);
    ck_assert_double_eq(rendered_value("\nprocess_cpu_seconds_total "), 400 / ticks);
    ck_assert_double_eq(rendered_value("\nprocess_virtual_memory_bytes "), 5e6);
    ck_assert_double_eq(rendered_value("\nprocess_resident_memory_bytes "),
                        3 * (double)sysconf(_SC_PAGESIZE));
    ck_assert_double_eq(rendered_value("\nprocess_start_time_seconds "), 1.7e9 + 1200 / ticks);
}
END_TEST

/* self/fdinfo has an entry for each descriptor as well, but its size is 0, as that of self/fd is
 * before Linux 6.2. */
START_TEST(process_open_fds_are_listed_where_the_kernel_does_not_count_them)
{
    char proc[] = "/tmp/test_process_XXXXXX";
    char path[64];
    struct stat status;
    ck_assert_int_eq(stat("/proc/self/fdinfo", &status), 0);
    ck_assert_int_eq(status.st_size, 0);
    ck_assert_ptr_nonnull(mkdtemp(proc));
    (void)snprintf(path, sizeof path, "%s/self", proc);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/self/fd", proc);
    ck_assert_int_eq(symlink("/proc/self/fdinfo", path), 0);
    process_add(metrics, proc);
    remove_file(proc, "self/fd");
    remove_file(proc, "self");
    ck_assert_int_eq(rmdir(proc), 0);
    double before = rendered_value("\nprocess_open_fds ");
    ck_assert_double_ge(before, 4);
    int fd = dup(STDERR_FILENO);
    ck_assert_double_eq(rendered_value("\nprocess_open_fds "), before + 1);
    close(fd);
    ck_assert_double_eq(rendered_value("\nprocess_open_fds "), before);
}
END_TEST

Suite *process_suite(void)
{
    Suite *suite = suite_create("process");
    TCase *tests = tcase_create("process");
    tcase_add_checked_fixture(tests, set_up, rendering_tear_down);
    tcase_add_test(tests, process_values_are_those_of_this_process);
    tcase_add_test(tests, process_cpu_seconds_grow_with_work);
    tcase_add_test(tests, process_open_fds_are_counted_even_when_none_is_left);
    tcase_add_test(tests, process_series_are_left_out_without_proc);
    tcase_add_test(tests, process_stat_is_read_behind_a_name_with_parentheses);
    tcase_add_test(tests, process_open_fds_are_listed_where_the_kernel_does_not_count_them);
    suite_add_tcase(suite, tests);
    return suite;
}
