/*
 * Cursors: where a page has ended. The bytes, little-endian, as base64url:
 *
 *     1   the version
 *     8   the identity
 *     32  the windows: start and end, and of the one before, 0 without it
 *     8   the value that the rows are ordered by, a double
 *     8   the key
 *     4   the second key
 *     8   the bucket's edge
 */
#include "protocol/analytics/cursor.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/analytics/parameters.h"
#include "protocol/base64url.h"
#include "protocol/bytes.h"
#include "protocol/digest.h"
#include "protocol/hex.h"
#include "protocol/memory.h"

enum {
    VERSION = 1,
    IDENTITY_BYTES = 8,
    CURSOR_BYTES = 1 + IDENTITY_BYTES + 32 + 8 + 8 + 4 + 8,
};

/* What timestamps can be; a cursor that says otherwise is not ours. */
static const int64_t earliest_us = -62167305600000000;
static const int64_t latest_us = 253402387200000000;

/* Of the rows and their order: limit and format choose what is shown of them. The query counts with
 * all its bytes, as in struct analytics_query. */
static void identify(struct analytics_question *question)
{
    struct analytics_view *view = &question->view;
    const int32_t order[] = {(int32_t)view->period, view->is_ordered_by_metric,
                             (int32_t)view->order_metric, (int32_t)view->order_group,
                             view->is_descending};
    char text[DIGEST_TEXT_SIZE];
    struct digest *digest = digest_new();
    digest_add(digest, &question->query, sizeof question->query);
    digest_add(digest, order, sizeof order);
    digest_write(digest, text);
    digest_free(digest);
    memcpy(view->identity, text, ANALYTICS_IDENTITY_SIZE - 1);
    view->identity[ANALYTICS_IDENTITY_SIZE - 1] = '\0';
}

static uint8_t *put(uint8_t *at, int64_t value)
{
    bytes_put_le64(at, (uint64_t)value);
    return at + 8;
}

static int64_t get(const uint8_t **at)
{
    int64_t value = (int64_t)bytes_get_le64(*at);
    *at += 8;
    return value;
}

static uint8_t *put_identity(uint8_t *at, const char *identity)
{
    for (size_t i = 0; i < IDENTITY_BYTES; i++)
        at[i] = (uint8_t)(hex_value(identity[2 * i]) * 16 + hex_value(identity[2 * i + 1]));
    return at + IDENTITY_BYTES;
}

char *analytics_cursor_write(const struct analytics_question *question,
                             const struct analytics_position *position)
{
    uint8_t bytes[CURSOR_BYTES];
    int64_t value_bits;
    memcpy(&value_bits, &position->value, sizeof value_bits);
    bytes[0] = VERSION;
    uint8_t *at = put_identity(bytes + 1, question->view.identity);
    at = put(at, question->query.window.start_us);
    at = put(at, question->query.window.end_us);
    at = put(at, question->query.previous.start_us);
    at = put(at, question->query.previous.end_us);
    at = put(at, value_bits);
    at = put(at, position->key);
    bytes_put_le32(at, (uint32_t)position->second);
    (void)put(at + 4, position->bucket_us);
    char *text = memory_zeroed(BASE64URL_TEXT_BYTES(CURSOR_BYTES) + 1);
    *base64url_write(text, bytes, sizeof bytes) = '\0';
    return text;
}

struct cursor {
    char identity[ANALYTICS_IDENTITY_SIZE];
    struct analytics_window window;
    struct analytics_window previous;
    struct analytics_position position;
};

static bool is_window(const struct analytics_window *window)
{
    return window->start_us >= earliest_us && window->start_us <= window->end_us &&
           window->end_us <= latest_us;
}

static bool read_cursor(const struct parameter_value *value, struct cursor *cursor)
{
    uint8_t bytes[CURSOR_BYTES];
    size_t count = 0;
    if (value->is_broken ||
        !base64url_read(value->text, value->bytes, bytes, sizeof bytes, &count) ||
        count != CURSOR_BYTES || bytes[0] != VERSION)
        return false;
    *hex_write(cursor->identity, bytes + 1, IDENTITY_BYTES) = '\0';
    const uint8_t *at = bytes + 1 + IDENTITY_BYTES;
    cursor->window.start_us = get(&at);
    cursor->window.end_us = get(&at);
    cursor->previous.start_us = get(&at);
    cursor->previous.end_us = get(&at);
    int64_t value_bits = get(&at);
    memcpy(&cursor->position.value, &value_bits, sizeof value_bits);
    cursor->position.key = get(&at);
    cursor->position.second = (int32_t)bytes_get_le32(at);
    at += 4;
    cursor->position.bucket_us = get(&at);
    return is_window(&cursor->window) && is_window(&cursor->previous);
}

enum result analytics_cursor_parse(const char *query_string, struct analytics_question *question,
                                   struct error *error)
{
    struct analytics_view *view = &question->view;
    struct parameter_value value;
    struct cursor cursor;
    analytics_parameter_read(query_string, PARAMETER_CURSOR, &value);
    if (!value.is_given) {
        identify(question);
        return RESULT_OK;
    }
    if (!read_cursor(&value, &cursor))
        return error_set(error, RESULT_MALFORMED,
                         "cursor must be one that an answer has given as meta.next");
    if (view->period != PERIOD_NONE) {
        question->query.window = cursor.window;
        question->query.previous = cursor.previous;
    }
    identify(question);
    if (strcmp(cursor.identity, view->identity) != 0)
        return error_set(error, RESULT_MALFORMED,
                         "cursor is of another question: ask as before, but for limit");
    view->has_position = true;
    view->position = cursor.position;
    return RESULT_OK;
}
