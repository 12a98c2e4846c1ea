/* What Accept-Encoding says of gzip. */
#include "server/http/coding_wish.h"

#include <stddef.h>

#include <check.h>

#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* NULL = no second field. */
static const struct wish {
    const char *field;
    const char *second;
    bool is_gzip;
} wishes[] = {
    {"gzip", NULL, true},
    {"GZip", NULL, true},
    {"x-gzip", NULL, true},
    {"gzip, deflate, br", NULL, true},
    {"br;q=1.0, gzip;q=0.8, *;q=0.1", NULL, true},
    {"deflate,gzip", NULL, true},
    {"gzip;q=1", NULL, true},
    {"gzip;q=1.000", NULL, true},
    {"gzip;q=0.001", NULL, true},
    {"gzip ; q=0.5", NULL, true},
    {"gzip\t;\tQ=0.5\t", NULL, true},
    {"*", NULL, true},
    {"*;q=0.5", NULL, true},
    {"identity;q=0, *", NULL, true},
    {"identity;q=0.5, gzip;q=0.5", NULL, true},
    {", ,gzip,", NULL, true},
    {"deflate", "gzip", true},
    {"x-gzip;q=0.5, gzip;q=0", NULL, true},
    {"", NULL, false},
    {"identity", NULL, false},
    {"deflate", NULL, false},
    {"gzip;q=0", NULL, false},
    {"gzip;q=0.000", NULL, false},
    {"gzip;q=0, *", NULL, false},
    {"*, gzip;q=0", NULL, false},
    {"*;q=0", NULL, false},
    {"identity, gzip;q=0.9", NULL, false},
    {"identity, *;q=0.9", NULL, false},
    {"gzip;q=0.5", "identity", false},
    {"gzipped", NULL, false},
    {"my-gzip", NULL, false},
    {"gzip;q=2", NULL, false},
    {"gzip;q=1.001", NULL, false},
    {"gzip;q=0.1234", NULL, false},
    {"gzip;q=", NULL, false},
    {"gzip;q", NULL, false},
    {"gzip;q=-1", NULL, false},
    {"gzip;q=1.", NULL, true},
    {"gzip;level=9", NULL, false},
    {"gzip gzip", NULL, false},
    {"gzip;", NULL, false},
    {"\"gzip\"", NULL, false},
};

START_TEST(is_read_by_its_weights)
{
    const struct wish *wish = &wishes[_i];
    struct coding_wish read = {CODING_NOT_NAMED, CODING_NOT_NAMED, CODING_NOT_NAMED};
    coding_wish_add(&read, wish->field);
    if (wish->second != NULL)
        coding_wish_add(&read, wish->second);
    ck_assert_msg(coding_wish_is_gzip(&read) == wish->is_gzip, "%s", wish->field);
}
END_TEST

START_TEST(is_no_gzip_where_nothing_is_said)
{
    const struct coding_wish read = {CODING_NOT_NAMED, CODING_NOT_NAMED, CODING_NOT_NAMED};
    ck_assert(!coding_wish_is_gzip(&read));
}
END_TEST

Suite *coding_wish_suite(void)
{
    Suite *suite = suite_create("coding_wish");
    TCase *tcase = tcase_create("coding_wish");
    tcase_add_loop_test(tcase, is_read_by_its_weights, 0, COUNT(wishes));
    tcase_add_test(tcase, is_no_gzip_where_nothing_is_said);
    suite_add_tcase(suite, tcase);
    return suite;
}
