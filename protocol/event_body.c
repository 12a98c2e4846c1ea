/* The events in the body of a batch. */
#include "protocol/event_body.h"

#include <string.h>

#include "protocol/event_fast.h"
#include "protocol/event_json.h"
#include "protocol/text.h"

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && text_is_blank(*at))
        at++;
    return at;
}

/* Where the line ends that `at` stands in. */
static const char *line_end(const char *at, const char *end)
{
    const char *feed = memchr(at, '\n', (size_t)(end - at));
    return feed == NULL ? end : feed;
}

/* The end of what can be an item at `at`, and a byte more. */
static const char *item_limit(const char *at, const char *end)
{
    return end - at > EVENT_BODY_ITEM_MAX_BYTES + 1 ? at + EVENT_BODY_ITEM_MAX_BYTES + 1 : end;
}

static bool is_open(const char *at, const char *end)
{
    struct json_span span = {.depth = 0};
    (void)json_span_pass(&span, at, item_limit(at, end));
    return span.depth > 0;
}

/* Whether there is an object in the first line that goes on in the next one. */
static bool is_over_lines(const char *at, const char *end)
{
    const char *first_end = line_end(at, end);
    const char *next = skip_blanks(first_end, end);
    return *at == '{' && next < end && *next != '{' && is_open(at, first_end);
}

static enum event_body_form form_of(const char *at, const char *end)
{
    if (at == end)
        return EVENT_BODY_EMPTY;
    if (*at == '[')
        return EVENT_BODY_ARRAY;
    return is_over_lines(at, end) ? EVENT_BODY_OBJECT : EVENT_BODY_LINES;
}

void event_body_init(struct event_body *body, const char *text, size_t bytes)
{
    const char *end = text + bytes;
    const char *at = skip_blanks(text + text_mark_bytes(text, bytes), end);
    enum event_body_form form = form_of(at, end);
    *body = (struct event_body){.at = at + (form == EVENT_BODY_ARRAY), .end = end, .form = form};
}

/* The words of those who think that an item is all there is. */
static void name_item(struct error *error)
{
    static const char body[] = "the body";
    static const char item[] = "the item";
    _Static_assert(sizeof item == sizeof body, "one takes the place of the other");
    if (strncmp(error->text, body, sizeof body - 1) == 0)
        memcpy(error->text, item, sizeof item - 1);
}

static enum result fault_too_long(struct error *error)
{
    return error_set(error, RESULT_INVALID, "the item is over %d KiB",
                     EVENT_BODY_ITEM_MAX_BYTES / 1024);
}

/* An item that may be anything, of the bytes up to `end`. */
static enum event_body_step take_item(struct event_body *body, const char *end, bool is_plain,
                                      struct event *event, struct error *error)
{
    const char *text = body->at;
    size_t bytes = (size_t)(end - text);
    enum result result = RESULT_OK;
    body->at = end;
    if (bytes > EVENT_BODY_ITEM_MAX_BYTES)
        result = fault_too_long(error);
    else if (!is_plain)
        result = event_decode_item_full(text, bytes, event, error);
    if (result == RESULT_OK)
        return EVENT_BODY_EVENT;
    name_item(error);
    body->result = result;
    return EVENT_BODY_FAULT;
}

/* Returns false when there are too many. */
static bool begin_item(struct event_body *body)
{
    if (body->items == EVENT_BODY_ITEMS_MAX)
        return false;
    body->index = body->items++;
    return true;
}

/* What follows the array, which is the last step but the end. */
static enum event_body_step end_array(struct event_body *body, struct error *error)
{
    bool is_end = body->at == body->end;
    body->at = body->end;
    if (is_end && body->is_closed)
        return EVENT_BODY_END;
    body->is_closed = true;
    body->index = body->items;
    body->result = error_set(error, RESULT_MALFORMED,
                             is_end ? "the body ends before its array does"
                                    : "the body goes on after its array");
    return EVENT_BODY_FAULT;
}

/* Goes on behind an element. */
static void pass_element(struct event_body *body, const char *end)
{
    body->at = end;
    if (end == body->end)
        return;
    body->is_closed = *end == ']';
    body->at++;
}

/* Looks for the end of an element that is longer than an item may be, for a step. */
static enum event_body_step skip(struct event_body *body, struct error *error)
{
    const char *limit = item_limit(body->at, body->end);
    const char *end = json_span_pass(&body->span, body->at, limit);
    body->is_skipping = end == NULL && limit < body->end;
    if (body->is_skipping) {
        body->at = limit;
        return EVENT_BODY_GOES_ON;
    }
    pass_element(body, end == NULL ? body->end : end);
    body->result = fault_too_long(error);
    return EVENT_BODY_FAULT;
}

/* An element that is not plain. */
static enum event_body_step take_element(struct event_body *body, struct event *event,
                                         struct error *error)
{
    const char *limit = item_limit(body->at, body->end);
    body->span = (struct json_span){.depth = 0};
    const char *end = json_span_pass(&body->span, body->at, limit);
    if (end == NULL && limit < body->end) {
        body->is_skipping = true;
        body->at = limit;
        return EVENT_BODY_GOES_ON;
    }
    if (end == NULL)
        end = body->end;
    enum event_body_step step = take_item(body, end, false, event, error);
    pass_element(body, end);
    return step;
}

static enum event_body_step next_element(struct event_body *body, struct event *event,
                                         struct error *error)
{
    if (body->is_skipping)
        return skip(body, error);
    body->at = skip_blanks(body->at, body->end);
    if (body->items == 0 && body->at < body->end && *body->at == ']' && !body->is_closed) {
        body->is_closed = true;
        body->at = skip_blanks(body->at + 1, body->end);
    }
    if (body->at == body->end || body->is_closed)
        return end_array(body, error);
    if (!begin_item(body))
        return EVENT_BODY_TOO_MANY;
    const char *end;
    const char *limit = item_limit(body->at, body->end);
    bool is_plain = event_decode_fast_item(body->at, (size_t)(limit - body->at), event, &end);
    if (is_plain) {
        end = skip_blanks(end, body->end);
        is_plain = end == body->end || *end == ',' || *end == ']';
    }
    if (!is_plain)
        return take_element(body, event, error);
    enum event_body_step step = take_item(body, end, true, event, error);
    pass_element(body, end);
    return step;
}

static enum event_body_step next_line(struct event_body *body, struct event *event,
                                      struct error *error)
{
    body->at = skip_blanks(body->at, body->end);
    if (body->at == body->end)
        return EVENT_BODY_END;
    if (!begin_item(body))
        return EVENT_BODY_TOO_MANY;
    const char *end = body->form == EVENT_BODY_OBJECT ? body->end : line_end(body->at, body->end);
    const char *item_end;
    const char *limit = item_limit(body->at, end);
    bool is_plain =
        event_decode_fast_item(body->at, (size_t)(limit - body->at), event, &item_end) &&
        skip_blanks(item_end, end) == end;
    return take_item(body, end, is_plain, event, error);
}

enum event_body_step event_body_next(struct event_body *body, struct event *event,
                                     struct error *error)
{
    return body->form == EVENT_BODY_ARRAY ? next_element(body, event, error)
                                          : next_line(body, event, error);
}
