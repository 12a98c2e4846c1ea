/* Questions of analytics for the tests. */
#include "test/unit/protocol/analytics/questions.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/timestamp.h"

static const char now[] = "2025-04-20T15:30:20Z";

int64_t question_time(const char *text)
{
    int64_t time_us = 0;
    ck_assert_msg(timestamp_parse(text, strlen(text), &time_us, NULL) == RESULT_OK, "%s", text);
    return time_us;
}

/* Reads from a block of just its size, so that the sanitizer sees a step beyond it. */
static enum result parse(const char *query_string, struct analytics_question *question,
                         struct error *error)
{
    char *copy = query_string != NULL ? strdup(query_string) : NULL;
    enum result result = analytics_question_parse(copy, NULL, question_time(now), question, error);
    free(copy);
    return result;
}

struct analytics_question question_of(const char *query_string)
{
    struct analytics_question question;
    struct error error = {"untouched"};
    memset(&question, 0xee, sizeof question);
    ck_assert_msg(parse(query_string, &question, &error) == RESULT_OK, "%s: %s", query_string,
                  error.text);
    ck_assert_str_eq(error.text, "untouched");
    return question;
}

const char *question_refused(const char *query_string)
{
    static struct error error;
    struct analytics_question question;
    struct analytics_question untouched;
    memset(&question, 0xee, sizeof question);
    memset(&untouched, 0xee, sizeof untouched);
    error.text[0] = '\0';
    ck_assert_msg(parse(query_string, &question, &error) == RESULT_MALFORMED, "%s", query_string);
    ck_assert_mem_eq(&question, &untouched, sizeof question);
    return error.text;
}
