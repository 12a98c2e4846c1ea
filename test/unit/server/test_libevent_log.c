/* What becomes of libevent's own messages. */
#include <check.h>
#include <event2/dns.h>
#include <event2/event.h>

#include "server/libevent_log.h"
#include "test/unit/store/ingest/log_file.h"
#include "test/unit/suites.h"

static struct event_base *base;

static void set_up(void)
{
    base = event_base_new();
    libevent_log_start(log_file_open());
}

static void tear_down(void)
{
    libevent_log_stop();
    event_base_free(base);
    log_file_close();
}

/* libevent warns of a loop inside the loop. */
static void loop_again(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
    (void)event_base_loop(base, EVLOOP_NONBLOCK);
}

static void make_it_warn(void)
{
    ck_assert_int_eq(event_base_once(base, -1, EV_TIMEOUT, loop_again, NULL, NULL), 0);
    ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
}

START_TEST(a_message_goes_out_at_its_level_once_a_minute)
{
    for (int i = 0; i < 10; i++)
        make_it_warn();
    ck_assert_uint_eq(log_file_count("warning libevent: event_base_loop: reentrant invocation."),
                      1);
    ck_assert_uint_eq(log_file_count("reentrant"), 1);
}
END_TEST

START_TEST(the_resolver_speaks_here_too)
{
    struct evdns_base *dns = evdns_base_new(base, 0);
    for (int i = 0; i < 10; i++)
        ck_assert_int_ne(evdns_base_nameserver_ip_add(dns, "nowhere"), 0);
    ck_assert_uint_eq(log_file_count("warning libevent: Unable to parse nameserver address"), 1);
    evdns_base_free(dns, 0);
}
END_TEST

START_TEST(nothing_is_said_after_the_end)
{
    libevent_log_stop();
    make_it_warn();
    ck_assert_uint_eq(log_file_count("libevent"), 0);
}
END_TEST

Suite *libevent_log_suite(void)
{
    Suite *suite = suite_create("libevent_log");
    TCase *tcase = tcase_create("libevent_log");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_message_goes_out_at_its_level_once_a_minute);
    tcase_add_test(tcase, the_resolver_speaks_here_too);
    tcase_add_test(tcase, nothing_is_said_after_the_end);
    suite_add_tcase(suite, tcase);
    return suite;
}
