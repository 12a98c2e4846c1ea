/* Randomness: every byte asked for, and none beside. */
#include <stdint.h>
#include <string.h>

#include <check.h>

#include "protocol/random.h"
#include "test/unit/suites.h"

/* The kernel promises no more than 256 bytes at once. */
START_TEST(every_byte_is_filled_and_none_beside)
{
    enum { ROOM = 100000 };
    static const size_t counts[] = {0, 1, 16, 256, 257, ROOM - 1};
    static uint8_t bytes[ROOM];
    static uint8_t seen[ROOM];
    size_t count = counts[_i];
    memset(seen, 0, sizeof seen);
    for (int round = 0; round < 8; round++) {
        memset(bytes, 0, sizeof bytes);
        random_fill(bytes, count);
        for (size_t at = 0; at < ROOM; at++)
            seen[at] |= bytes[at];
    }
    for (size_t at = 0; at < ROOM; at++)
        ck_assert_int_eq(seen[at] != 0, at < count);
}
END_TEST

Suite *random_suite(void)
{
    Suite *suite = suite_create("random");
    TCase *tests = tcase_create("random");
    tcase_add_loop_test(tests, every_byte_is_filled_and_none_beside, 0, 6);
    suite_add_tcase(suite, tests);
    return suite;
}
