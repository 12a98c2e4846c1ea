/* CRC-32C: the known answers, and the same from the instruction and from the table. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "store/base/crc32c.h"
#include "test/unit/store/journal/journal_files.h"
#include "test/unit/suites.h"

/* The same source once more, as it is built for a processor without the instruction. */
#undef __x86_64__
#define crc32c crc32c_by_table
uint32_t crc32c(const void *bytes, size_t count);
#include "store/base/crc32c.c"
#undef crc32c

/* RFC 3720 B.4, and the check value of the CRC catalogues. */
static uint8_t zeros[32];
static uint8_t ones[32];
static uint8_t up[32];
static uint8_t down[32];

static const struct {
    const void *bytes;
    size_t count;
    uint32_t crc;
} known[] = {
    {"", 0, 0},
    {"123456789", 9, 0xE3069283},
    {"a", 1, 0xC1D04330},
    {zeros, sizeof zeros, 0x8A9136AA},
    {ones, sizeof ones, 0x62A8AB43},
    {up, sizeof up, 0x46DD794E},
    {down, sizeof down, 0x113FDB5C},
};

START_TEST(gives_the_known_answers)
{
    memset(ones, 0xFF, sizeof ones);
    for (size_t i = 0; i < sizeof up; i++) {
        up[i] = (uint8_t)i;
        down[i] = (uint8_t)(sizeof down - 1 - i);
    }
    ck_assert_uint_eq(crc32c(known[_i].bytes, known[_i].count), known[_i].crc);
    ck_assert_uint_eq(crc32c_by_table(known[_i].bytes, known[_i].count), known[_i].crc);
}
END_TEST

START_TEST(instruction_and_table_agree)
{
    uint8_t bytes[300];
    journal_files_seed();
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)random();
    for (size_t from = 0; from < 9; from++) {
        for (size_t count = 0; from + count <= sizeof bytes; count++)
            ck_assert_uint_eq(crc32c(bytes + from, count), crc32c_by_table(bytes + from, count));
    }
}
END_TEST

Suite *crc32c_suite(void)
{
    Suite *suite = suite_create("crc32c");
    TCase *tests = tcase_create("crc32c");
    tcase_add_loop_test(tests, gives_the_known_answers, 0, sizeof known / sizeof known[0]);
    tcase_add_test(tests, instruction_and_table_agree);
    suite_add_tcase(suite, tests);
    return suite;
}
