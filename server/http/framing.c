/* Follows the requests of one connection. */
#include "server/http/framing.h"

#include <assert.h>
#include <string.h>

#include <event2/buffer.h>

#include "metrics/clock.h"
#include "protocol/memory.h"

enum { STATES = FRAMING_REFUSED + 1, LENGTH_DIGITS = 11 };

/* Keeps of the reservation what is for the bodies that have passed. */
static void release(struct http_framing *framing)
{
    bool is_large = framing->passed_bytes > HTTP_BODY_LONG_BYTES;
    http_admission_release(&framing->reservation, is_large ? framing->passed_bytes : 0);
}

static void set_state(struct http_framing *framing, enum framing_state state)
{
    static const bool is_legal[STATES][STATES] = {
        /* To itself: a request without a body. */
        [FRAMING_HEAD] = {[FRAMING_HEAD] = true,
                          [FRAMING_BODY] = true,
                          [FRAMING_CHUNKS] = true,
                          [FRAMING_DISCARDING_BODY] = true,
                          [FRAMING_REFUSED] = true},
        [FRAMING_BODY] = {[FRAMING_HEAD] = true},
        [FRAMING_CHUNKS] =
            {[FRAMING_HEAD] = true, [FRAMING_DISCARDING_CHUNKS] = true, [FRAMING_REFUSED] = true},
        [FRAMING_DISCARDING_BODY] = {[FRAMING_REFUSED] = true},
        [FRAMING_DISCARDING_CHUNKS] = {[FRAMING_REFUSED] = true},
        [FRAMING_REFUSED] = {false},
    };
    assert(is_legal[framing->state][state]);
    framing->state = state;
    if (state != FRAMING_BODY && state != FRAMING_CHUNKS)
        release(framing);
}

static void make(struct evbuffer **buffer)
{
    if (*buffer == NULL)
        *buffer = memory_required(evbuffer_new());
}

static void empty(struct evbuffer *buffer)
{
    if (buffer != NULL)
        (void)evbuffer_drain(buffer, evbuffer_get_length(buffer));
}

static void refuse(struct http_framing *framing, struct evbuffer *passed, enum http_refusal refusal)
{
    set_state(framing, FRAMING_REFUSED);
    empty(framing->held);
    empty(framing->collected);
    http_refusal_write(refusal, passed);
}

static bool reserve(struct http_framing *framing, uint64_t bytes)
{
    bytes += framing->passed_bytes;
    return bytes <= HTTP_BODY_LONG_BYTES ||
           http_admission_reserve(framing->admission, &framing->reservation, bytes,
                                  clock_monotonic_us() / 1000);
}

void http_framing_taken(struct http_framing *framing, size_t left)
{
    if (framing->passed_bytes <= left)
        return;
    framing->passed_bytes = left;
    if (framing->state != FRAMING_BODY && framing->state != FRAMING_CHUNKS)
        release(framing);
}

/* For all that there is of a chunked body, in steps: its reservation doubles. */
static bool reserve_chunks(struct http_framing *framing)
{
    uint64_t bytes = HTTP_BODY_LONG_BYTES;
    while (bytes < framing->data_bytes)
        bytes *= 2;
    return reserve(framing, bytes);
}

/* Takes what there is of a body of known length, to the end of it at most. */
static void take_body(struct http_framing *framing, struct evbuffer *passed)
{
    bool is_discarded = framing->state == FRAMING_DISCARDING_BODY;
    size_t bytes = evbuffer_get_length(framing->held);
    size_t taken = bytes < framing->body_left ? bytes : (size_t)framing->body_left;
    if (is_discarded)
        (void)evbuffer_drain(framing->held, taken);
    else
        (void)evbuffer_remove_buffer(framing->held, passed, taken);
    framing->body_left -= taken;
    if (framing->body_left > 0)
        return;
    if (is_discarded) {
        refuse(framing, passed, framing->refusal);
        return;
    }
    framing->passed_bytes += framing->body_bytes;
    set_state(framing, FRAMING_HEAD);
}

/* Writes a Content-Length over the line of Transfer-Encoding, which has room for it. The line may
 * be as long as it likes, a number not. */
static void write_length(struct http_framing *framing)
{
    static const char name[] = "Content-Length:";
    const struct http_head *head = &framing->head;
    size_t end = head->encoding_at + head->encoding_bytes;
    char *line = (char *)evbuffer_pullup(framing->collected, (ssize_t)end) + head->encoding_at;
    memcpy(line, name, sizeof name - 1);
    uint64_t rest = framing->data_bytes;
    for (size_t at = head->encoding_bytes; at-- > sizeof name - 1; rest /= 10)
        line[at] = (char)(head->encoding_bytes - at <= LENGTH_DIGITS ? '0' + rest % 10 : ' ');
}

static void end_chunks(struct http_framing *framing, struct evbuffer *passed)
{
    if (framing->state == FRAMING_DISCARDING_CHUNKS) {
        refuse(framing, passed, framing->refusal);
        return;
    }
    write_length(framing);
    (void)evbuffer_add_buffer(passed, framing->collected);
    framing->passed_bytes += framing->data_bytes;
    set_state(framing, FRAMING_HEAD);
}

/* Goes on without keeping the data. Reasons may change on the way: the last one counts. */
static void discard_chunks(struct http_framing *framing, enum http_refusal refusal)
{
    if (framing->state == FRAMING_CHUNKS)
        set_state(framing, FRAMING_DISCARDING_CHUNKS);
    framing->refusal = refusal;
    empty(framing->collected);
}

/* Keeps the next data of a chunked body, as far as there is room for it. */
static void collect(struct http_framing *framing, const char *data, size_t bytes)
{
    framing->data_bytes += bytes;
    if (framing->data_bytes > HTTP_BODY_MAX_BYTES)
        discard_chunks(framing, HTTP_BODY_TOO_LONG);
    else if (framing->state == FRAMING_CHUNKS && !reserve_chunks(framing))
        discard_chunks(framing, HTTP_TOO_MANY_BODIES);
    if (framing->state == FRAMING_CHUNKS)
        (void)evbuffer_add(framing->collected, data, bytes);
}

/* Takes what there is of a chunked body, to the end of it at most. */
static void take_chunks(struct http_framing *framing, struct evbuffer *passed)
{
    char *text = (char *)evbuffer_pullup(framing->held, -1);
    size_t data_bytes;
    size_t taken =
        http_chunks_read(&framing->chunks, text, evbuffer_get_length(framing->held), &data_bytes);
    framing->awaits_continue = false;
    collect(framing, text, data_bytes);
    (void)evbuffer_drain(framing->held, taken);
    if (framing->chunks.state == CHUNK_BROKEN)
        refuse(framing, passed, HTTP_BAD_CHUNK);
    else if (framing->chunks.state == CHUNK_TOO_LONG)
        refuse(framing, passed, HTTP_BODY_TOO_LONG);
    else if (framing->chunks.state == CHUNK_NONE)
        end_chunks(framing, passed);
}

static void begin_chunks(struct http_framing *framing, const struct http_head *head,
                         size_t head_bytes)
{
    make(&framing->collected);
    (void)evbuffer_remove_buffer(framing->held, framing->collected, head_bytes);
    framing->head = *head;
    framing->data_bytes = 0;
    framing->awaits_continue = head->expects_continue;
    http_chunks_begin(&framing->chunks, HTTP_DISCARD_MAX_BYTES);
    set_state(framing, FRAMING_CHUNKS);
}

/* Whether a body that is refused is worth reading to its end. */
static bool can_discard(enum http_refusal refusal, const struct http_head *head)
{
    return (refusal == HTTP_BODY_TOO_LONG || refusal == HTTP_TOO_MANY_BODIES) &&
           !head->expects_continue && head->body_bytes <= HTTP_DISCARD_MAX_BYTES;
}

/* Takes a whole head. */
static void begin_request(struct http_framing *framing, struct evbuffer *passed, const char *text,
                          size_t head_bytes)
{
    struct http_head head;
    enum http_refusal refusal = http_head_read(text, head_bytes, &head);
    if (refusal == HTTP_ACCEPTED && !reserve(framing, head.body_bytes))
        refusal = HTTP_TOO_MANY_BODIES;
    if (refusal == HTTP_ACCEPTED && head.is_chunked) {
        begin_chunks(framing, &head, head_bytes);
    } else if (refusal == HTTP_ACCEPTED) {
        framing->body_bytes = framing->body_left = head.body_bytes;
        (void)evbuffer_remove_buffer(framing->held, passed, head_bytes);
        set_state(framing, head.body_bytes > 0 ? FRAMING_BODY : FRAMING_HEAD);
    } else if (can_discard(refusal, &head)) {
        framing->body_left = head.body_bytes;
        framing->refusal = refusal;
        (void)evbuffer_drain(framing->held, head_bytes);
        set_state(framing, FRAMING_DISCARDING_BODY);
    } else {
        refuse(framing, passed, refusal);
    }
}

/* Takes a head, if it is whole; else returns false. */
static bool take_head(struct http_framing *framing, struct evbuffer *passed)
{
    size_t bytes = evbuffer_get_length(framing->held);
    const char *text = (const char *)evbuffer_pullup(framing->held, -1);
    if (bytes >= 2 && text[0] == '\r' && text[1] == '\n') {
        /* Some clients end a body with a line end that is not counted (RFC 9112 section 2.2). */
        (void)evbuffer_drain(framing->held, 2);
        return true;
    }
    size_t head_bytes = http_head_end(text, bytes);
    if (head_bytes > HTTP_HEAD_MAX_BYTES || (head_bytes == 0 && bytes > HTTP_HEAD_MAX_BYTES))
        refuse(framing, passed, HTTP_HEAD_TOO_LONG);
    else if (head_bytes > 0)
        begin_request(framing, passed, text, head_bytes);
    else
        return false;
    return true;
}

/* Takes the next part of a request. Returns false when more has to come first. */
static bool step(struct http_framing *framing, struct evbuffer *passed)
{
    switch (framing->state) {
    case FRAMING_HEAD:
        return take_head(framing, passed);
    case FRAMING_BODY:
    case FRAMING_DISCARDING_BODY:
        take_body(framing, passed);
        return true;
    case FRAMING_CHUNKS:
    case FRAMING_DISCARDING_CHUNKS:
        take_chunks(framing, passed);
        return true;
    case FRAMING_REFUSED:
        break;
    }
    return false;
}

bool http_framing_pass(struct http_framing *framing, struct evbuffer *input,
                       struct evbuffer *passed)
{
    if (framing->state == FRAMING_REFUSED) {
        empty(input);
        return false;
    }
    make(&framing->held);
    (void)evbuffer_add_buffer(framing->held, input);
    bool has_ended = false;
    while (evbuffer_get_length(framing->held) > 0 && step(framing, passed))
        has_ended = has_ended || framing->state == FRAMING_HEAD;
    return has_ended;
}

bool http_framing_is_midst(struct http_framing *framing, size_t bytes)
{
    if (framing->state != FRAMING_BODY || bytes >= framing->body_left)
        return false;
    framing->body_left -= bytes;
    return true;
}

bool http_framing_is_under_way(const struct http_framing *framing)
{
    if (framing->state == FRAMING_HEAD)
        return framing->held != NULL && evbuffer_get_length(framing->held) > 0;
    return framing->state != FRAMING_REFUSED;
}

bool http_framing_awaits_continue(const struct http_framing *framing)
{
    return framing->state == FRAMING_CHUNKS && framing->awaits_continue;
}

bool http_framing_is_whole_request(const char *text, size_t bytes)
{
    struct http_head head;
    size_t head_bytes = http_head_end(text, bytes);
    return head_bytes > 0 && head_bytes <= HTTP_HEAD_MAX_BYTES &&
           http_head_read(text, head_bytes, &head) == HTTP_ACCEPTED && !head.is_chunked &&
           head.body_bytes == bytes - head_bytes;
}

void http_framing_clear(struct http_framing *framing)
{
    http_admission_release(&framing->reservation, 0);
    if (framing->held != NULL)
        evbuffer_free(framing->held);
    if (framing->collected != NULL)
        evbuffer_free(framing->collected);
}
