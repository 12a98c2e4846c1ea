/* The log of a unit of systemd, whose stderr is the journal's. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metrics/log.h"
#include "test/unit/suites.h"

static FILE *file;
static char line[256];

static void set_up(void)
{
    file = tmpfile();
    ck_assert_ptr_nonnull(file);
}

static void tear_down(void)
{
    (void)fclose(file);
    unsetenv("JOURNAL_STREAM");
}

/* As systemd names the stream that it has opened. */
static void name_stream(int fd)
{
    struct stat status;
    char names[64];
    ck_assert_int_eq(fstat(fd, &status), 0);
    (void)snprintf(names, sizeof names, "%llu:%llu", (unsigned long long)status.st_dev,
                   (unsigned long long)status.st_ino);
    ck_assert_int_eq(setenv("JOURNAL_STREAM", names, 1), 0);
}

/* The line that a new log writes. */
static const char *write_line(enum log_level level, enum log_format format)
{
    struct log *log = log_new(LOG_DEBUG, fileno(file));
    log_set_format(log, format);
    log_write(log, level, "store", "lost n=%d", 1);
    log_free(log);
    rewind(file);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
    return line;
}

START_TEST(tells_its_priority_and_no_time)
{
    static const char *const lines[] = {"<3>store: lost n=1\n", "<4>store: lost n=1\n",
                                        "<6>store: lost n=1\n", "<7>store: lost n=1\n"};
    name_stream(fileno(file));
    ck_assert_str_eq(write_line((enum log_level)_i, LOG_FORMAT_TEXT), lines[_i]);
}
END_TEST

START_TEST(the_priority_stands_before_json_too)
{
    name_stream(fileno(file));
    (void)write_line(LOG_ERROR, LOG_FORMAT_JSON);
    ck_assert_int_eq(strncmp(line, "<3>{\"ts\":\"20", 12), 0);
}
END_TEST

START_TEST(another_stream_is_not_the_journal)
{
    name_stream(STDIN_FILENO);
    ck_assert_ptr_nonnull(
        strstr(write_line(LOG_INFO, LOG_FORMAT_TEXT), "Z info store: lost n=1\n"));
    name_stream(fileno(file));
    ck_assert(!log_is_journal(-1));
    setenv("JOURNAL_STREAM", "nonsense", 1);
    ck_assert(!log_is_journal(fileno(file)));
    unsetenv("JOURNAL_STREAM");
    ck_assert(!log_is_journal(fileno(file)));
}
END_TEST

Suite *log_journal_suite(void)
{
    Suite *suite = suite_create("log_journal");
    TCase *tests = tcase_create("log_journal");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, tells_its_priority_and_no_time, 0, 4);
    tcase_add_test(tests, the_priority_stands_before_json_too);
    tcase_add_test(tests, another_stream_is_not_the_journal);
    suite_add_tcase(suite, tests);
    return suite;
}
