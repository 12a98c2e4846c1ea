/* What is sent to the service manager. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>
#include <event2/event.h>

#include "server/daemon/notifier.h"
#include "test/unit/server/daemon/manager.h"
#include "test/unit/store/ingest/log_file.h"
#include "test/unit/suites.h"

static struct event_base *base;
static struct log *log_file;

static void set_up(void)
{
    base = event_base_new();
    log_file = log_file_open();
    unsetenv("NOTIFY_SOCKET");
}

static void tear_down(void)
{
    manager_close();
    log_file_close();
    event_base_free(base);
}

static void hears_all(void)
{
    struct notifier *notifier = notifier_new(base, log_file);
    ck_assert(notifier_has_listener(notifier));
    ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
    notifier_tell(notifier, "READY=1\nSTATUS=well");
    ck_assert(notifier_mention(notifier, "WATCHDOG=1"));
    ck_assert_str_eq(manager_hear(), "READY=1\nSTATUS=well");
    ck_assert_str_eq(manager_hear(), "WATCHDOG=1");
    ck_assert_ptr_null(manager_hear());
    notifier_free(notifier);
}

START_TEST(a_socket_without_a_file_hears)
{
    manager_open(NULL);
    hears_all();
}
END_TEST

START_TEST(a_path_of_any_length_hears)
{
    char path[108] = "/tmp/adt-notify-";
    (void)snprintf(path + strlen(path), sizeof path - strlen(path), "%ld-", (long)getpid());
    if (_i > 0) /* as long as a path may be */
        memset(path + strlen(path), 'x', sizeof path - 1 - strlen(path));
    manager_open(path);
    hears_all();
}
END_TEST

START_TEST(without_a_manager_nothing_is_told)
{
    if (_i > 0)
        ck_assert_int_eq(setenv("NOTIFY_SOCKET", "", 1), 0);
    struct notifier *notifier = notifier_new(base, log_file);
    ck_assert(!notifier_has_listener(notifier));
    notifier_tell(notifier, "READY=1");
    ck_assert(notifier_mention(notifier, "WATCHDOG=1"));
    notifier_free(notifier);
    ck_assert_uint_eq(log_file_count("manager"), 0);
}
END_TEST

START_TEST(a_name_that_is_none_is_told)
{
    char name[110] = "/";
    memset(name + 1, 'x', sizeof name - 2); /* 109 bytes */
    const char *const names[] = {"run/notify", "vsock:2:1", "/", "@", name};
    ck_assert_int_eq(setenv("NOTIFY_SOCKET", names[_i], 1), 0);
    struct notifier *notifier = notifier_new(base, log_file);
    ck_assert(!notifier_has_listener(notifier));
    ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
    notifier_free(notifier);
    ck_assert_uint_eq(log_file_count("warning server: NOTIFY_SOCKET can't be used"), 1);
}
END_TEST

/* Returns how many it took. */
static unsigned fill(struct notifier *notifier)
{
    unsigned count = 0;
    while (count < 100000 && notifier_mention(notifier, "WATCHDOG=1"))
        count++;
    return count;
}

START_TEST(while_nobody_reads_what_is_told_waits_in_its_order)
{
    static const char *const lines[] = {"RELOADING=1", "READY=1", "STOPPING=1"};
    manager_open(NULL);
    struct notifier *notifier = notifier_new(base, log_file);
    unsigned beats = fill(notifier);
    for (int i = 0; i < 3; i++)
        notifier_tell(notifier, lines[i]);
    while (beats-- > 0)
        ck_assert_str_eq(manager_hear(), "WATCHDOG=1");
    ck_assert_ptr_null(manager_hear());
    ck_assert(!notifier_mention(notifier, "STATUS=overtakes"));
    for (int i = 0; i < 3; i++)
        ck_assert_str_eq(manager_wait(base), lines[i]);
    ck_assert(notifier_mention(notifier, "STATUS=later"));
    ck_assert_str_eq(manager_hear(), "STATUS=later");
    notifier_free(notifier);
    ck_assert_uint_eq(log_file_count("manager"), 0);
}
END_TEST

START_TEST(so_many_wait_and_the_last_is_among_them)
{
    manager_open(NULL);
    struct notifier *notifier = notifier_new(base, log_file);
    unsigned beats = fill(notifier);
    for (int i = 0; i < NOTIFIER_WAITING_MAX + 5; i++) {
        char text[24];
        (void)snprintf(text, sizeof text, "STATUS=%d", i);
        notifier_tell(notifier, text);
    }
    while (beats-- > 0)
        ck_assert_ptr_nonnull(manager_hear());
    ck_assert_str_eq(manager_wait(base), "STATUS=0");
    for (int i = 2; i < NOTIFIER_WAITING_MAX; i++)
        ck_assert_ptr_nonnull(manager_wait(base));
    ck_assert_str_eq(manager_wait(base), "STATUS=20");
    (void)event_base_loop(base, EVLOOP_NONBLOCK);
    ck_assert_ptr_null(manager_hear());
    notifier_free(notifier);
}
END_TEST

START_TEST(a_manager_that_is_gone_is_told_of_once)
{
    manager_open(NULL);
    struct notifier *notifier = notifier_new(base, log_file);
    manager_close();
    for (int i = 0; i < 5; i++)
        notifier_tell(notifier, "STATUS=unheard");
    ck_assert(notifier_mention(notifier, "WATCHDOG=1"));
    notifier_free(notifier);
    ck_assert_uint_eq(log_file_count("the service manager can't be told how the server is"), 1);
}
END_TEST

Suite *notifier_suite(void)
{
    Suite *suite = suite_create("notifier");
    TCase *tcase = tcase_create("notifier");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_socket_without_a_file_hears);
    tcase_add_loop_test(tcase, a_path_of_any_length_hears, 0, 2);
    tcase_add_loop_test(tcase, without_a_manager_nothing_is_told, 0, 2);
    tcase_add_loop_test(tcase, a_name_that_is_none_is_told, 0, 5);
    tcase_add_test(tcase, while_nobody_reads_what_is_told_waits_in_its_order);
    tcase_add_test(tcase, so_many_wait_and_the_last_is_among_them);
    tcase_add_test(tcase, a_manager_that_is_gone_is_told_of_once);
    suite_add_tcase(suite, tcase);
    return suite;
}
