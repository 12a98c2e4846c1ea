/*
 * A connection from any bytes: what passes is the same however they are cut, and it is a series of
 * sound requests, of which only the last may be unfinished or one that stands for a refused one.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>

#include "server/http/framing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

/* The text of `buffer`, which stays there. */
static const char *text_of(struct evbuffer *buffer)
{
    return (const char *)evbuffer_pullup(buffer, -1);
}

/* Between calls only what the state needs is kept. */
static void check_kept(const struct http_framing *framing)
{
    size_t held = evbuffer_get_length(framing->held);
    size_t collected = framing->collected == NULL ? 0 : evbuffer_get_length(framing->collected);
    require(framing->state == FRAMING_HEAD || held == 0);
    require(held <= HTTP_HEAD_MAX_BYTES);
    require(framing->state == FRAMING_CHUNKS || collected == 0);
    require(collected <= HTTP_HEAD_MAX_BYTES + HTTP_BODY_MAX_BYTES);
    require(framing->reservation.bytes == 0 || framing->state == FRAMING_BODY ||
            framing->state == FRAMING_CHUNKS ||
            framing->reservation.bytes == framing->passed_bytes);
}

/* Feeds pieces of `step` bytes. Returns what has passed. */
static struct evbuffer *pass(const char *text, size_t bytes, size_t step,
                             struct http_framing *framing)
{
    struct evbuffer *input = evbuffer_new();
    struct evbuffer *passed = evbuffer_new();
    require(input != NULL && passed != NULL);
    for (size_t at = 0; at < bytes; at += step) {
        require(evbuffer_add(input, text + at, step < bytes - at ? step : bytes - at) == 0);
        (void)http_framing_pass(framing, input, passed);
        require(evbuffer_get_length(input) == 0);
        check_kept(framing);
    }
    evbuffer_free(input);
    return passed;
}

/* Takes one request off `passed`; false when that was the last one. */
static bool check_request(struct evbuffer *passed, enum framing_state state)
{
    struct http_head head;
    size_t bytes = evbuffer_get_length(passed);
    size_t head_bytes = http_head_end(text_of(passed), bytes);
    require(head_bytes > 0);
    if (http_head_read(text_of(passed), head_bytes, &head) != HTTP_ACCEPTED) {
        require(state == FRAMING_REFUSED && head_bytes == bytes);
        require(memmem(text_of(passed), bytes, "\r\n@refused: ", 12) != NULL);
        return false;
    }
    require(!head.is_chunked && head.body_bytes <= HTTP_BODY_MAX_BYTES);
    size_t body_bytes = bytes - head_bytes;
    if (body_bytes < head.body_bytes) {
        require(state == FRAMING_BODY);
        return false;
    }
    (void)evbuffer_drain(passed, head_bytes + (size_t)head.body_bytes);
    return body_bytes > head.body_bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const char *text = (const char *)data + 1;
    size_t bytes = size - 1;
    struct http_admission admission = {.reservations = {NULL}};
    struct http_framing whole = {.admission = &admission};
    struct http_framing cut = {.admission = &admission};
    struct evbuffer *at_once = pass(text, bytes, bytes, &whole);
    struct evbuffer *in_pieces = pass(text, bytes, data[0] % 64U + 1, &cut);
    size_t passed_bytes = evbuffer_get_length(at_once);
    require(whole.state == cut.state && whole.body_left == cut.body_left);
    require(evbuffer_get_length(whole.held) == evbuffer_get_length(cut.held));
    require(passed_bytes == evbuffer_get_length(in_pieces));
    require(passed_bytes == 0 || memcmp(text_of(at_once), text_of(in_pieces), passed_bytes) == 0);
    if (http_framing_is_whole_request(text, bytes))
        require(passed_bytes == bytes && memcmp(text, text_of(at_once), bytes) == 0);
    bool goes_on = passed_bytes > 0;
    while (goes_on)
        goes_on = check_request(at_once, whole.state);
    evbuffer_free(at_once);
    evbuffer_free(in_pieces);
    http_framing_clear(&whole);
    http_framing_clear(&cut);
    require(LIST_EMPTY(&admission.reservations));
    return 0;
}
