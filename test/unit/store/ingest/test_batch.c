/* A batch as PostgreSQL's binary arrays: the columns of its events. */
#include <stdint.h>
#include <string.h>

#include <check.h>

#include "protocol/event_key.h"
#include "store/ingest/event_queue.h"
#include "test/unit/store/ingest/batch_reading.h"
#include "test/unit/suites.h"

#define POSTGRES_EPOCH_US 946684800000000

static struct event_queue *queue;
static struct batch *batch;

static void set_up(void)
{
    queue = event_queue_new();
    batch = batch_new(100);
}

static void tear_down(void)
{
    batch_free(batch);
    event_queue_free(queue);
}

START_TEST(writes_an_event_byte_for_byte)
{
    struct event event = batch_make_event("192.0.2.7", "view-1");
    event.kind = EVENT_IMPRESSION;
    event.verdict = VERDICT_MARKED_BY_PROXY;
    event.flags = EVENT_PRIVACY_SIGNAL;
    event.ad_id = 0x01020304;
    event.detail = 0x05060708;
    event.quantity = 0x090a0b0c;
    event.playback_ms = -2;
    event.received_at_us = POSTGRES_EPOCH_US + 0x0102030405060709;
    event.occurred_at_us = POSTGRES_EPOCH_US + 0x0102030405060708;
    batch_set_placement(&event, "top");
    batch_push(queue, 0x1122334455667788, &event);
    batch_fill(batch, queue, 100);
    ck_assert_uint_eq(batch_rows(batch), 1);
    ck_assert_uint_eq(batch_last_sequence(batch), 0x1122334455667788);
    batch_assert_element(batch, SEQUENCE, 0, "\x11\x22\x33\x44\x55\x66\x77\x88", 8);
    batch_assert_element(batch, KIND, 0, "\0\1", 2);
    batch_assert_element(batch, VERDICT, 0, "\0\2", 2);
    batch_assert_element(batch, FLAGS, 0, "\0\x08", 2);
    batch_assert_element(batch, AD_ID, 0, "\1\2\3\4", 4);
    batch_assert_element(batch, DETAIL, 0, "\5\6\7\x08", 4);
    batch_assert_element(batch, QUANTITY, 0, "\x09\x0a\x0b\x0c", 4);
    batch_assert_element(batch, RECEIVED_AT, 0, "\1\2\3\4\5\6\7\x09", 8);
    batch_assert_element(batch, OCCURRED_AT, 0, "\1\2\3\4\5\6\7\x08", 8);
    batch_assert_element(batch, PLAYBACK, 0, "\xff\xff\xff\xff\xff\xff\xff\xfe", 8);
    batch_assert_element(batch, IP, 0, "\2\x20\0\4\xc0\0\2\7", 8);
    batch_assert_element(batch, PLACEMENT, 0, "top", 3);
    ck_assert_int_eq((int64_t)batch_read_64(batch_element(batch, PLACEMENT_ID, 0).bytes),
                     placement_id("top", 3));
}
END_TEST

START_TEST(writes_an_ipv6_address)
{
    struct event event = batch_make_event("2001:db8::ff", NULL);
    batch_push(queue, 1, &event);
    batch_fill(batch, queue, 100);
    batch_assert_element(batch, IP, 0, "\3\x80\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\xff", 20);
}
END_TEST

START_TEST(writes_times_before_its_epoch_as_negative)
{
    struct event event = batch_make_event(NULL, NULL);
    event.occurred_at_us = POSTGRES_EPOCH_US - 1;
    batch_push(queue, 1, &event);
    batch_fill(batch, queue, 100);
    batch_assert_element(batch, OCCURRED_AT, 0, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
}
END_TEST

START_TEST(leaves_keys_out_where_no_event_has_one)
{
    struct event with = batch_make_event("::1", "a");
    struct event without = batch_make_event(NULL, NULL);
    batch_push(queue, 1, &without);
    batch_push(queue, 2, &without);
    batch_push(queue, 3, &with);
    batch_fill(batch, queue, 2);
    ck_assert_ptr_null(batch_parameters(batch).values[KEY]);
    ck_assert_ptr_null(batch_parameters(batch).values[CLAIM]);
    ck_assert_ptr_null(batch_parameters(batch).values[IP]);

    batch_fill(batch, queue, 3);
    batch_assert_element(batch, KEY, 0, NULL, -1);
    batch_assert_element(batch, IP, 0, NULL, -1);
    ck_assert_int_eq(batch_element(batch, KEY, 2).length, EVENT_KEY_BYTES);

    event_queue_drop(queue, 3);
    batch_push(queue, 4, &without);
    batch_fill(batch, queue, 3); /* nothing of the earlier fill is left */
    ck_assert_ptr_null(batch_parameters(batch).values[KEY]);
}
END_TEST

START_TEST(goes_on_behind_another_that_is_still_in_the_queue)
{
    struct event event = batch_make_event("127.0.0.1", NULL);
    struct batch *behind = batch_new(100);
    for (uint64_t sequence = 1; sequence <= 150; sequence++)
        batch_push(queue, sequence, &event);
    batch_fill(batch, queue, 100);
    ck_assert(!batch_take(batch, 150)); /* it was made for a hundred */
    ck_assert_uint_eq(batch_rows(batch), 100);
    batch_begin_behind(behind, batch);
    ck_assert(batch_take(behind, 20));
    ck_assert_uint_eq(batch_rows(behind), 20);
    ck_assert(batch_take(behind, 100));
    ck_assert_uint_eq(batch_rows(behind), 50);
    batch_push(queue, 151, &event);                     /* what comes meanwhile is taken as well */
    batch_push(queue, (UINT64_C(1) << 40) + 1, &event); /* but of another run */
    ck_assert(!batch_take(behind, 100));
    batch_finish(behind);
    ck_assert_uint_eq(batch_read_first(behind), 101);
    ck_assert_uint_eq(batch_last_sequence(behind), 151);
    ck_assert_uint_eq(batch_elements(behind, SEQUENCE), 51);
    ck_assert_uint_eq(batch_read_64(batch_element(behind, SEQUENCE, 20).bytes), 121);
    batch_begin_behind(batch, behind);
    ck_assert(batch_take(batch, 100));
    batch_finish(batch);
    ck_assert_uint_eq(batch_rows(batch), 1);
    ck_assert_uint_eq(batch_read_first(batch), (UINT64_C(1) << 40) + 1);
    batch_free(behind);
}
END_TEST

START_TEST(takes_the_oldest_up_to_its_limit_and_leaves_them_in_the_queue)
{
    struct event event = batch_make_event("127.0.0.1", NULL);
    for (uint64_t sequence = 1; sequence <= 250; sequence++)
        batch_push(queue, sequence, &event);
    batch_fill(batch, queue, 100);
    ck_assert_uint_eq(batch_rows(batch), 100);
    ck_assert_uint_eq(event_queue_count(queue), 250);
    ck_assert_uint_eq(batch_read_64(batch_element(batch, SEQUENCE, 99).bytes), 100);
    batch_fill(batch, queue, 1);
    ck_assert_uint_eq(batch_rows(batch), 1);
    event_queue_drop(queue, 200);
    batch_fill(batch, queue, 100);
    ck_assert_uint_eq(batch_rows(batch), 50);
    ck_assert_uint_eq(batch_read_64(batch_element(batch, SEQUENCE, 0).bytes), 201);
}
END_TEST

START_TEST(knows_whether_its_events_are_the_oldest)
{
    struct event event = batch_make_event("127.0.0.1", NULL);
    batch_fill(batch, queue, 100);
    ck_assert(!batch_is_head_of(batch, queue));
    for (uint64_t sequence = 1; sequence <= 150; sequence++)
        batch_push(queue, sequence, &event);
    batch_fill(batch, queue, 100);
    ck_assert(batch_is_head_of(batch, queue));
    event_queue_drop(queue, 1);
    ck_assert(!batch_is_head_of(batch, queue));
    event_queue_drop(queue, 150);
    ck_assert(!batch_is_head_of(batch, queue));
    for (uint64_t sequence = 1; sequence <= 101; sequence++) {
        if (sequence != 50)
            batch_push(queue, sequence, &event);
    }
    ck_assert(!batch_is_head_of(batch, queue)); /* one is another lane's now */
}
END_TEST

START_TEST(ends_where_a_run_ends)
{
    static const uint64_t runs[] = {7, 7, 8, 10, 10, 10};
    struct event event = batch_make_event("127.0.0.1", NULL);
    batch_fill(batch, queue, 100);
    ck_assert_uint_eq(batch_run(batch), 0);
    for (uint64_t i = 0; i < 6; i++)
        batch_push(queue, (runs[i] << 40) + i, &event);
    for (uint64_t first = 0, count = 0; first < 6; first += count) {
        batch_fill(batch, queue, 100);
        count = batch_rows(batch);
        ck_assert_uint_eq(count, first == 0 ? 2 : first == 2 ? 1 : 3);
        ck_assert_uint_eq(batch_run(batch), runs[first]);
        ck_assert_uint_eq(batch_read_64(batch_element(batch, SEQUENCE, 0).bytes),
                          (runs[first] << 40) + first);
        event_queue_drop(queue, (runs[first] << 40) + first + count - 1);
    }
    ck_assert_uint_eq(event_queue_count(queue), 0);
}
END_TEST

/* Every row at its longest: the sanitizer sees a step beyond the memory set aside. */
START_TEST(has_room_for_the_longest_rows)
{
    char id[EVENT_ID_MAX_BYTES + 1];
    memset(id, 'x', EVENT_ID_MAX_BYTES);
    id[EVENT_ID_MAX_BYTES] = '\0';
    for (uint64_t sequence = 1; sequence <= 100; sequence++) {
        struct event event = batch_make_event("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", id);
        event.kind = EVENT_NOFILL;
        event.occurred_at_us = (int64_t)(sequence * 60000000);
        batch_set_placement(&event, id);
        event.placement[0] = (char)('A' + sequence % 26);
        batch_push(queue, sequence, &event);
    }
    batch_fill(batch, queue, 100);
    ck_assert_uint_eq(batch_rows(batch), 100);
    ck_assert_int_eq(batch_element(batch, PLACEMENT, 99).length, EVENT_PLACEMENT_MAX_BYTES);
    ck_assert_int_eq(batch_element(batch, IP, 99).length, 20);
    ck_assert_uint_eq(batch_elements(batch, COUNT_BUCKET), 400);
}
END_TEST

/* What event number n is: every field differs from row to row. */
static struct event make_varied(uint64_t n)
{
    char id[EVENT_ID_MAX_BYTES + 1];
    memset(id, (int)('a' + n % 26), sizeof id);
    id[n % (EVENT_ID_MAX_BYTES + 1)] = '\0';
    static const char *const ips[] = {NULL, "10.1.2.3", "fe80::1"};
    struct event event = batch_make_event(ips[n % 3], id);
    event.kind = n % 2;
    event.ad_id = (int32_t)(n * 7919 % INT32_MAX + 1);
    event.playback_ms = (int64_t)(n * 104729 % 86401) * 1000;
    event.occurred_at_us = (int64_t)(n * 1000003 * 1000003);
    return event;
}

static void assert_row(uint32_t row, uint64_t sequence)
{
    struct event event = make_varied(sequence);
    ck_assert_uint_eq(batch_read_64(batch_element(batch, SEQUENCE, row).bytes), sequence);
    ck_assert_int_eq(batch_element(batch, KIND, row).bytes[1], event.kind);
    ck_assert_uint_eq(batch_read_32(batch_element(batch, AD_ID, row).bytes), (uint32_t)event.ad_id);
    ck_assert_int_eq((int64_t)batch_read_64(batch_element(batch, OCCURRED_AT, row).bytes) +
                         POSTGRES_EPOCH_US,
                     event.occurred_at_us);
    ck_assert_int_eq((int64_t)batch_read_64(batch_element(batch, PLAYBACK, row).bytes),
                     event.playback_ms);
    int32_t ip_bytes = (int32_t)address_bytes(&event.address);
    struct element ip = batch_element(batch, IP, row);
    ck_assert_int_eq(ip.length, ip_bytes == 0 ? -1 : 4 + ip_bytes);
    if (ip_bytes > 0)
        ck_assert_mem_eq(ip.bytes + 4, event.address.bytes, (size_t)ip_bytes);
    uint8_t claims[EVENT_KEY_CLAIMS_MAX][EVENT_KEY_BYTES] = {{0}};
    if (event.id_bytes > 0)
        (void)event_key_claims(&event, claims);
    batch_assert_element(batch, KEY, row, claims[0], event.id_bytes == 0 ? -1 : EVENT_KEY_BYTES);
}

START_TEST(rows_of_all_kinds_read_back)
{
    for (uint64_t sequence = 1; sequence <= 300; sequence++) {
        struct event event = make_varied(sequence);
        batch_push(queue, sequence, &event);
    }
    for (uint64_t first = 1; first <= 300; first += 100) {
        batch_fill(batch, queue, 100);
        for (uint32_t row = 0; row < 100; row++)
            assert_row(row, first + row);
        event_queue_drop(queue, first + 99);
    }
}
END_TEST

START_TEST(names_its_parameters_with_their_types)
{
    static const char all[] =
        "$3::bigint[], $4::smallint[], $5::smallint[], $6::smallint[], $7::integer[], "
        "$8::integer[], $9::integer[], $10::timestamptz[], $11::timestamptz[], $12::bigint[], "
        "$13::inet[], $14::text[], $15::bigint[], $16::uuid[], $17::integer[], $18::uuid[], "
        "$19::bigint[], $20::text[], $21::timestamptz[], $22::smallint[], $23::bigint[], "
        "$24::integer[], $25::smallint[], $26::bigint[], $27::bigint[]";
    char text[sizeof all];
    ck_assert_uint_eq(batch_placeholders(text, sizeof text, 3, false), sizeof all - 1);
    ck_assert_str_eq(text, all);
    for (size_t size = 1; size < sizeof all; size++) {
        memset(text, '#', sizeof text);
        ck_assert_uint_eq(batch_placeholders(text, size, 3, false), sizeof all - 1);
        ck_assert_uint_eq(strlen(text), size - 1);
        ck_assert(strncmp(text, all, size - 1) == 0);
    }
}
END_TEST

Suite *batch_suite(void)
{
    Suite *suite = suite_create("batch");
    TCase *tcase = tcase_create("batch");
    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, writes_an_event_byte_for_byte);
    tcase_add_test(tcase, writes_an_ipv6_address);
    tcase_add_test(tcase, writes_times_before_its_epoch_as_negative);
    tcase_add_test(tcase, leaves_keys_out_where_no_event_has_one);
    tcase_add_test(tcase, goes_on_behind_another_that_is_still_in_the_queue);
    tcase_add_test(tcase, takes_the_oldest_up_to_its_limit_and_leaves_them_in_the_queue);
    tcase_add_test(tcase, knows_whether_its_events_are_the_oldest);
    tcase_add_test(tcase, ends_where_a_run_ends);
    tcase_add_test(tcase, has_room_for_the_longest_rows);
    tcase_add_test(tcase, rows_of_all_kinds_read_back);
    tcase_add_test(tcase, names_its_parameters_with_their_types);
    suite_add_tcase(suite, tcase);
    return suite;
}
