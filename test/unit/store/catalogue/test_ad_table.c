/* Ads and list change in one step, and no turn of the event loop takes long. */
#include "store/catalogue/ad_table.h"
#include "store/disk/syncer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>
#include <event2/event.h>

#include "metrics/clock.h"
#include "protocol/ad.h"
#include "store/base/directory.h"
#include "store/catalogue/ad_listing.h"
#include "store/catalogue/ad_set.h"
#include "store/database/query.h"
#include "test/unit/metrics/rendering.h"
#include "test/unit/store/catalogue/ad_log.h"
#include "test/unit/store/catalogue/rows_subject.h"
#include "test/unit/suites.h"

enum { TURNS_MAX = 20000 };

static struct event_base *base;
static struct directory directory;
static struct metrics *metrics;
static struct syncer *syncer;
static struct ad_table *table;
static struct log *table_log;
static unsigned done;

static void set_up(void)
{
    directory = (struct directory){.lock_fd = -1};
    (void)snprintf(directory.path, sizeof directory.path, "/tmp/adtracker-table-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory.path));
    directory.fd = open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    base = event_base_new();
    metrics = rendering_set_up();
    table_log = ad_log_open();
    syncer = syncer_new(base, metrics, table_log);
    table = ad_table_new(base, &directory, syncer, "https://ads.example", metrics, table_log);
    done = 0;
}

static void tear_down(void)
{
    ad_table_free(table);
    syncer_free(syncer);
    ad_log_close();
    rendering_tear_down();
    event_base_free(base);
    (void)unlinkat(directory.fd, "ads", 0);
    (void)close(directory.fd);
    ck_assert_int_eq(rmdir(directory.path), 0);
}

static void start_again(void)
{
    ad_table_free(table);
    table = ad_table_new(base, &directory, syncer, "https://ads.example", metrics, table_log);
}

static void on_done(void *arg)
{
    ck_assert_ptr_eq(arg, &done);
    done++;
}

static void replace(PGresult *rows)
{
    ad_table_replace(table, rows, on_done, &done);
}

/* EVLOOP_NONBLOCK alone goes on for as long as there is something to do. */
static void turn(void)
{
    (void)event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static void run_turns(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        turn();
}

static void run_until_done(unsigned times)
{
    for (int turns = 0; done < times; turns++) {
        ck_assert_int_lt(turns, TURNS_MAX);
        turn();
    }
}

static PGresult *rows_of(int32_t count, const char *title)
{
    PGresult *rows = rows_new();
    for (int32_t id = 1; id <= count; id++)
        (void)rows_add_plain(rows, id, title);
    return rows;
}

static void load(int32_t count, const char *title)
{
    unsigned before = done;
    replace(rows_of(count, title));
    run_until_done(before + 1);
}

static bool lists(const char *text)
{
    struct ad_listing *listing = ad_table_listing(table);
    bool is_there = strstr(listing->json, text) != NULL;
    ad_listing_release(listing);
    return is_there;
}

static void get_etag(char etag[AD_LISTING_ETAG_SIZE])
{
    struct ad_listing *listing = ad_table_listing(table);
    memcpy(etag, listing->etag, AD_LISTING_ETAG_SIZE);
    ad_listing_release(listing);
}

START_TEST(has_none_before_the_first_are_there)
{
    ck_assert_ptr_null(ad_table_listing(table));
    ck_assert(!ad_table_has(table, 1));
    replace(rows_of(0, ""));
    ck_assert_ptr_null(ad_table_listing(table));
    run_until_done(1);
    ck_assert(lists("[]"));
    ck_assert_uint_eq(ad_table_count(table), 0);
}
END_TEST

/* Whatever is asked, and in whichever turn, is answered from the one state or from the other. */
START_TEST(changes_in_one_step)
{
    enum { ADS = 4 * AD_SLICE_ADS, MORE = 5 * AD_SLICE_ADS };
    char before[AD_LISTING_ETAG_SIZE];
    char etag[AD_LISTING_ETAG_SIZE];
    unsigned turns = 0;
    load(ADS, "old");
    get_etag(before);
    replace(rows_of(MORE, "new"));
    for (bool is_new = false; !is_new; turns++) {
        is_new = done == 2;
        get_etag(etag);
        ck_assert_int_eq(ad_table_is_replacing(table), !is_new);
        ck_assert_int_eq(strcmp(etag, before) != 0, is_new);
        ck_assert_int_eq(ad_table_has(table, MORE), is_new);
        ck_assert_uint_eq(ad_table_count(table), is_new ? MORE : ADS);
        ck_assert_int_eq(lists("\"new\""), is_new);
        ck_assert_int_eq(lists("\"old\""), !is_new);
        turn();
        ck_assert_uint_lt(turns, TURNS_MAX);
    }
    ck_assert_uint_ge(turns, MORE / AD_SLICE_ADS);
}
END_TEST

START_TEST(renders_nothing_when_nothing_has_changed)
{
    load(1000, "t");
    run_turns(50);
    struct ad_listing *before = ad_table_listing(table);
    load(1000, "t");
    struct ad_listing *after = ad_table_listing(table);
    ck_assert_ptr_eq(before, after);
    ad_listing_release(before);
    ad_listing_release(after);
}
END_TEST

START_TEST(stays_as_it_was_when_a_change_is_cancelled)
{
    enum { SLICES = 8, ADS = SLICES * AD_SLICE_ADS };
    load(500, "old");
    for (unsigned turns = 0; turns < SLICES; turns++) {
        replace(rows_of(ADS, "new"));
        run_turns(turns);
        ad_table_cancel(table);
        ck_assert(!ad_table_is_replacing(table));
        run_turns(50);
        ck_assert_uint_eq(done, 1);
        ck_assert(lists("\"old\"") && !lists("\"new\""));
        ck_assert_uint_eq(ad_table_count(table), 500);
    }
    ad_table_cancel(table);
    load(ADS, "later");
    ck_assert(lists("\"later\""));
}
END_TEST

START_TEST(comes_back_whole_after_the_end_of_the_process)
{
    load(500, "old");
    run_turns(50);
    replace(rows_of(5000, "new"));
    run_turns(10);
    ck_assert_uint_eq(done, 1);
    start_again();
    ck_assert(lists("\"old\"") && !lists("\"new\""));
    ck_assert_uint_eq(ad_table_count(table), 500);
    load(5000, "new");
    start_again(); /* before the first slice of its snapshot */
    ck_assert(lists("\"new\"") && !lists("\"old\""));
    ck_assert(ad_table_has(table, 5000));
}
END_TEST

START_TEST(is_kept_at_the_next_load_when_the_disk_refused)
{
    int fd = directory.fd;
    directory.fd = -1;
    load(10, "t");
    run_turns(10);
    ck_assert_uint_eq(ad_log_count("ads not kept: "), 1);
    directory.fd = fd;
    load(10, "t");
    run_turns(10);
    ck_assert_uint_eq(ad_log_count("ads not kept: "), 1);
    start_again();
    ck_assert_uint_eq(ad_table_count(table), 10);
}
END_TEST

START_TEST(shows_what_was_left_out)
{
    PGresult *rows = rows_of(3, "t");
    rows_set_text(rows, 1, "title", "caf\xe9");
    replace(rows);
    run_until_done(1);
    ck_assert_uint_eq(ad_table_count(table), 2);
    ck_assert_ptr_nonnull(strstr(render(), "\nadtracker_ads_unreadable 1\n"));
    ck_assert_uint_eq(ad_log_count("ad left out id=2 column=title: not UTF-8"), 1);
    load(3, "t");
    ck_assert_ptr_nonnull(strstr(render(), "\nadtracker_ads_unreadable 0\n"));
}
END_TEST

static void end_at(PGresult *rows, int row, int64_t time_us)
{
    rows_set_number(rows, row, "ends_at", time_us - POSTGRES_EPOCH_US, 8);
}

static void run_until(int64_t time_us)
{
    while (clock_wall_us() < time_us)
        turn();
}

START_TEST(ends_an_ad_in_one_step)
{
    enum { ADS = 3000 };
    PGresult *rows = rows_of(ADS, "t");
    int64_t end_us = clock_wall_us() + 300000;
    end_at(rows, 0, end_us);
    end_at(rows, ADS - 1, end_us);
    replace(rows);
    run_until_done(1);
    while (lists("{\"id\":1,")) {
        ck_assert(lists("{\"id\":3000,"));
        ck_assert_int_lt(clock_wall_us(), end_us + 5000000);
        turn();
    }
    ck_assert_int_ge(clock_wall_us(), end_us);
    ck_assert(!lists("{\"id\":3000,") && lists("{\"id\":2999,"));
    ck_assert(ad_table_has(table, 1));
}
END_TEST

/* The list that a change brings is of the time at which it began to be rendered. */
START_TEST(ends_an_ad_while_the_ads_change)
{
    PGresult *rows = rows_of(10, "t");
    int64_t end_us = clock_wall_us() + 50000;
    end_at(rows, 0, end_us);
    replace(rows);
    turn();
    run_until(end_us - 10000);
    rows = rows_of(5000, "t");
    end_at(rows, 0, end_us);
    replace(rows);
    run_turns(3);
    run_until(end_us);
    run_until_done(2);
    while (lists("{\"id\":1,")) {
        ck_assert_int_lt(clock_wall_us(), end_us + 5000000);
        turn();
    }
    ck_assert(lists("{\"id\":5000,"));
}
END_TEST

static int64_t cpu_us(void)
{
    return clock_us(CLOCK_THREAD_CPUTIME_ID);
}

/* AddressSanitizer takes ten times as long for each allocation. */
#if defined(__SANITIZE_ADDRESS__)
enum { ADS_MANY = 10000, TURN_MAX_US = 20000 };
#else
enum { ADS_MANY = 50000, TURN_MAX_US = 10000 };
#endif

/* The longest turn while the ads are replaced. */
static int64_t replace_many(const char *title, int64_t end_us)
{
    enum { QUIET_TURNS = ADS_MANY / AD_SLICE_ADS + 200 };
    int64_t most_us = 0;
    unsigned done_before = done;
    PGresult *rows = rows_of(ADS_MANY, title);
    end_at(rows, 0, end_us);
    replace(rows);
    for (unsigned quiet = 0; quiet < QUIET_TURNS; quiet += done != done_before) {
        int64_t before_us = cpu_us();
        turn();
        int64_t took_us = cpu_us() - before_us;
        most_us = took_us > most_us ? took_us : most_us;
    }
    return most_us;
}

/* By the processor's time, since others have their share of the machine; which is longer where they
 * share the core as well, so the best of some attempts counts. First they are new, then the same,
 * then others. */
START_TEST(no_turn_takes_long)
{
    enum { ATTEMPTS = 10 };
    int64_t best_us = INT64_MAX;
    int64_t end_us = clock_wall_us() + 3600000000;
    for (int i = 0; i < ATTEMPTS && best_us >= TURN_MAX_US; i++) {
        const char title[] = {(char)('a' + i), '\0'};
        const char other_title[] = {(char)('A' + i), '\0'};
        int64_t most_us = replace_many(title, end_us);
        int64_t same_us = replace_many(title, end_us);
        int64_t other_us = replace_many(other_title, end_us);
        most_us = same_us > most_us ? same_us : most_us;
        most_us = other_us > most_us ? other_us : most_us;
        best_us = most_us < best_us ? most_us : best_us;
    }
    ck_assert_int_lt(best_us, TURN_MAX_US);
}
END_TEST

Suite *ad_table_suite(void)
{
    Suite *suite = suite_create("ad_table");
    TCase *tcase = tcase_create("ad_table");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, has_none_before_the_first_are_there);
    tcase_add_test(tcase, changes_in_one_step);
    tcase_add_test(tcase, renders_nothing_when_nothing_has_changed);
    tcase_add_test(tcase, stays_as_it_was_when_a_change_is_cancelled);
    tcase_add_test(tcase, comes_back_whole_after_the_end_of_the_process);
    tcase_add_test(tcase, is_kept_at_the_next_load_when_the_disk_refused);
    tcase_add_test(tcase, shows_what_was_left_out);
    tcase_add_test(tcase, ends_an_ad_in_one_step);
    tcase_add_test(tcase, ends_an_ad_while_the_ads_change);
    tcase_add_test(tcase, no_turn_takes_long);
    suite_add_tcase(suite, tcase);
    return suite;
}
