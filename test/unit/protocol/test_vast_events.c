/* The names of events: every version knows those of its schema and no others. */
#include <stdbool.h>
#include <string.h>

#include <check.h>

#include "protocol/vast_events.h"
#include "test/unit/suites.h"

#define NAMES_2                                                                                    \
    " start midpoint firstQuartile thirdQuartile complete mute unmute pause rewind resume"         \
    " fullscreen acceptInvitation close "
#define NAMES_3 NAMES_2 " exitFullscreen skip progress acceptInvitationLinear closeLinear "

/* Out of IAB's schemas, but for those that no kind of ours has a name for. */
static const char *const known[] = {
    [DOCUMENT_VAST_2_0] = NAMES_2,
    [DOCUMENT_VAST_3_0] = NAMES_3,
    [DOCUMENT_VAST_4_2] =
        " mute unmute pause resume rewind skip playerExpand playerCollapse loaded start"
        " firstQuartile midpoint thirdQuartile complete progress closeLinear acceptInvitation"
        " close otherAdInteraction ",
};

static bool is_known(enum document_kind version, const char *name)
{
    char word[64] = " ";
    strcat(strcat(word, name), " ");
    return strstr(known[version], word) != NULL;
}

START_TEST(are_those_of_the_versions_schema)
{
    enum document_kind version = (enum document_kind)_i;
    for (int i = 0; i < EVENT_KINDS; i++) {
        const char *linear = vast_event_linear(version, (enum event_kind)i);
        const char *nonlinear = vast_event_nonlinear(version, (enum event_kind)i);
        ck_assert_msg(linear == NULL || is_known(version, linear), "%s", linear);
        ck_assert_msg(nonlinear == NULL || is_known(version, nonlinear), "%s", nonlinear);
    }
}
END_TEST

START_TEST(are_each_of_one_kind)
{
    enum document_kind version = (enum document_kind)_i;
    for (int i = 0; i < EVENT_KINDS; i++) {
        for (int j = 0; j < i; j++) {
            const char *one = vast_event_linear(version, (enum event_kind)i);
            const char *other = vast_event_linear(version, (enum event_kind)j);
            ck_assert(one == NULL || other == NULL || strcmp(one, other) != 0);
            one = vast_event_nonlinear(version, (enum event_kind)i);
            other = vast_event_nonlinear(version, (enum event_kind)j);
            ck_assert(one == NULL || other == NULL || strcmp(one, other) != 0);
        }
    }
}
END_TEST

START_TEST(are_every_one_of_a_linear_ad_in_4_2)
{
    static const char *const linear[] = {"start",
                                         "firstQuartile",
                                         "midpoint",
                                         "thirdQuartile",
                                         "complete",
                                         "progress",
                                         "mute",
                                         "unmute",
                                         "pause",
                                         "resume",
                                         "rewind",
                                         "skip",
                                         "playerExpand",
                                         "playerCollapse",
                                         "closeLinear",
                                         "loaded",
                                         "otherAdInteraction"};
    size_t count = 0;
    for (int i = 0; i < EVENT_KINDS; i++)
        count += vast_event_linear(DOCUMENT_VAST_4_2, (enum event_kind)i) != NULL;
    ck_assert_uint_eq(count, sizeof linear / sizeof linear[0]);
    for (size_t i = 0; i < count; i++) {
        enum event_kind kind;
        ck_assert(event_kind_find(linear[i], strlen(linear[i]), &kind));
        ck_assert_str_eq(vast_event_linear(DOCUMENT_VAST_4_2, kind), linear[i]);
    }
}
END_TEST

START_TEST(change_their_names_between_versions)
{
    ck_assert_str_eq(vast_event_linear(DOCUMENT_VAST_2_0, EVENT_PLAYER_EXPAND), "fullscreen");
    ck_assert_ptr_null(vast_event_linear(DOCUMENT_VAST_2_0, EVENT_PLAYER_COLLAPSE));
    ck_assert_str_eq(vast_event_linear(DOCUMENT_VAST_3_0, EVENT_PLAYER_COLLAPSE), "exitFullscreen");
    ck_assert_str_eq(vast_event_linear(DOCUMENT_VAST_2_0, EVENT_CLOSE_LINEAR), "close");
    ck_assert_str_eq(vast_event_linear(DOCUMENT_VAST_3_0, EVENT_CLOSE_LINEAR), "closeLinear");
    ck_assert_str_eq(vast_event_nonlinear(DOCUMENT_VAST_4_2, EVENT_CLOSE_LINEAR), "close");
    ck_assert_ptr_null(vast_event_linear(DOCUMENT_VAST_2_0, EVENT_SKIP));
    ck_assert_ptr_null(vast_event_linear(DOCUMENT_VAST_2_0, EVENT_PROGRESS));
    ck_assert_ptr_null(vast_event_nonlinear(DOCUMENT_VAST_4_2, EVENT_START));
}
END_TEST

Suite *vast_events_suite(void)
{
    Suite *suite = suite_create("vast_events");
    TCase *tcase = tcase_create("vast_events");
    tcase_add_loop_test(tcase, are_those_of_the_versions_schema, 0, 3);
    tcase_add_loop_test(tcase, are_each_of_one_kind, 0, 3);
    tcase_add_test(tcase, are_every_one_of_a_linear_ad_in_4_2);
    tcase_add_test(tcase, change_their_names_between_versions);
    suite_add_tcase(suite, tcase);
    return suite;
}
