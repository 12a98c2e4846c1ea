/* A line of the log as JSON: an object whatever the text holds. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/log.h"
#include "metrics/log_json.h"
#include "test/unit/suites.h"

enum { LINE_BYTES = 4096 };

static json_t *parse(const char *line, size_t bytes)
{
    json_error_t error;
    json_t *object = json_loadb(line, bytes, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(object != NULL, "%s: %.*s", error.text, (int)bytes, line);
    return object;
}

static json_t *write_entry(const char *text, size_t size)
{
    char line[LINE_BYTES];
    const struct log_entry entry = {.time = "2025-04-01T12:00:00.000Z",
                                    .level = "info",
                                    .module = "store and more",
                                    .module_bytes = 5,
                                    .text = text,
                                    .text_bytes = strlen(text)};
    size_t bytes = log_json_write(line, size, &entry);
    ck_assert_uint_le(bytes, size);
    return parse(line, bytes);
}

static const struct {
    const char *text;
    const char *fields; /* NULL = none */
} texts[] = {
    {"stopped", NULL},
    {"", NULL},
    {"connected host=db1 attempt=3", "{\"host\":\"db1\",\"attempt\":\"3\"}"},
    {"a=1", "{\"a\":\"1\"}"},
    {"said \"a\\b\" path=C:\\\"x\"", "{\"path\":\"C:\\\\\\\"x\\\"\"}"},
    {"few limit=7 (ulimit -n)", NULL},
    {"unreachable name=writer: no route", NULL},
    {"empty value=", "{\"value\":\"\"}"},
    {"sum x=a=b", "{\"x\":\"a=b\"}"},
    {"twice a=1 b=2 a=3", "{\"a\":\"1\",\"b\":\"2\"}"},
    {"no key =1", NULL},
    {"no key Big=1", NULL},
    {"two  blanks  a=1  b=2", "{\"b\":\"2\"}"},
    {"gr\xC3\xBC\xC3\x9F x=\xE2\x82\xAC", "{\"x\":\"\xE2\x82\xAC\"}"},
};

START_TEST(has_the_text_and_the_words_at_its_end)
{
    json_t *object = write_entry(texts[_i].text, LINE_BYTES);
    ck_assert_str_eq(json_string_value(json_object_get(object, "ts")), "2025-04-01T12:00:00.000Z");
    ck_assert_str_eq(json_string_value(json_object_get(object, "level")), "info");
    ck_assert_str_eq(json_string_value(json_object_get(object, "module")), "store");
    ck_assert_str_eq(json_string_value(json_object_get(object, "msg")), texts[_i].text);
    json_t *fields = json_object_get(object, "fields");
    ck_assert_int_eq(fields == NULL, texts[_i].fields == NULL);
    ck_assert_uint_eq(json_object_size(object), fields == NULL ? 4 : 5);
    if (fields != NULL) {
        json_t *expected = parse(texts[_i].fields, strlen(texts[_i].fields));
        ck_assert(json_equal(fields, expected));
        json_decref(expected);
    }
    json_decref(object);
}
END_TEST

/* Escapes, halves of characters and fields at every place of the cut. */
START_TEST(is_an_object_at_any_length)
{
    static const char *const pieces[] = {"\"", "\\", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
                                         " key=\"v\""};
    char text[4001] = "";
    size_t used = 0;
    for (size_t i = 0; used + 9 < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s",
                                 pieces[_i == 5 ? i % 5 : (size_t)_i]);
    for (size_t size = 1024; size < 1060; size++)
        json_decref(write_entry(text, size));
    for (size_t end = used; end > 0 && used - end<3000; end -= end> 700 ? 7 : 1) {
        while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80)
            end--;
        text[end] = '\0';
        json_decref(write_entry(text, 1024));
    }
}
END_TEST

/* The text is there, and its one field where that has room. */
START_TEST(a_field_is_whole_or_not_there)
{
    char text[800] = "lost key=";
    size_t start = strlen(text);
    int whole = 0;
    for (size_t bytes = 1; start + bytes < sizeof text; bytes++) {
        memset(text + start, _i == 0 ? 'x' : '"', bytes);
        json_t *object = write_entry(text, 1024);
        json_t *value = json_object_get(json_object_get(object, "fields"), "key");
        if (value != NULL)
            ck_assert_str_eq(json_string_value(value), text + start);
        whole += value != NULL;
        json_decref(object);
    }
    ck_assert_int_gt(whole, 100);
    ck_assert_int_lt(whole, 700);
}
END_TEST

START_TEST(the_log_writes_it_for_any_bytes)
{
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    struct log *log = log_new(LOG_INFO, fileno(file));
    log_set_format(log, LOG_FORMAT_JSON);
    for (int byte = 1; byte < 256; byte++)
        log_write(log, LOG_INFO, "m", "%c%c key=%c", byte, byte, byte);
    log_free(log);
    rewind(file);
    char line[LINE_BYTES];
    int lines = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        lines++;
        json_decref(parse(line, strlen(line)));
    }
    ck_assert_int_eq(lines, 255);
    (void)fclose(file);
}
END_TEST

Suite *log_json_suite(void)
{
    Suite *suite = suite_create("log_json");
    TCase *tests = tcase_create("log_json");
    tcase_add_loop_test(tests, has_the_text_and_the_words_at_its_end, 0,
                        sizeof texts / sizeof texts[0]);
    tcase_add_loop_test(tests, is_an_object_at_any_length, 0, 6);
    tcase_add_loop_test(tests, a_field_is_whole_or_not_there, 0, 2);
    tcase_add_test(tests, the_log_writes_it_for_any_bytes);
    suite_add_tcase(suite, tests);
    return suite;
}
