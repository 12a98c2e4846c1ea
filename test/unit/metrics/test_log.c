/* The log: what a line looks like, and that no reader can hold it up. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <regex.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "metrics/log.h"
#include "test/unit/suites.h"

static int reader;
static int writer;
static struct log *logger;
static char received[1 << 17];

static void set_up(void)
{
    int fds[2];
    ck_assert_int_eq(pipe(fds), 0);
    reader = fds[0];
    writer = fds[1];
    ck_assert_int_eq(fcntl(reader, F_SETFL, O_NONBLOCK), 0);
    logger = log_new(LOG_INFO, writer);
}

static void tear_down(void)
{
    log_free(logger);
    close(reader);
    close(writer);
}

/* Reads all that is there. */
static const char *receive(void)
{
    size_t used = 0;
    ssize_t more = 0;
    while ((more = read(reader, received + used, sizeof received - 1 - used)) > 0)
        used += (size_t)more;
    received[used] = '\0';
    return received;
}

/* What follows the time of the only line. */
static const char *receive_entry(void)
{
    const char *line = receive();
    ck_assert_uint_gt(strlen(line), strlen("2025-04-01T12:00:00.000Z "));
    return line + strlen("2025-04-01T12:00:00.000Z ");
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

static void fill_pipe(void)
{
    char page[PIPE_BUF];
    memset(page, '.', sizeof page);
    int flags = fcntl(writer, F_GETFL);
    ck_assert_int_eq(fcntl(writer, F_SETFL, flags | O_NONBLOCK), 0);
    while (write(writer, page, sizeof page) > 0)
        ;
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(fcntl(writer, F_SETFL, flags), 0);
}

START_TEST(writes_time_level_module_and_text)
{
    regex_t shape;
    ck_assert_int_eq(regcomp(&shape,
                             "^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]"
                             "\\.[0-9]{3}Z info store: connected host=db1 attempt=3\n$",
                             REG_EXTENDED | REG_NOSUB),
                     0);
    log_write(logger, LOG_INFO, "store", "connected host=%s attempt=%d", "db1", 3);
    int matched = regexec(&shape, receive(), 0, NULL, 0);
    regfree(&shape);
    ck_assert_msg(matched == 0, "%s", received);
}
END_TEST

START_TEST(keeps_back_what_is_above_the_level)
{
    log_write(logger, LOG_DEBUG, "store", "not this");
    ck_assert_str_eq(receive(), "");
    log_write(logger, LOG_ERROR, "store", "this");
    ck_assert_str_eq(receive_entry(), "error store: this\n");
}
END_TEST

START_TEST(tells_what_was_asked_for_whatever_the_level)
{
    log_set_level(logger, LOG_ERROR);
    log_write(logger, LOG_INFO, "server", "not this");
    log_tell(logger, "server", "%s count=%d", "this", 1);
    ck_assert_str_eq(receive_entry(), "info server: this count=1\n");
}
END_TEST

static const struct {
    const char *text;
    const char *written;
} escapes[] = {
    {"one\ntwo\r\ttab", "one\\x0atwo\\x0d\\x09tab"},
    {"\x1B[31mred\x7F", "\\x1b[31mred\\x7f"},
    {"gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80",
     "gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80"},
    {"\xFF\xFE", "\\xff\\xfe"},
    {"overlong \xC0\xAF \xE0\x80\xAF", "overlong \\xc0\\xaf \\xe0\\x80\\xaf"},
    {"surrogate \xED\xA0\x80", "surrogate \\xed\\xa0\\x80"},
    {"above \xF4\x90\x80\x80", "above \\xf4\\x90\\x80\\x80"},
    {"cut \xE2\x82", "cut \\xe2\\x82"},
    {"broken \xE2(\xA1", "broken \\xe2(\\xa1"},
    {"late \xE2\x82(", "late \\xe2\\x82("},
    {"lead \xE2\x82\xC3", "lead \\xe2\\x82\\xc3"},
    {"csi \xC2\x9B", "csi \\xc2\\x9b"},
    {"no-break \xC2\xA0", "no-break \xC2\xA0"},
    {"", ""},
};

START_TEST(escapes_what_could_forge_a_line)
{
    char expected[128];
    (void)snprintf(expected, sizeof expected, "warning server: %s\n", escapes[_i].written);
    log_write(logger, LOG_WARNING, "server", "%s", escapes[_i].text);
    ck_assert_str_eq(receive_entry(), expected);
}
END_TEST

START_TEST(cuts_the_text_at_1000_bytes)
{
    char text[3000] = {0};
    memset(text, 'x', sizeof text - 1);
    log_write(logger, LOG_INFO, "m", "%s", text);
    ck_assert_uint_eq(strlen(receive_entry()), strlen("info m: ") + 1000 + 1);
}
END_TEST

/* A character of two to four bytes that begins _i % 4 bytes before the cut. */
START_TEST(never_cuts_through_a_character)
{
    static const char *const characters[] = {"\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    const char *character = characters[_i / 4];
    size_t before = 1000 - (size_t)_i % 4;
    bool fits = before + strlen(character) <= 1000;
    char text[1100] = {0};
    memset(text, 'x', before);
    strcpy(text + before, character);
    memset(text + before + strlen(character), 'y', 50);
    log_write(logger, LOG_INFO, "m", "%s", text);
    const char *entry = receive_entry();
    ck_assert_ptr_null(strchr(entry, '\\'));
    ck_assert_int_eq(strstr(entry, character) != NULL, fits);
    size_t expected = fits ? 1000 : before;
    ck_assert_uint_eq(strlen(entry), strlen("info m: ") + expected + 1);
}
END_TEST

START_TEST(the_longest_line_is_atomic_in_a_pipe)
{
    char module[200] = {0};
    char text[1001] = {0};
    memset(module, 'm', sizeof module - 1);
    memset(text, '\xFF', sizeof text - 1);
    log_write(logger, LOG_WARNING, module, "%s", text);
    ck_assert_uint_gt(strlen(receive()), 4000);
    ck_assert_uint_le(strlen(received), PIPE_BUF);
    ck_assert_str_eq(received + strlen(received) - 5, "\\xff\n");
}
END_TEST

START_TEST(drops_lines_while_the_pipe_is_full_and_reports_how_many)
{
    fill_pipe();
    for (int i = 0; i < 5; i++)
        log_write(logger, LOG_INFO, "store", "lost");
    log_write(logger, LOG_DEBUG, "store", "never wanted");
    ck_assert_ptr_null(strchr(receive(), '\n'));
    log_write(logger, LOG_INFO, "store", "found");
    const char *text = receive();
    ck_assert_ptr_nonnull(strstr(text, "Z warning log: lines dropped count=5\n"));
    ck_assert_ptr_nonnull(strstr(text, "Z info store: found\n"));
    ck_assert(strstr(text, "dropped") < strstr(text, "found"));
    log_write(logger, LOG_INFO, "store", "again");
    ck_assert_str_eq(receive_entry(), "info store: again\n");
}
END_TEST

START_TEST(reports_dropped_lines_when_it_is_freed)
{
    fill_pipe();
    log_write(logger, LOG_INFO, "store", "lost");
    receive();
    log_free(logger);
    logger = NULL;
    ck_assert_str_eq(receive_entry(), "warning log: lines dropped count=1\n");
}
END_TEST

START_TEST(every_line_is_written_whole_or_counted)
{
    char text[500] = {0};
    memset(text, 'x', sizeof text - 1);
    for (int i = 0; i < 1000; i++)
        log_write(logger, LOG_INFO, "store", "%s", text);
    size_t written = count_lines(receive());
    ck_assert_uint_gt(written, 10);
    ck_assert_uint_lt(written, 1000);
    ck_assert_int_eq(received[strlen(received) - 1], '\n');
    log_free(logger);
    logger = NULL;
    char expected[64];
    (void)snprintf(expected, sizeof expected, "lines dropped count=%zu\n", 1000 - written);
    ck_assert_ptr_nonnull(strstr(receive(), expected));
}
END_TEST

START_TEST(survives_a_reader_that_is_gone)
{
    (void)signal(SIGPIPE, SIG_DFL);
    close(reader);
    log_write(logger, LOG_INFO, "store", "unheard");
    reader = open("/dev/null", O_RDONLY);
}
END_TEST

START_TEST(survives_a_closed_descriptor)
{
    struct log *closed = log_new(LOG_INFO, -1);
    log_write(closed, LOG_INFO, "store", "nowhere");
    log_free(closed);
    log_free(NULL);
}
END_TEST

START_TEST(writes_to_a_regular_file)
{
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    struct log *to_file = log_new(LOG_INFO, fileno(file));
    log_write(to_file, LOG_INFO, "store", "one");
    log_write(to_file, LOG_INFO, "store", "two");
    log_free(to_file);
    ssize_t length = pread(fileno(file), received, sizeof received - 1, 0);
    (void)fclose(file);
    ck_assert_int_gt(length, 0);
    received[length] = '\0';
    ck_assert_uint_eq(count_lines(received), 2);
    ck_assert_ptr_nonnull(strstr(received, "info store: two\n"));
}
END_TEST

START_TEST(never_blocks_on_a_full_socket)
{
    int fds[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    struct log *to_socket = log_new(LOG_INFO, fds[0]);
    for (int i = 0; i < 100000; i++)
        log_write(to_socket, LOG_INFO, "store", "filling a socket that nobody reads");
    log_free(to_socket);
    ssize_t length = read(fds[1], received, sizeof received - 1);
    ck_assert_int_gt(length, 1000);
    close(fds[0]);
    close(fds[1]);
}
END_TEST

START_TEST(leaves_errno_alone)
{
    fill_pipe();
    errno = ENOENT;
    log_write(logger, LOG_INFO, "store", "unwritten");
    ck_assert_int_eq(errno, ENOENT);
    int full = open("/dev/full", O_WRONLY);
    struct log *to_full = log_new(LOG_INFO, full);
    errno = ENOENT;
    log_write(to_full, LOG_INFO, "store", "unwritten");
    ck_assert_int_eq(errno, ENOENT);
    log_free(to_full);
    close(full);
}
END_TEST

START_TEST(reads_the_names_of_the_levels)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    enum log_level level = LOG_ERROR;
    ck_assert_int_eq(log_level_parse(names[_i], &level), 0);
    ck_assert_int_eq((int)level, _i);
}
END_TEST

START_TEST(takes_warn_for_warning)
{
    enum log_level level = LOG_ERROR;
    ck_assert_int_eq(log_level_parse("warn", &level), 0);
    ck_assert_int_eq((int)level, LOG_WARNING);
}
END_TEST

START_TEST(changes_its_level)
{
    log_set_level(logger, LOG_DEBUG);
    log_write(logger, LOG_DEBUG, "store", "this");
    ck_assert_str_eq(receive_entry(), "debug store: this\n");
    log_set_level(logger, LOG_ERROR);
    log_write(logger, LOG_WARNING, "store", "not this");
    ck_assert_str_eq(receive(), "");
}
END_TEST

START_TEST(refuses_what_is_no_level)
{
    static const char *const names[] = {"", "INFO", "warns", "info ", "debugging"};
    enum log_level level = LOG_WARNING;
    ck_assert_int_eq(log_level_parse(names[_i], &level), -1);
    ck_assert_int_eq((int)level, LOG_WARNING);
}
END_TEST

static void add_line_tests(TCase *tests)
{
    tcase_add_test(tests, writes_time_level_module_and_text);
    tcase_add_test(tests, keeps_back_what_is_above_the_level);
    tcase_add_test(tests, tells_what_was_asked_for_whatever_the_level);
    tcase_add_loop_test(tests, escapes_what_could_forge_a_line, 0,
                        sizeof escapes / sizeof escapes[0]);
    tcase_add_test(tests, cuts_the_text_at_1000_bytes);
    tcase_add_loop_test(tests, never_cuts_through_a_character, 0, 12);
    tcase_add_loop_test(tests, reads_the_names_of_the_levels, 0, 4);
    tcase_add_loop_test(tests, refuses_what_is_no_level, 0, 5);
    tcase_add_test(tests, takes_warn_for_warning);
    tcase_add_test(tests, changes_its_level);
}

static void add_descriptor_tests(TCase *tests)
{
    tcase_add_test(tests, the_longest_line_is_atomic_in_a_pipe);
    tcase_add_test(tests, drops_lines_while_the_pipe_is_full_and_reports_how_many);
    tcase_add_test(tests, reports_dropped_lines_when_it_is_freed);
    tcase_add_test(tests, every_line_is_written_whole_or_counted);
    tcase_add_test(tests, survives_a_reader_that_is_gone);
    tcase_add_test(tests, survives_a_closed_descriptor);
    tcase_add_test(tests, writes_to_a_regular_file);
    tcase_add_test(tests, never_blocks_on_a_full_socket);
    tcase_add_test(tests, leaves_errno_alone);
}

Suite *log_suite(void)
{
    Suite *suite = suite_create("log");
    TCase *tests = tcase_create("log");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    add_line_tests(tests);
    add_descriptor_tests(tests);
    suite_add_tcase(suite, tests);
    return suite;
}
