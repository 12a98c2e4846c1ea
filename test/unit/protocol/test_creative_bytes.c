/* How much an ad's columns of JSON may be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/ad_fields.h"
#include "protocol/creative.h"
#include "test/unit/suites.h"

START_TEST(a_column_of_many_bytes_is_not_read)
{
    enum { BYTES = 1024 * 1024 };
    struct creative_faults faults;
    char *text = malloc(BYTES + 2);
    ck_assert_ptr_nonnull(text);
    (void)memset(text, ' ', BYTES + 1);
    text[0] = '[';
    text[BYTES - 1] = ']';
    for (size_t end = BYTES; end <= BYTES + 1; end++) {
        text[end] = '\0';
        creative_free(creative_new(&(struct ad){.media_files = text}, &faults));
        ck_assert_uint_eq(faults.count, end - BYTES);
        text[end] = ' ';
    }
    ck_assert_str_eq(faults.faults[0].reason, "it is over 1 MiB");
    free(text);
}
END_TEST

START_TEST(takes_as_many_bytes_of_trackers_as_a_document_bears)
{
    char trackers[9 * 8200] = "{\"start\":[";
    for (int i = 0; i < 8; i++)
        (void)sprintf(trackers + strlen(trackers), "\"https://a/%08182d\",", 0);
    (void)strcat(trackers, "\"https://b/\"]}");
    struct creative_faults faults;
    struct creative *creative = creative_new(&(struct ad){.trackers = trackers}, &faults);
    ck_assert_uint_eq(creative->tracker_count, 8);
    ck_assert_str_eq(faults.faults[0].reason,
                     "the URLs of the trackers are longer than 65536 bytes");
    creative_free(creative);
}
END_TEST

Suite *creative_bytes_suite(void)
{
    Suite *suite = suite_create("creative_bytes");
    TCase *tcase = tcase_create("creative_bytes");
    tcase_add_test(tcase, a_column_of_many_bytes_is_not_read);
    tcase_add_test(tcase, takes_as_many_bytes_of_trackers_as_a_document_bears);
    suite_add_tcase(suite, tcase);
    return suite;
}
