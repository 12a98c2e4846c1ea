/* The FIFO of events that wait for the database. */
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "store/ingest/event_queue.h"
#include "test/unit/suites.h"

enum { CHUNK_ROUGHLY_BYTES = 256 * 1024 };

#if defined(__SANITIZE_ADDRESS__)
/* From sanitizer/allocator_interface.h, which comes with clang only. */
size_t sanitizer_allocated_bytes(void) __asm__("__sanitizer_get_current_allocated_bytes");
#endif

static size_t allocated_bytes(void)
{
#if defined(__SANITIZE_ADDRESS__)
    return sanitizer_allocated_bytes();
#else
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#endif
}

/* The record of a sequence: every length comes up, and the bytes tell whose they are. */
static size_t make_record(uint64_t sequence, uint8_t record[static EVENT_PACKED_MAX_BYTES])
{
    size_t bytes = 1 + (size_t)(sequence * 31 % EVENT_PACKED_MAX_BYTES);
    for (size_t i = 0; i < bytes; i++)
        record[i] = (uint8_t)(sequence + i);
    return bytes;
}

static void push(struct event_queue *queue, uint64_t sequence)
{
    uint8_t record[EVENT_PACKED_MAX_BYTES];
    size_t bytes = make_record(sequence, record);
    uint8_t *copy = malloc(bytes); /* just its size, so that the sanitizer sees a step beyond it */
    if (copy == NULL)
        abort();
    memcpy(copy, record, bytes);
    event_queue_push(queue, sequence, copy, bytes);
    free(copy);
}

static void assert_next(struct queue_position *position, uint64_t expected)
{
    uint8_t record[EVENT_PACKED_MAX_BYTES];
    size_t expected_bytes = make_record(expected, record);
    uint64_t sequence = 0;
    size_t bytes = 0;
    const uint8_t *packed = event_queue_read(position, &bytes, &sequence);
    /* Check writes to a file for each of its own assertions. */
    if (packed == NULL || sequence != expected || bytes != expected_bytes ||
        memcmp(packed, record, bytes) != 0)
        ck_abort_msg("not the event %llu", (unsigned long long)expected);
}

static void assert_end(struct queue_position *position)
{
    uint64_t sequence;
    size_t bytes;
    ck_assert_ptr_null(event_queue_read(position, &bytes, &sequence));
}

/* Reads the whole queue: it holds the sequences from `first` to `last`, `step` apart. */
static void assert_holds(const struct event_queue *queue, uint64_t first, uint64_t last,
                         uint64_t step)
{
    struct queue_position position = event_queue_head(queue);
    uint64_t count = 0;
    for (uint64_t sequence = first; sequence <= last; sequence += step, count++)
        assert_next(&position, sequence);
    assert_end(&position);
    ck_assert_uint_eq(event_queue_count(queue), count);
}

START_TEST(is_empty_at_first)
{
    struct event_queue *queue = event_queue_new();
    assert_holds(queue, 1, 0, 1);
    event_queue_drop(queue, UINT64_MAX);
    assert_holds(queue, 1, 0, 1);
    event_queue_free(queue);
    event_queue_free(NULL);
}
END_TEST

START_TEST(gives_back_what_went_in_across_chunks)
{
    struct event_queue *queue = event_queue_new();
    for (uint64_t sequence = 1; sequence <= 10000; sequence++)
        push(queue, sequence);
    assert_holds(queue, 1, 10000, 1);
    event_queue_drop(queue, 0);
    assert_holds(queue, 1, 10000, 1);
    event_queue_drop(queue, 9999);
    assert_holds(queue, 10000, 10000, 1);
    event_queue_drop(queue, 10000);
    assert_holds(queue, 1, 0, 1);
    push(queue, 10001);
    assert_holds(queue, 10001, 10001, 1);
    event_queue_free(queue);
}
END_TEST

START_TEST(reads_on_into_what_is_pushed_later)
{
    struct event_queue *queue = event_queue_new();
    struct queue_position position = event_queue_head(queue);
    for (uint64_t sequence = 1; sequence <= 5000; sequence++) {
        assert_end(&position);
        push(queue, sequence);
        assert_next(&position, sequence);
    }
    assert_end(&position);
    event_queue_free(queue);
}
END_TEST

START_TEST(drops_by_sequence_where_sequences_have_gaps)
{
    struct event_queue *queue = event_queue_new();
    for (uint64_t sequence = 10; sequence <= 30000; sequence += 10)
        push(queue, sequence);
    event_queue_drop(queue, 9);
    assert_holds(queue, 10, 30000, 10);
    event_queue_drop(queue, 14999);
    assert_holds(queue, 15000, 30000, 10);
    event_queue_drop(queue, 15000);
    assert_holds(queue, 15010, 30000, 10);
    event_queue_drop(queue, 12000); /* long gone */
    assert_holds(queue, 15010, 30000, 10);
    event_queue_free(queue);
}
END_TEST

START_TEST(takes_sequences_of_64_bits)
{
    struct event_queue *queue = event_queue_new();
    const uint64_t first = UINT64_MAX - 99;
    for (uint64_t n = 0; n < 100; n++)
        push(queue, first + n);
    event_queue_drop(queue, first + 49);
    struct queue_position position = event_queue_head(queue);
    assert_next(&position, first + 50);
    ck_assert_uint_eq(event_queue_count(queue), 50);
    event_queue_free(queue);
}
END_TEST

/* Pushes and drops by chance, and the whole looked at now and then. */
static void play(unsigned seed)
{
    srand(seed);
    struct event_queue *queue = event_queue_new();
    uint64_t first = 1;
    uint64_t next = 1;
    for (unsigned round = 0; round < 300; round++) {
        for (unsigned n = (unsigned)rand() % (1 + (unsigned)rand() % 1000); n > 0; n--)
            push(queue, next++);
        uint64_t held = next - first;
        uint64_t dropped = rand() % 8 == 0 ? held : (uint64_t)rand() % (held + 1);
        if (rand() % 3 != 0) {
            event_queue_drop(queue, first + dropped - 1);
            first += dropped;
        }
        if (event_queue_count(queue) != next - first)
            ck_abort_msg("miscounts with seed %u", seed);
        if (round % 50 == 0)
            assert_holds(queue, first, next - 1, 1);
    }
    assert_holds(queue, first, next - 1, 1);
    event_queue_free(queue);
}

START_TEST(agrees_with_a_simple_model)
{
    for (unsigned seed = 0; seed < 20; seed++)
        play(seed);
}
END_TEST

START_TEST(frees_its_memory_as_it_empties)
{
    struct event_queue *queue = event_queue_new();
    size_t empty_bytes = allocated_bytes();
    for (uint64_t sequence = 1; sequence <= 100000; sequence++)
        push(queue, sequence);
    size_t full_bytes = allocated_bytes();
    ck_assert_uint_gt(full_bytes, empty_bytes + 100000ULL * 50);
    event_queue_drop(queue, 50000);
    ck_assert_uint_lt(allocated_bytes() - empty_bytes, (full_bytes - empty_bytes) * 6 / 10);
    event_queue_drop(queue, 100000);
    ck_assert_uint_le(allocated_bytes(), empty_bytes + 2 * CHUNK_ROUGHLY_BYTES);
    event_queue_free(queue);
    ck_assert_uint_lt(allocated_bytes(), empty_bytes);
}
END_TEST

START_TEST(a_steady_flow_keeps_its_memory)
{
    struct event_queue *queue = event_queue_new();
    size_t empty_bytes = allocated_bytes();
    for (uint64_t sequence = 1; sequence <= 200000; sequence++) {
        push(queue, sequence);
        if (sequence % 500 == 0)
            event_queue_drop(queue, sequence - 250);
    }
    ck_assert_uint_le(allocated_bytes(), empty_bytes + 2 * CHUNK_ROUGHLY_BYTES);
    event_queue_free(queue);
}
END_TEST

Suite *event_queue_suite(void)
{
    Suite *suite = suite_create("event_queue");
    TCase *tcase = tcase_create("event_queue");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, is_empty_at_first);
    tcase_add_test(tcase, gives_back_what_went_in_across_chunks);
    tcase_add_test(tcase, reads_on_into_what_is_pushed_later);
    tcase_add_test(tcase, drops_by_sequence_where_sequences_have_gaps);
    tcase_add_test(tcase, takes_sequences_of_64_bits);
    tcase_add_test(tcase, agrees_with_a_simple_model);
    tcase_add_test(tcase, frees_its_memory_as_it_empties);
    tcase_add_test(tcase, a_steady_flow_keeps_its_memory);
    suite_add_tcase(suite, tcase);
    return suite;
}
