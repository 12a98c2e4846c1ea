/* Large bodies: who is admitted, and until when they count. */
#include <check.h>

#include "server/http/admission.h"
#include "test/unit/suites.h"

enum { MIB = 1024 * 1024, COUNT = HTTP_BODIES_MAX_BYTES / MIB, NOW_MS = 1000 };

struct bodies {
    struct http_admission admission;
    struct http_reservation reservations[COUNT + 1];
};

/* Takes all that the limit allows, each until a time of its own. */
static void fill(struct bodies *bodies)
{
    *bodies = (struct bodies){.admission = {.reservations = {NULL}}};
    for (int i = 0; i < COUNT; i++) {
        ck_assert(
            http_admission_reserve(&bodies->admission, &bodies->reservations[i], MIB, NOW_MS));
        bodies->reservations[i].until_ms = NOW_MS + 1 + i;
    }
}

static bool ask(struct bodies *bodies, uint64_t bytes, int64_t now_ms)
{
    return http_admission_reserve(&bodies->admission, &bodies->reservations[COUNT], bytes, now_ms);
}

START_TEST(admits_as_much_as_the_limit)
{
    struct bodies bodies;
    fill(&bodies);
    ck_assert(!ask(&bodies, 1, NOW_MS));
    ck_assert_uint_eq(bodies.reservations[COUNT].bytes, 0);
    ck_assert(!ask(&bodies, MIB, NOW_MS));
}
END_TEST

START_TEST(reserves_more_for_one_that_grows)
{
    struct bodies bodies;
    struct http_reservation *first = &bodies.reservations[0];
    fill(&bodies);
    ck_assert(http_admission_reserve(&bodies.admission, first, MIB / 2, NOW_MS));
    ck_assert_uint_eq(first->bytes, MIB);
    ck_assert(!http_admission_reserve(&bodies.admission, first, MIB + 1, NOW_MS));
    ck_assert_uint_eq(first->bytes, MIB);
    http_admission_release(&bodies.reservations[1], 0);
    ck_assert(!http_admission_reserve(&bodies.admission, first, 2 * MIB + 1, NOW_MS));
    ck_assert(http_admission_reserve(&bodies.admission, first, 2 * MIB, NOW_MS));
    ck_assert_uint_eq(first->bytes, 2 * MIB);
    ck_assert_uint_eq(http_admission_reserved(&bodies.admission, NOW_MS), HTTP_BODIES_MAX_BYTES);
}
END_TEST

START_TEST(has_room_when_a_part_is_given_back)
{
    struct bodies bodies;
    fill(&bodies);
    http_admission_release(&bodies.reservations[3], MIB + 1);
    ck_assert_uint_eq(bodies.reservations[3].bytes, MIB);
    http_admission_release(&bodies.reservations[3], MIB - 7);
    ck_assert_uint_eq(bodies.reservations[3].bytes, MIB - 7);
    ck_assert(!ask(&bodies, 8, NOW_MS));
    ck_assert(ask(&bodies, 7, NOW_MS));
}
END_TEST

START_TEST(has_room_when_one_is_given_back)
{
    for (int i = 0; i < COUNT; i++) {
        struct bodies bodies;
        fill(&bodies);
        http_admission_release(&bodies.reservations[i], 0);
        http_admission_release(&bodies.reservations[i], 0);
        ck_assert_uint_eq(bodies.reservations[i].bytes, 0);
        ck_assert(!ask(&bodies, MIB + 1, NOW_MS));
        ck_assert(ask(&bodies, MIB, NOW_MS));
        ck_assert_uint_eq(bodies.reservations[COUNT].bytes, MIB);
    }
}
END_TEST

START_TEST(has_room_when_the_time_of_one_is_over)
{
    struct bodies bodies;
    fill(&bodies);
    ck_assert(!ask(&bodies, MIB, NOW_MS));
    ck_assert(!ask(&bodies, MIB + 1, NOW_MS + 1));
    ck_assert(ask(&bodies, MIB, NOW_MS + 1));
    http_admission_release(&bodies.reservations[COUNT], 0);
    ck_assert(ask(&bodies, HTTP_BODIES_MAX_BYTES, NOW_MS + COUNT));
}
END_TEST

Suite *http_admission_suite(void)
{
    Suite *suite = suite_create("http_admission");
    TCase *tcase = tcase_create("http_admission");
    tcase_add_test(tcase, admits_as_much_as_the_limit);
    tcase_add_test(tcase, reserves_more_for_one_that_grows);
    tcase_add_test(tcase, has_room_when_a_part_is_given_back);
    tcase_add_test(tcase, has_room_when_one_is_given_back);
    tcase_add_test(tcase, has_room_when_the_time_of_one_is_over);
    suite_add_tcase(suite, tcase);
    return suite;
}
