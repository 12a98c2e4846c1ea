/* What is counted of answers, as /metrics shows it. */
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "server/http/metrics.h"
#include "test/unit/metrics/rendering.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const char *const endpoints[] = {"/ads", "/ads/{kind}", "other", NULL};

static struct http_metrics *http_metrics;

static void set_up(void)
{
    http_metrics = http_metrics_new(rendering_set_up(), endpoints);
}

static void tear_down(void)
{
    http_metrics_free(http_metrics);
    rendering_tear_down();
}

/* How many lines of the rendering begin with `start`. */
static int lines(const char *start)
{
    int count = 0;
    for (const char *line = render(); line[0] != '\0'; line = strchr(line, '\n') + 1)
        count += strncmp(line, start, strlen(start)) == 0;
    return count;
}

static const int statuses[] = {100, 200, 202, 206, 302, 304, 404, 418, 451, 500, 503, 599};

START_TEST(every_status_counts_as_itself)
{
    for (int i = 0; i < COUNT(statuses); i++) {
        for (int times = 0; times <= i; times++)
            http_metrics_count(http_metrics, 1, HTTP_GET, statuses[i], 0.001);
    }
    ck_assert_int_eq(lines("http_requests_total{"), COUNT(statuses));
    for (int i = 0; i < COUNT(statuses); i++) {
        char line[120];
        (void)snprintf(
            line, sizeof line,
            "http_requests_total{method=\"GET\",endpoint=\"/ads/{kind}\",code=\"%d\"} %d\n",
            statuses[i], i + 1);
        ck_assert_int_eq(lines(line), 1);
    }
}
END_TEST

START_TEST(method_and_endpoint_tell_answers_apart)
{
    for (int method = 0; method < HTTP_METHODS; method++) {
        for (size_t endpoint = 0; endpoints[endpoint] != NULL; endpoint++)
            http_metrics_count(http_metrics, endpoint, (enum http_method)method, 204, 0.001);
    }
    ck_assert_int_eq(lines("http_requests_total{"), 3 * HTTP_METHODS);
    ck_assert_int_eq(
        lines("http_requests_total{method=\"DELETE\",endpoint=\"other\",code=\"204\"} 1"), 1);
    ck_assert_int_eq(lines("http_request_duration_seconds_count{endpoint=\"/ads\"} 8"), 1);
}
END_TEST

START_TEST(every_endpoint_has_its_durations_from_the_start)
{
    ck_assert_int_eq(lines("http_request_duration_seconds_count{"), 3);
    ck_assert_int_eq(lines("http_requests_total{"), 0);
}
END_TEST

Suite *http_metrics_suite(void)
{
    Suite *suite = suite_create("http_metrics");
    TCase *tcase = tcase_create("http_metrics");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, every_status_counts_as_itself);
    tcase_add_test(tcase, method_and_endpoint_tell_answers_apart);
    tcase_add_test(tcase, every_endpoint_has_its_durations_from_the_start);
    suite_add_tcase(suite, tcase);
    return suite;
}
