/* A batch as PostgreSQL's binary arrays: read back here as array_recv() and the types' own receive
 * functions would. */
#include <endian.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/event_key.h"
#include "protocol/event_pack.h"
#include "store/ingest/batch.h"
#include "store/ingest/event_queue.h"
#include "test/unit/suites.h"

#define POSTGRES_EPOCH_US 946684800000000

enum column {
    SEQUENCE,
    KIND,
    VERDICT,
    FLAGS,
    AD_ID,
    DETAIL,
    QUANTITY,
    RECEIVED_AT,
    OCCURRED_AT,
    PLAYBACK,
    IP,
    PLACEMENT,
    PLACEMENT_ID,
    KEY,
    CLAIM_EVENT,
    CLAIM,
    NAME_ID,
    NAME,
    COUNT_BUCKET,
    COUNT_DIMENSION,
    COUNT_KEY,
    COUNT_DETAIL,
    COUNT_VERDICT,
    COUNT_PLAYBACK,
    COUNT_CELLS,
};

static const uint32_t TYPES[BATCH_COLUMNS] = {20,   21,  21, 21, 23,   23, 23,   1184, 1184,
                                              20,   869, 25, 20, 2950, 23, 2950, 20,   25,
                                              1184, 21,  20, 23, 21,   20, 20};

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
    struct event event = {.occurred_at_us = POSTGRES_EPOCH_US, .ad_id = 1, .quantity = 1};
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
    uint32_t count = read_32(at + 12);
    if (column <= KEY)
        ck_assert_uint_eq(count, batch_rows(batch));
    ck_assert_uint_eq(read_32(at + 16), 1); /* lower bound */
    at += 20;
    struct element found = {NULL, -2};
    for (uint32_t i = 0; i < count; i++) {
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

static void set_placement(struct event *event, const char *placement)
{
    event->placement_bytes = (uint8_t)strlen(placement);
    memcpy(event->placement, placement, event->placement_bytes);
}

START_TEST(writes_an_event_byte_for_byte)
{
    struct event event = make_event("192.0.2.7", "view-1");
    event.kind = EVENT_IMPRESSION;
    event.verdict = VERDICT_MARKED_BY_PROXY;
    event.flags = EVENT_PRIVACY_SIGNAL;
    event.ad_id = 0x01020304;
    event.detail = 0x05060708;
    event.quantity = 0x090a0b0c;
    event.playback_ms = -2;
    event.received_at_us = POSTGRES_EPOCH_US + 0x0102030405060709;
    event.occurred_at_us = POSTGRES_EPOCH_US + 0x0102030405060708;
    set_placement(&event, "top");
    push(0x1122334455667788, &event);
    batch_fill(batch, queue, 100);
    ck_assert_uint_eq(batch_rows(batch), 1);
    ck_assert_uint_eq(batch_last_sequence(batch), 0x1122334455667788);
    assert_element(SEQUENCE, 0, "\x11\x22\x33\x44\x55\x66\x77\x88", 8);
    assert_element(KIND, 0, "\0\1", 2);
    assert_element(VERDICT, 0, "\0\2", 2);
    assert_element(FLAGS, 0, "\0\x08", 2);
    assert_element(AD_ID, 0, "\1\2\3\4", 4);
    assert_element(DETAIL, 0, "\5\6\7\x08", 4);
    assert_element(QUANTITY, 0, "\x09\x0a\x0b\x0c", 4);
    assert_element(RECEIVED_AT, 0, "\1\2\3\4\5\6\7\x09", 8);
    assert_element(OCCURRED_AT, 0, "\1\2\3\4\5\6\7\x08", 8);
    assert_element(PLAYBACK, 0, "\xff\xff\xff\xff\xff\xff\xff\xfe", 8);
    assert_element(IP, 0, "\2\x20\0\4\xc0\0\2\7", 8);
    assert_element(PLACEMENT, 0, "top", 3);
    ck_assert_int_eq((int64_t)read_64(element_at(PLACEMENT_ID, 0).bytes), placement_id("top", 3));
}
END_TEST

/* Ascending, as the database takes them; each with its event. */
START_TEST(claims_the_keys_of_its_events_in_order)
{
    uint8_t before[EVENT_KEY_BYTES] = {0};
    unsigned claimed[100] = {0};
    unsigned count = 0;
    for (uint64_t i = 0; i < 100; i++) {
        struct event event = make_event(NULL, i % 4 == 0 ? NULL : "a");
        event.ad_id = (int32_t)(100 - i);
        push(i + 1, &event);
    }
    batch_fill(batch, queue, 100);
    count = read_32(batch_parameters(batch).values[CLAIM] + 12);
    ck_assert_uint_eq(count, 150); /* two days each */
    for (uint32_t i = 0; i < count; i++) {
        struct element claim = element_at(CLAIM, i);
        uint32_t event = read_32(element_at(CLAIM_EVENT, i).bytes);
        ck_assert_int_eq(claim.length, EVENT_KEY_BYTES);
        ck_assert_int_gt(memcmp(claim.bytes, before, EVENT_KEY_BYTES), 0);
        memcpy(before, claim.bytes, EVENT_KEY_BYTES);
        if (claimed[event - 1]++ == 0)
            assert_element(KEY, event - 1, claim.bytes, EVENT_KEY_BYTES);
    }
    for (uint32_t i = 0; i < 100; i++)
        ck_assert_uint_eq(claimed[i], i % 4 == 0 ? 0 : 2);
}
END_TEST

START_TEST(names_its_placements_once_each_in_order)
{
    static const char *const texts[] = {"a", "b", "c", NULL};
    for (uint64_t i = 0; i < 20; i++) {
        struct event event = make_event(NULL, NULL);
        if (texts[i % 4] != NULL)
            set_placement(&event, texts[i % 4]);
        push(i + 1, &event);
    }
    batch_fill(batch, queue, 20);
    ck_assert_uint_eq(read_32(batch_parameters(batch).values[NAME] + 12), 3);
    for (uint32_t i = 0; i < 3; i++) {
        struct element name = element_at(NAME, i);
        int64_t id = (int64_t)read_64(element_at(NAME_ID, i).bytes);
        ck_assert_int_eq(id, placement_id(name.bytes, (size_t)name.length));
        if (i > 0)
            ck_assert_int_gt(id, (int64_t)read_64(element_at(NAME_ID, i - 1).bytes));
    }
    batch_fill(batch, queue, 2); /* not those of the batch before */
    ck_assert_uint_eq(read_32(batch_parameters(batch).values[NAME] + 12), 2);
}
END_TEST

START_TEST(counts_its_events)
{
    struct event event = make_event(NULL, NULL);
    event.occurred_at_us = POSTGRES_EPOCH_US + 61 * 1000000;
    event.playback_ms = 1500;
    event.ad_id = 7;
    push(1, &event);
    push(2, &event);
    batch_fill(batch, queue, 2);
    ck_assert_uint_eq(read_32(batch_parameters(batch).values[COUNT_BUCKET] + 12), 2);
    ck_assert_uint_eq(read_32(batch_parameters(batch).values[COUNT_CELLS] + 12), 2 * EVENT_KINDS);
    for (uint32_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(read_64(element_at(COUNT_BUCKET, i).bytes), 60 * 1000000);
        assert_element(COUNT_DIMENSION, i, i == 0 ? "\0\0" : "\0\1", 2);
        ck_assert_uint_eq(read_64(element_at(COUNT_KEY, i).bytes), i == 0 ? 0 : 7);
        assert_element(COUNT_DETAIL, i, "\0\0\0\0", 4);
        assert_element(COUNT_VERDICT, i, "\0\0", 2);
        ck_assert_uint_eq(read_64(element_at(COUNT_PLAYBACK, i).bytes), 3000);
        for (uint32_t kind = 0; kind < EVENT_KINDS; kind++)
            ck_assert_uint_eq(read_64(element_at(COUNT_CELLS, i * EVENT_KINDS + kind).bytes),
                              kind == EVENT_CLICK ? 2 : 0);
    }
}
END_TEST

/* Four each: it ends before there are more than the limit. */
START_TEST(ends_before_it_has_too_many_counts)
{
    struct batch *large = batch_new(BATCH_ROWS_MAX);
    for (uint64_t i = 0; i < BATCH_COUNT_ROWS_MAX; i++) {
        char placement[20];
        struct event event = make_event(NULL, NULL);
        event.kind = EVENT_ERROR;
        event.occurred_at_us += (int64_t)i * 60000000;
        (void)snprintf(placement, sizeof placement, "p%u", (unsigned)i);
        set_placement(&event, placement);
        push(i + 1, &event);
    }
    batch_fill(large, queue, BATCH_ROWS_MAX);
    ck_assert_uint_eq(batch_rows(large), BATCH_COUNT_ROWS_MAX / 4);
    batch_free(large);
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

START_TEST(leaves_keys_out_where_no_event_has_one)
{
    struct event with = make_event("::1", "a");
    struct event without = make_event(NULL, NULL);
    push(1, &without);
    push(2, &without);
    push(3, &with);
    batch_fill(batch, queue, 2);
    ck_assert_ptr_null(batch_parameters(batch).values[KEY]);
    assert_element(IP, 1, NULL, -1);

    batch_fill(batch, queue, 3);
    assert_element(KEY, 0, NULL, -1);
    ck_assert_int_eq(element_at(KEY, 2).length, EVENT_KEY_BYTES);

    event_queue_drop(queue, 3);
    push(4, &without);
    batch_fill(batch, queue, 3); /* nothing of the earlier fill is left */
    ck_assert_ptr_null(batch_parameters(batch).values[KEY]);
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
    for (uint64_t sequence = 1; sequence <= 100; sequence++) {
        struct event event = make_event("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", id);
        event.kind = EVENT_NOFILL;
        event.occurred_at_us = (int64_t)(sequence * 60000000);
        set_placement(&event, id);
        event.placement[0] = (char)('A' + sequence % 50);
        push(sequence, &event);
    }
    batch_fill(batch, queue, 100);
    ck_assert_uint_eq(batch_rows(batch), 100);
    ck_assert_int_eq(element_at(PLACEMENT, 99).length, EVENT_PLACEMENT_MAX_BYTES);
    ck_assert_int_eq(element_at(IP, 99).length, 20);
    ck_assert_uint_eq(read_32(batch_parameters(batch).values[COUNT_BUCKET] + 12), 400);
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
    event.playback_ms = (int64_t)(n * 104729 % 86401) * 1000;
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
    ck_assert_int_eq((int64_t)read_64(element_at(PLAYBACK, row).bytes), event.playback_ms);
    int32_t ip_bytes = (int32_t)address_bytes(&event.address);
    struct element ip = element_at(IP, row);
    ck_assert_int_eq(ip.length, ip_bytes == 0 ? -1 : 4 + ip_bytes);
    if (ip_bytes > 0)
        ck_assert_mem_eq(ip.bytes + 4, event.address.bytes, (size_t)ip_bytes);
    uint8_t claims[EVENT_KEY_CLAIMS_MAX][EVENT_KEY_BYTES] = {{0}};
    if (event.id_bytes > 0)
        (void)event_key_claims(&event, claims);
    assert_element(KEY, row, claims[0], event.id_bytes == 0 ? -1 : EVENT_KEY_BYTES);
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
    static const char all[] =
        "$3::bigint[], $4::smallint[], $5::smallint[], $6::smallint[], $7::integer[], "
        "$8::integer[], $9::integer[], $10::timestamptz[], $11::timestamptz[], $12::bigint[], "
        "$13::inet[], $14::text[], $15::bigint[], $16::uuid[], $17::integer[], $18::uuid[], "
        "$19::bigint[], $20::text[], $21::timestamptz[], $22::smallint[], $23::bigint[], "
        "$24::integer[], $25::smallint[], $26::bigint[], $27::bigint[]";
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
    tcase_add_test(tcase, claims_the_keys_of_its_events_in_order);
    tcase_add_test(tcase, names_its_placements_once_each_in_order);
    tcase_add_test(tcase, counts_its_events);
    tcase_add_test(tcase, ends_before_it_has_too_many_counts);
    tcase_add_test(tcase, writes_an_ipv6_address);
    tcase_add_test(tcase, writes_times_before_its_epoch_as_negative);
    tcase_add_test(tcase, leaves_keys_out_where_no_event_has_one);
    tcase_add_test(tcase, takes_the_oldest_up_to_its_limit_and_leaves_them_in_the_queue);
    tcase_add_test(tcase, ends_where_a_run_ends);
    tcase_add_test(tcase, has_room_for_the_longest_rows);
    tcase_add_test(tcase, rows_of_all_kinds_read_back);
    tcase_add_test(tcase, names_its_parameters_with_their_types);
    suite_add_tcase(suite, tcase);
    return suite;
}
