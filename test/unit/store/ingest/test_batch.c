/* A batch as PostgreSQL's binary arrays: read back here as array_recv() and the types' own receive
 * functions would. */
#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/event_pack.h"
#include "store/ingest/batch.h"
#include "store/ingest/event_queue.h"
#include "test/unit/suites.h"

#define POSTGRES_EPOCH_US 946684800000000

enum column { SEQUENCE, KIND, AD_ID, OCCURRED_AT, IP, PLAYBACK, EVENT_ID };

static const uint32_t TYPES[BATCH_COLUMNS] = {20, 21, 23, 1184, 869, 23, 25};

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

static void push(uint64_t sequence, const struct event *event)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    event_queue_push(queue, sequence, packed, event_pack(event, packed));
}

static struct event make_event(const char *ip, const char *id)
{
    struct event event = {.occurred_at_us = POSTGRES_EPOCH_US, .ad_id = 1};
    if (ip != NULL)
        ck_assert_int_eq(address_parse(ip, strlen(ip), &event.address), RESULT_OK);
    if (id != NULL) {
        event.id_bytes = (uint8_t)strlen(id);
        memcpy(event.id, id, event.id_bytes);
    }
    return event;
}

static uint32_t read_32(const char *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return be32toh(value);
}

static uint64_t read_64(const char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return be64toh(value);
}

struct element {
    const char *bytes;
    int32_t length; /* -1 = null */
};

/* Reads the whole array and gives the element at index `wanted`. */
static struct element element_at(enum column column, uint32_t wanted)
{
    struct batch_parameters parameters = batch_parameters(batch);
    ck_assert_int_eq(parameters.formats[column], 1);
    const char *at = parameters.values[column];
    ck_assert_ptr_nonnull(at);
    const char *end = at + parameters.lengths[column];
    ck_assert_uint_eq(read_32(at), 1); /* dimensions */
    uint32_t has_nulls = read_32(at + 4);
    ck_assert_uint_eq(read_32(at + 8), TYPES[column]);
    ck_assert_uint_eq(read_32(at + 12), batch_rows(batch));
    ck_assert_uint_eq(read_32(at + 16), 1); /* lower bound */
    at += 20;
    struct element found = {NULL, -2};
    for (uint32_t i = 0; i < batch_rows(batch); i++) {
        struct element element = {at + 4, (int32_t)read_32(at)};
        if (element.bytes > end || element.length < (has_nulls ? -1 : 0))
            ck_abort_msg("column %d breaks off at row %u", (int)column, (unsigned)i);
        at = element.bytes + (element.length > 0 ? element.length : 0);
        if (i == wanted)
            found = element;
    }
    ck_assert_ptr_eq(at, end);
    ck_assert_int_ne(found.length, -2);
    return found;
}

static void assert_element(enum column column, uint32_t row, const void *bytes, int32_t length)
{
    struct element element = element_at(column, row);
    ck_assert_int_eq(element.length, length);
    if (length > 0)
        ck_assert_mem_eq(element.bytes, bytes, (size_t)length);
}

START_TEST(writes_an_event_byte_for_byte)
{
    struct event event = make_event("192.0.2.7", "view-1");
    event.kind = EVENT_IMPRESSION;
    event.ad_id = 0x01020304;
    event.playback_seconds = 86400;
    event.occurred_at_us = POSTGRES_EPOCH_US + 0x0102030405060708;
    push(0x1122334455667788, &event);
    batch_fill(batch, queue, 100);
    ck_assert_uint_eq(batch_rows(batch), 1);
    assert_element(SEQUENCE, 0, "\x11\x22\x33\x44\x55\x66\x77\x88", 8);
    assert_element(KIND, 0, "\0\1", 2);
    assert_element(AD_ID, 0, "\1\2\3\4", 4);
    assert_element(OCCURRED_AT, 0, "\1\2\3\4\5\6\7\x08", 8);
    assert_element(IP, 0, "\2\x20\0\4\xc0\0\2\7", 8);
    assert_element(PLAYBACK, 0, "\0\1\x51\x80", 4);
    assert_element(EVENT_ID, 0, "view-1", 6);
}
END_TEST

START_TEST(escapes_an_event_id)
{
    struct event event = make_event("192.0.2.7", _i == 0 ? "a\xc3\xa9" : NULL);
    push(1, &event);
    batch_fill(batch, queue, 1);
    batch_escape_event_id(batch);
    if (_i == 0)
        assert_element(EVENT_ID, 0, "\\x61c3a9", 8);
    ck_assert_int_eq(batch_parameters(batch).values[EVENT_ID] == NULL, _i == 1);
}
END_TEST

START_TEST(writes_an_ipv6_address)
{
    struct event event = make_event("2001:db8::ff", NULL);
    push(1, &event);
    batch_fill(batch, queue, 100);
    assert_element(IP, 0, "\3\x80\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\xff", 20);
}
END_TEST

START_TEST(writes_times_before_its_epoch_as_negative)
{
    struct event event = make_event(NULL, NULL);
    event.occurred_at_us = POSTGRES_EPOCH_US - 1;
    push(1, &event);
    batch_fill(batch, queue, 100);
    assert_element(OCCURRED_AT, 0, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
}
END_TEST

START_TEST(leaves_event_ids_out_where_no_event_has_one)
{
    struct event with = make_event("::1", "a");
    struct event without = make_event(NULL, NULL);
    push(1, &without);
    push(2, &without);
    push(3, &with);
    batch_fill(batch, queue, 2);
    ck_assert_ptr_null(batch_parameters(batch).values[EVENT_ID]);
    assert_element(IP, 1, NULL, -1);

    batch_fill(batch, queue, 3);
    assert_element(EVENT_ID, 0, NULL, -1);
    assert_element(EVENT_ID, 2, "a", 1);

    event_queue_drop(queue, 3);
    push(4, &without);
    batch_fill(batch, queue, 3); /* nothing of the earlier fill is left */
    ck_assert_ptr_null(batch_parameters(batch).values[EVENT_ID]);
}
END_TEST

START_TEST(takes_the_oldest_up_to_its_limit_and_leaves_them_in_the_queue)
{
    struct event event = make_event("127.0.0.1", NULL);
    for (uint64_t sequence = 1; sequence <= 250; sequence++)
        push(sequence, &event);
    batch_fill(batch, queue, 100);
    ck_assert_uint_eq(batch_rows(batch), 100);
    ck_assert_uint_eq(event_queue_count(queue), 250);
    ck_assert_uint_eq(read_64(element_at(SEQUENCE, 99).bytes), 100);
    batch_fill(batch, queue, 1);
    ck_assert_uint_eq(batch_rows(batch), 1);
    event_queue_drop(queue, 200);
    batch_fill(batch, queue, 100);
    ck_assert_uint_eq(batch_rows(batch), 50);
    ck_assert_uint_eq(read_64(element_at(SEQUENCE, 0).bytes), 201);
}
END_TEST

START_TEST(ends_where_a_run_ends)
{
    static const uint64_t runs[] = {7, 7, 8, 10, 10, 10};
    struct event event = make_event("127.0.0.1", NULL);
    batch_fill(batch, queue, 100);
    ck_assert_uint_eq(batch_run(batch), 0);
    for (uint64_t i = 0; i < 6; i++)
        push((runs[i] << 40) + i, &event);
    for (uint64_t first = 0, count = 0; first < 6; first += count) {
        batch_fill(batch, queue, 100);
        count = batch_rows(batch);
        ck_assert_uint_eq(count, first == 0 ? 2 : first == 2 ? 1 : 3);
        ck_assert_uint_eq(batch_run(batch), runs[first]);
        ck_assert_uint_eq(read_64(element_at(SEQUENCE, 0).bytes), (runs[first] << 40) + first);
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
    struct event event = make_event("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", id);
    for (uint64_t sequence = 1; sequence <= 100; sequence++)
        push(sequence, &event);
    batch_fill(batch, queue, 100);
    ck_assert_uint_eq(batch_rows(batch), 100);
    assert_element(EVENT_ID, 99, id, EVENT_ID_MAX_BYTES);
    ck_assert_int_eq(element_at(IP, 99).length, 20);
}
END_TEST

/* What event number n is: every field differs from row to row. */
static struct event make_varied(uint64_t n)
{
    char id[EVENT_ID_MAX_BYTES + 1];
    memset(id, (int)('a' + n % 26), sizeof id);
    id[n % (EVENT_ID_MAX_BYTES + 1)] = '\0';
    static const char *const ips[] = {NULL, "10.1.2.3", "fe80::1"};
    struct event event = make_event(ips[n % 3], id);
    event.kind = n % 2;
    event.ad_id = (int32_t)(n * 7919 % INT32_MAX + 1);
    event.playback_seconds = (int32_t)(n * 104729 % (EVENT_PLAYBACK_MAX_SECONDS + 1));
    event.occurred_at_us = (int64_t)(n * 1000003 * 1000003);
    return event;
}

static void assert_row(uint32_t row, uint64_t sequence)
{
    struct event event = make_varied(sequence);
    ck_assert_uint_eq(read_64(element_at(SEQUENCE, row).bytes), sequence);
    ck_assert_int_eq(element_at(KIND, row).bytes[1], event.kind);
    ck_assert_uint_eq(read_32(element_at(AD_ID, row).bytes), (uint32_t)event.ad_id);
    ck_assert_int_eq((int64_t)read_64(element_at(OCCURRED_AT, row).bytes) + POSTGRES_EPOCH_US,
                     event.occurred_at_us);
    ck_assert_uint_eq(read_32(element_at(PLAYBACK, row).bytes), (uint32_t)event.playback_seconds);
    int32_t ip_bytes = (int32_t)address_bytes(&event.address);
    struct element ip = element_at(IP, row);
    ck_assert_int_eq(ip.length, ip_bytes == 0 ? -1 : 4 + ip_bytes);
    if (ip_bytes > 0)
        ck_assert_mem_eq(ip.bytes + 4, event.address.bytes, (size_t)ip_bytes);
    assert_element(EVENT_ID, row, event.id, event.id_bytes == 0 ? -1 : event.id_bytes);
}

START_TEST(rows_of_all_kinds_read_back)
{
    for (uint64_t sequence = 1; sequence <= 300; sequence++) {
        struct event event = make_varied(sequence);
        push(sequence, &event);
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
    static const char all[] = "$3::bigint[], $4::smallint[], $5::integer[], $6::timestamptz[], "
                              "$7::inet[], $8::integer[], $9::text[]";
    char text[sizeof all];
    ck_assert_uint_eq(batch_placeholders(text, sizeof text, 3), sizeof all - 1);
    ck_assert_str_eq(text, all);
    for (size_t size = 1; size < sizeof all; size++) {
        memset(text, '#', sizeof text);
        ck_assert_uint_eq(batch_placeholders(text, size, 3), sizeof all - 1);
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
    tcase_add_loop_test(tcase, escapes_an_event_id, 0, 2);
    tcase_add_test(tcase, writes_an_ipv6_address);
    tcase_add_test(tcase, writes_times_before_its_epoch_as_negative);
    tcase_add_test(tcase, leaves_event_ids_out_where_no_event_has_one);
    tcase_add_test(tcase, takes_the_oldest_up_to_its_limit_and_leaves_them_in_the_queue);
    tcase_add_test(tcase, ends_where_a_run_ends);
    tcase_add_test(tcase, has_room_for_the_longest_rows);
    tcase_add_test(tcase, rows_of_all_kinds_read_back);
    tcase_add_test(tcase, names_its_parameters_with_their_types);
    suite_add_tcase(suite, tcase);
    return suite;
}
