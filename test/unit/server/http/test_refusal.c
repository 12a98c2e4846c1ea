/* Refusals: their words, and their way through evhttp. */
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <event2/buffer.h>
#include <event2/http.h>

#include "server/http/refusal.h"
#include "test/unit/suites.h"

START_TEST(has_a_status_and_words_for_each_refusal)
{
    for (int refusal = HTTP_ACCEPTED + 1; refusal < HTTP_REFUSALS; refusal++) {
        int status = http_refusal_status((enum http_refusal)refusal);
        ck_assert_msg(status >= 400 && status < 600, "refusal %d has status %d", refusal, status);
        ck_assert_uint_gt(strlen(http_refusal_reason((enum http_refusal)refusal)), 10);
    }
}
END_TEST

/* A request with the fields of the head in `text`. */
static struct evhttp_request *parse(struct evbuffer *text)
{
    struct evhttp_request *request = evhttp_request_new(NULL, NULL);
    char *line;
    ck_assert_ptr_nonnull(request);
    while ((line = evbuffer_readln(text, NULL, EVBUFFER_EOL_CRLF_STRICT)) != NULL) {
        char *value = strstr(line, ": ");
        if (value != NULL) {
            *value = '\0';
            ck_assert_int_eq(
                evhttp_add_header(evhttp_request_get_input_headers(request), line, value + 2), 0);
        }
        free(line);
    }
    ck_assert_uint_eq(evbuffer_get_length(text), 0);
    return request;
}

START_TEST(reads_what_it_wrote)
{
    for (int refusal = HTTP_ACCEPTED + 1; refusal < HTTP_REFUSALS; refusal++) {
        struct evbuffer *text = evbuffer_new();
        ck_assert_ptr_nonnull(text);
        http_refusal_write((enum http_refusal)refusal, text);
        struct evhttp_request *request = parse(text);
        ck_assert_int_eq(http_refusal_read(request), refusal);
        evhttp_request_free(request);
        evbuffer_free(text);
    }
}
END_TEST

START_TEST(takes_no_clients_request_for_a_refused_one)
{
    struct evhttp_request *request = evhttp_request_new(NULL, NULL);
    ck_assert_ptr_nonnull(request);
    ck_assert_int_eq(http_refusal_read(request), HTTP_ACCEPTED);
    (void)evhttp_add_header(evhttp_request_get_input_headers(request), "refused", "1");
    ck_assert_int_eq(http_refusal_read(request), HTTP_ACCEPTED);
    evhttp_request_free(request);
}
END_TEST

Suite *http_refusal_suite(void)
{
    Suite *suite = suite_create("http_refusal");
    TCase *tcase = tcase_create("http_refusal");
    tcase_add_test(tcase, has_a_status_and_words_for_each_refusal);
    tcase_add_test(tcase, reads_what_it_wrote);
    tcase_add_test(tcase, takes_no_clients_request_for_a_refused_one);
    suite_add_tcase(suite, tcase);
    return suite;
}
