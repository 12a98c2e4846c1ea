/* The registry, its exposition and histograms. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "metrics/metrics.h"
#include "metrics/registry.h"
#include "metrics/text.h"
#include "test/unit/metrics/exposition_check.h"
#include "test/unit/metrics/rendering.h"
#include "test/unit/suites.h"

static struct metrics *metrics;

static void set_up(void)
{
    metrics = rendering_set_up();
}

static void assert_has(const char *part)
{
    const char *rendered = render();
    ck_assert_msg(strstr(rendered, part) != NULL, "missing:\n%s\nin:\n%s", part, rendered);
}

static double read_double(void *arg)
{
    const double *value = arg;
    return *value;
}

START_TEST(renders_nothing_when_empty)
{
    ck_assert_str_eq(render(), "");
}
END_TEST

START_TEST(renders_help_type_and_value)
{
    counter_add(metrics_counter(metrics, "a_total", "What it is.", ""), 3);
    ck_assert_str_eq(render(), "# HELP a_total What it is.\n# TYPE a_total counter\na_total 3\n");
}
END_TEST

START_TEST(escapes_help)
{
    metrics_counter(metrics, "a_total", "back\\slash\nline \"quoted\"", "");
    assert_has("# HELP a_total back\\\\slash\\nline \"quoted\"\n");
}
END_TEST

START_TEST(counts_beyond_what_a_double_holds)
{
    counter_add(metrics_counter(metrics, "a_total", "A.", ""), UINT64_MAX);
    assert_has("a_total 18446744073709551615\n");
}
END_TEST

START_TEST(returns_the_same_series_for_the_same_labels)
{
    struct counter *click = metrics_counter(metrics, "a_total", "A.", "kind=\"click\"");
    struct counter *other = metrics_counter(metrics, "a_total", "A.", "kind=\"other\"");
    ck_assert_ptr_ne(click, other);
    ck_assert_ptr_eq(click, metrics_counter(metrics, "a_total", "A.", "kind=\"click\""));
    struct histogram *latency = metrics_latency_histogram(metrics, "b_seconds", "B.", "");
    ck_assert_ptr_eq(latency, metrics_latency_histogram(metrics, "b_seconds", "B.", ""));
    ck_assert_ptr_null(exposition_fault(render()));
}
END_TEST

START_TEST(keeps_the_address_of_a_series_while_others_are_added)
{
    struct counter *first = metrics_counter(metrics, "a_total", "A.", "n=\"first\"");
    for (int i = 0; i < 1000; i++) {
        char labels[32];
        (void)snprintf(labels, sizeof labels, "n=\"%d\"", i);
        metrics_counter(metrics, "a_total", "A.", labels);
    }
    counter_add(first, 7);
    assert_has("a_total{n=\"first\"} 7\n");
}
END_TEST

START_TEST(keeps_a_late_series_with_its_family)
{
    metrics_counter(metrics, "a_total", "A.", "n=\"1\"");
    metrics_latency_histogram(metrics, "b_seconds", "B.", "n=\"1\"");
    metrics_counter(metrics, "a_total", "A.", "n=\"2\"");
    metrics_latency_histogram(metrics, "b_seconds", "B.", "n=\"2\"");
    assert_has("a_total{n=\"1\"} 0\na_total{n=\"2\"} 0\n# HELP b_seconds");
    ck_assert_ptr_null(exposition_fault(render()));
}
END_TEST

START_TEST(reads_a_gauge_at_each_rendering)
{
    double value = 1;
    metrics_gauge(metrics, "depth", "D.", "", read_double, &value);
    assert_has("# TYPE depth gauge\ndepth 1\n");
    value = 2.5;
    assert_has("\ndepth 2.5\n");
}
END_TEST

START_TEST(a_gauge_added_again_takes_the_new_reader)
{
    double old = 1;
    double new = 2;
    metrics_gauge(metrics, "depth", "D.", "", read_double, &old);
    metrics_gauge(metrics, "depth", "D.", "", read_double, &new);
    assert_has("\ndepth 2\n");
    ck_assert_ptr_null(exposition_fault(render()));
}
END_TEST

START_TEST(an_info_is_a_gauge_of_1)
{
    metrics_info(metrics, "build_info", "B.", "version=\"1\"");
    assert_has("# TYPE build_info gauge\nbuild_info{version=\"1\"} 1\n");
}
END_TEST

START_TEST(renders_a_count_kept_elsewhere_as_counter)
{
    double value = 12;
    metrics_counter_read(metrics, "a_total", "A.", "", read_double, &value);
    assert_has("# TYPE a_total counter\na_total 12\n");
}
END_TEST

/* A source of two series, and how often it was read and freed. */
static struct {
    double value;
    int freed;
} shared;

static void read_shared(void *arg)
{
    ck_assert_ptr_eq(arg, &shared);
    shared.value++;
}

static void free_shared(void *arg)
{
    ck_assert_ptr_eq(arg, &shared);
    shared.freed++;
}

START_TEST(reads_the_source_of_several_series_once_a_rendering)
{
    shared.value = 0;
    shared.freed = 0;
    struct metrics *other = metrics_new();
    const struct source source = {.read = read_shared, .free = free_shared, .arg = &shared};
    registry_before_render(metrics, source);
    registry_before_render(other, source);
    metrics_gauge(metrics, "a", "A.", "", read_double, &shared.value);
    metrics_gauge(metrics, "b", "B.", "", read_double, &shared.value);
    assert_has("\na 1\n# HELP b B.\n# TYPE b gauge\nb 1\n");
    assert_has("\na 2\n# HELP b B.\n# TYPE b gauge\nb 2\n");
    metrics_free(other);
    ck_assert_int_eq(shared.freed, 1);
}
END_TEST

START_TEST(histogram_buckets_are_cumulative_with_le_last)
{
    static const double bounds[] = {0.005, 1};
    struct histogram *histogram =
        metrics_histogram(metrics, "h_seconds", "H.", "a=\"b\"", bounds, 2);
    histogram_observe(histogram, 0.005);
    histogram_observe(histogram, 0.25);
    histogram_observe(histogram, 1.5);
    histogram_observe(histogram, (double)INFINITY);
    ck_assert_str_eq(render(), "# HELP h_seconds H.\n# TYPE h_seconds histogram\n"
                               "h_seconds_bucket{a=\"b\",le=\"0.005\"} 1\n"
                               "h_seconds_bucket{a=\"b\",le=\"1\"} 2\n"
                               "h_seconds_bucket{a=\"b\",le=\"+Inf\"} 4\n"
                               "h_seconds_sum{a=\"b\"} +Inf\n"
                               "h_seconds_count{a=\"b\"} 4\n");
}
END_TEST

START_TEST(histogram_without_labels_has_le_alone)
{
    static const double bounds[] = {1};
    histogram_observe(metrics_histogram(metrics, "h", "H.", "", bounds, 1), 0.75);
    assert_has("h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 0.75\nh_count 1\n");
}
END_TEST

START_TEST(histogram_ignores_nan)
{
    struct histogram *histogram = metrics_latency_histogram(metrics, "h_seconds", "H.", "");
    histogram_observe(histogram, (double)NAN);
    assert_has("h_seconds_sum 0\nh_seconds_count 0\n");
}
END_TEST

START_TEST(latency_bounds_go_from_100_us_to_10_s)
{
    static const char *const bounds[] = {"0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005",
                                         "0.01",   "0.025",   "0.05",   "0.1",   "0.25",   "0.5",
                                         "1",      "2.5",     "5",      "10",    "+Inf"};
    metrics_latency_histogram(metrics, "h_seconds", "H.", "");
    const char *at = render();
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        char bucket[64];
        (void)snprintf(bucket, sizeof bucket, "h_seconds_bucket{le=\"%s\"} 0\n", bounds[i]);
        at = strstr(at, bucket);
        ck_assert_msg(at != NULL, "missing: %s", bucket);
    }
}
END_TEST

static const struct {
    double value;
    const char *text;
} numbers[] = {
    {0, "0"},
    {-0.0, "0"},
    {1, "1"},
    {-42, "-42"},
    {0.1, "0.1"},
    {0.1 + 0.2, "0.30000000000000004"},
    {1.0 / 3, "0.3333333333333333"},
    {-2.5, "-2.5"},
    {0.00025, "0.00025"},
    {1e-5, "1e-05"},
    {1763798400.123, "1763798400.123"},
    {9007199254740992.0, "9007199254740992"},
    {1e15, "1000000000000000"},
    {1e300, "1e+300"},
    {DBL_MAX, "1.7976931348623157e+308"},
    {DBL_MIN, "2.2250738585072014e-308"},
    {4.9406564584124654e-324, "5e-324"},
    {(double)INFINITY, "+Inf"},
    {-(double)INFINITY, "-Inf"},
    {(double)NAN, "NaN"},
};

START_TEST(spells_a_number_as_short_as_it_reads_back)
{
    char number[METRICS_NUMBER_BYTES];
    size_t length = metrics_text_spell(numbers[_i].value, number);
    ck_assert_str_eq(number, numbers[_i].text);
    ck_assert_uint_eq(length, strlen(number));
}
END_TEST

static const struct {
    const char *value;
    size_t size;
    const char *labels;
} label_cases[] = {
    {"click", 64, "n=\"click\""},
    {"", 64, "n=\"\""},
    {"a\\b\"c\nd", 64, "n=\"a\\\\b\\\"c\\nd\""},
    {"gr\xC3\xBC\xC3\x9F", 64, "n=\"gr\xC3\xBC\xC3\x9F\""},
    {"bad\xFF", 64, "n=\"bad\xEF\xBF\xBD\""},
    {"cut\xC3", 64, "n=\"cut\xEF\xBF\xBD\""},
    {"abcdef", 8, "n=\"abc\""},
    {"abcd", 9, "n=\"abcd\""},
    {"ab\"", 8, "n=\"ab\""},
    {"ab\xC3\xBC", 8, "n=\"ab\""},
    {"abc", 5, "n=\"\""},
    {"abc", 4, ""},
};

START_TEST(label_is_escaped_and_cut_to_what_is_well_formed)
{
    char labels[64];
    memset(labels, 'x', sizeof labels);
    size_t length = metrics_label(labels, label_cases[_i].size, "n", label_cases[_i].value);
    ck_assert_str_eq(labels, label_cases[_i].labels);
    ck_assert_uint_eq(length, strlen(label_cases[_i].labels));
    for (size_t i = label_cases[_i].size; i < sizeof labels; i++)
        ck_assert_int_eq(labels[i], 'x');
}
END_TEST

START_TEST(label_writes_nothing_into_no_room)
{
    char labels = 'x';
    ck_assert_uint_eq(metrics_label(&labels, 0, "n", "v"), 0);
    ck_assert_int_eq(labels, 'x');
}
END_TEST

static const struct {
    const char *text;
    const char *fault;
} renderings[] = {
    {"# HELP a A.\n# TYPE a gauge\na 1\na{n=\"1\"} 1\n", NULL},
    {"# HELP a A.\n# TYPE a gauge\na 1\na 2\n", "a series is rendered twice"},
    {"# HELP a A.\n# TYPE a gauge\n# HELP a A.\n# TYPE a gauge\n", "a family is opened twice"},
    {"# HELP a A.\n# TYPE a gauge\n# HELP b B.\n# TYPE b gauge\na 1\n",
     "a series stands outside its family"},
    {"# HELP a A.\n# TYPE a gauge\na_sum 1\n", "a series stands outside its family"},
    {"# HELP a A.\n# TYPE a gauge\na 1", "the last line is not ended"},
};

START_TEST(the_checker_finds_duplicates_and_interleaved_families)
{
    const char *fault = exposition_fault(renderings[_i].text);
    ck_assert_pstr_eq(fault, renderings[_i].fault);
}
END_TEST

START_TEST(renders_all_kinds_together_without_fault)
{
    double value = 0.5;
    metrics_add_process(metrics);
    for (int i = 0; i < 6; i++) {
        char labels[32];
        (void)snprintf(labels, sizeof labels, "n=\"%d\"", i % 3);
        metrics_counter(metrics, "a_total", "A.", labels);
        metrics_gauge(metrics, "a", "A.", labels, read_double, &value);
        metrics_latency_histogram(metrics, "a_seconds", "A.", labels);
        metrics_counter_read(metrics, "b_total", "B.", labels, read_double, &value);
    }
    metrics_add_process(metrics);
    ck_assert_pstr_eq(exposition_fault(render()), NULL);
    ck_assert_pstr_eq(exposition_fault(render()), NULL);
}
END_TEST

static void add_registry_tests(TCase *tests)
{
    tcase_add_test(tests, renders_nothing_when_empty);
    tcase_add_test(tests, renders_help_type_and_value);
    tcase_add_test(tests, escapes_help);
    tcase_add_test(tests, counts_beyond_what_a_double_holds);
    tcase_add_test(tests, returns_the_same_series_for_the_same_labels);
    tcase_add_test(tests, keeps_the_address_of_a_series_while_others_are_added);
    tcase_add_test(tests, keeps_a_late_series_with_its_family);
    tcase_add_test(tests, reads_a_gauge_at_each_rendering);
    tcase_add_test(tests, a_gauge_added_again_takes_the_new_reader);
    tcase_add_test(tests, an_info_is_a_gauge_of_1);
    tcase_add_test(tests, renders_a_count_kept_elsewhere_as_counter);
    tcase_add_test(tests, reads_the_source_of_several_series_once_a_rendering);
}

static void add_value_tests(TCase *tests)
{
    tcase_add_test(tests, histogram_buckets_are_cumulative_with_le_last);
    tcase_add_test(tests, histogram_without_labels_has_le_alone);
    tcase_add_test(tests, histogram_ignores_nan);
    tcase_add_test(tests, latency_bounds_go_from_100_us_to_10_s);
    tcase_add_loop_test(tests, spells_a_number_as_short_as_it_reads_back, 0,
                        sizeof numbers / sizeof numbers[0]);
    tcase_add_loop_test(tests, label_is_escaped_and_cut_to_what_is_well_formed, 0,
                        sizeof label_cases / sizeof label_cases[0]);
    tcase_add_test(tests, label_writes_nothing_into_no_room);
    tcase_add_loop_test(tests, the_checker_finds_duplicates_and_interleaved_families, 0,
                        sizeof renderings / sizeof renderings[0]);
    tcase_add_test(tests, renders_all_kinds_together_without_fault);
}

Suite *metrics_suite(void)
{
    Suite *suite = suite_create("metrics");
    TCase *tests = tcase_create("metrics");
    tcase_add_checked_fixture(tests, set_up, rendering_tear_down);
    add_registry_tests(tests);
    add_value_tests(tests);
    suite_add_tcase(suite, tests);
    return suite;
}
