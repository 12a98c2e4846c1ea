/* A connection for tests of the framing. */
#include "test/unit/server/http/wire.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <event2/buffer.h>

void wire_open(struct wire *wire)
{
    *wire = (struct wire){.input = evbuffer_new(), .passed = evbuffer_new()};
    ck_assert(wire->input != NULL && wire->passed != NULL);
    wire->framing.admission = &wire->admission;
}

void wire_close(struct wire *wire)
{
    http_framing_clear(&wire->framing);
    ck_assert(LIST_EMPTY(&wire->admission.reservations));
    evbuffer_free(wire->input);
    evbuffer_free(wire->passed);
}

static void free_block(const void *block, size_t bytes, void *arg)
{
    (void)bytes;
    (void)arg;
    free((void *)(uintptr_t)block);
}

void wire_feed(struct wire *wire, const char *text, size_t bytes)
{
    if (bytes == 0)
        return;
    char *block = malloc(bytes);
    ck_assert_ptr_nonnull(block);
    memcpy(block, text, bytes);
    ck_assert_int_eq(evbuffer_add_reference(wire->input, block, bytes, free_block, NULL), 0);
    wire->has_ended = http_framing_pass(&wire->framing, wire->input, wire->passed);
    ck_assert_uint_eq(evbuffer_get_length(wire->input), 0);
    if (wire->framing.state != FRAMING_HEAD && wire->framing.held != NULL)
        ck_assert_uint_eq(evbuffer_get_length(wire->framing.held), 0);
    if (wire->framing.state != FRAMING_CHUNKS && wire->framing.collected != NULL)
        ck_assert_uint_eq(evbuffer_get_length(wire->framing.collected), 0);
}

void wire_feed_text(struct wire *wire, const char *text)
{
    wire_feed(wire, text, strlen(text));
}

void wire_feed_blanks(struct wire *wire, size_t bytes)
{
    char block[4096];
    memset(block, ' ', sizeof block);
    for (size_t left = bytes; left > 0;) {
        size_t part = left < sizeof block ? left : sizeof block;
        wire_feed(wire, block, part);
        left -= part;
    }
}

void wire_assert_passed(struct wire *wire, const char *text, size_t bytes)
{
    ck_assert_uint_eq(evbuffer_get_length(wire->passed), bytes);
    if (bytes > 0)
        ck_assert_mem_eq(evbuffer_pullup(wire->passed, -1), text, bytes);
}

void wire_assert_refused(struct wire *wire, enum http_refusal refusal)
{
    struct evbuffer *instead = evbuffer_new();
    ck_assert_ptr_nonnull(instead);
    http_refusal_write(refusal, instead);
    wire_feed_text(wire, GET);
    ck_assert_int_eq(wire->framing.state, FRAMING_REFUSED);
    ck_assert(!http_framing_is_under_way(&wire->framing));
    wire_assert_passed(wire, (const char *)evbuffer_pullup(instead, -1),
                       evbuffer_get_length(instead));
    evbuffer_free(instead);
}

void wire_assert_between(struct wire *wire)
{
    http_framing_taken(&wire->framing, 0);
    ck_assert_int_eq(wire->framing.state, FRAMING_HEAD);
    ck_assert(!http_framing_is_under_way(&wire->framing));
    ck_assert_uint_eq(wire->framing.reservation.bytes, 0);
}
