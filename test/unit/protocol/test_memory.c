/* Memory that the program cannot do without: what is said when there is none, and to whom. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "protocol/memory.h"
#include "test/unit/suites.h"

/* AddressSanitizer otherwise ends the process itself where calloc() should return NULL. */
/* NOLINTBEGIN(bugprone-reserved-identifier) */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
/* NOLINTEND(bugprone-reserved-identifier) */
{
    return "allocator_may_return_null=1";
}

#define TOO_MUCH (SIZE_MAX / 2 + 1)

/* Volatile: the compiler would know that this cannot succeed, and say so. */
static const volatile size_t too_much = TOO_MUCH;

static void want_unknown(void)
{
    memory_exhausted(0);
}

static void want_zeroed(void)
{
    free(memory_zeroed(too_much));
}

static void want_array(void)
{
    free(memory_zeroed_array(2, too_much / 2));
}

static void want_array_that_overflows(void)
{
    free(memory_zeroed_array(too_much, too_much));
}

static void want_resized(void)
{
    free(memory_resized(NULL, too_much));
}

static void want_an_object(void)
{
    (void)memory_required(NULL);
}

/* Runs `want` in a child whose stderr is `fd` (-1 = closed), and waits until SIGABRT ends it. */
static void run_out_of_memory(void (*want)(void), int fd)
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)signal(SIGPIPE, SIG_DFL);
        (void)signal(SIGALRM, SIG_DFL);
        (void)alarm(10);
        close(STDERR_FILENO);
        (void)dup2(fd, STDERR_FILENO);
        want();
        _exit(EXIT_SUCCESS);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(WIFSIGNALED(status) ? WTERMSIG(status) : 0, SIGABRT);
}

static const struct {
    void (*want)(void);
    size_t bytes;
} wants[] = {
    {want_unknown, 0},        {want_zeroed, TOO_MUCH},
    {want_array, TOO_MUCH},   {want_array_that_overflows, SIZE_MAX},
    {want_resized, TOO_MUCH}, {want_an_object, 0},
};

START_TEST(says_how_much_it_wanted_and_aborts)
{
    int fds[2];
    char said[4096] = "";
    char expected[64] = "out of memory\n";
    if (wants[_i].bytes > 0)
        (void)snprintf(expected, sizeof expected, "out of memory: %zu bytes\n", wants[_i].bytes);
    ck_assert_int_eq(pipe(fds), 0);
    run_out_of_memory(wants[_i].want, fds[1]);
    close(fds[1]);
    ssize_t length = read(fds[0], said, sizeof said - 1);
    close(fds[0]);
    ck_assert_int_ge(length, (ssize_t)strlen(expected));
    /* Behind a warning of AddressSanitizer, where that is built in. */
    ck_assert_str_eq(said + length - strlen(expected), expected);
}
END_TEST

START_TEST(aborts_though_nobody_reads)
{
    char page[PIPE_BUF] = "";
    int fds[2];
    ck_assert_int_eq(pipe2(fds, O_NONBLOCK), 0);
    while (write(fds[1], page, sizeof page) > 0) {
    }
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(fcntl(fds[1], F_SETFL, 0), 0);
    run_out_of_memory(want_unknown, fds[1]);
    close(fds[0]);
    run_out_of_memory(want_unknown, fds[1]);
    close(fds[1]);
    run_out_of_memory(want_unknown, -1);
}
END_TEST

START_TEST(zeroed_memory_is_zero)
{
    static const char zeros[300];
    void *single = memory_zeroed(sizeof zeros);
    void *array = memory_zeroed_array(3, sizeof zeros / 3);
    ck_assert_mem_eq(single, zeros, sizeof zeros);
    ck_assert_mem_eq(array, zeros, sizeof zeros);
    free(single);
    free(array);
}
END_TEST

START_TEST(resized_memory_keeps_what_it_held)
{
    char *bytes = memory_resized(NULL, 5);
    memcpy(bytes, "kept", 5);
    bytes = memory_resized(bytes, 100000);
    ck_assert_str_eq(bytes, "kept");
    free(bytes);
}
END_TEST

START_TEST(copies_are_terminated_and_of_their_own)
{
    char text[] = "text";
    char *whole = memory_copy_text(text);
    char *part = memory_copy_bytes(text, 2);
    char *empty = memory_copy_bytes(text, 0);
    text[0] = '-';
    ck_assert_str_eq(whole, "text");
    ck_assert_str_eq(part, "te");
    ck_assert_str_eq(empty, "");
    ck_assert_ptr_null(memory_copy_text(NULL));
    free(whole);
    free(part);
    free(empty);
}
END_TEST

START_TEST(what_a_library_made_passes_through)
{
    int object = 0;
    ck_assert_ptr_eq(memory_required(&object), &object);
}
END_TEST

Suite *memory_suite(void)
{
    Suite *suite = suite_create("memory");
    TCase *tcase = tcase_create("memory");
    tcase_add_loop_test(tcase, says_how_much_it_wanted_and_aborts, 0,
                        (int)(sizeof wants / sizeof wants[0]));
    tcase_add_test(tcase, aborts_though_nobody_reads);
    tcase_add_test(tcase, zeroed_memory_is_zero);
    tcase_add_test(tcase, resized_memory_keeps_what_it_held);
    tcase_add_test(tcase, copies_are_terminated_and_of_their_own);
    tcase_add_test(tcase, what_a_library_made_passes_through);
    suite_add_tcase(suite, tcase);
    return suite;
}
