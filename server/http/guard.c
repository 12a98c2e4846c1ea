/*
 * Stands in front of evhttp on every connection. A request's head is held back until it is whole
 * and found sound; its body then passes as it comes, followed to its end. Most requests arrive
 * whole in one read: those pass untouched.
 */
#include "server/http/guard.h"

#include <assert.h>
#include <search.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "metrics/clock.h"
#include "server/http/chunks.h"
#include "server/http/head.h"

/* The last header field of a request that stands for a refused one. No client can send such a name.
 */
static const char refusal_field[] = "@refused";

/* What may wait for evhttp: it takes a body out of the input when it is whole, and goes on reading
 * while an answer waits to be taken. */
enum { INPUT_MAX_BYTES = HTTP_BODY_MAX_BYTES + 4 * HTTP_HEAD_MAX_BYTES };

/* At most read at once: with libevent's own header it fills a block of 16 KiB. A byte more takes
 * one of 32, and a long body twice its length. */
enum { READ_MAX_BYTES = 16 * 1024 - 64 };

/*
 * One per bufferevent address, not per connection: nobody tells when evhttp frees a bufferevent,
 * but when its address is handed out again the old connection is surely gone.
 */
struct guarded {
    struct http_guard *guard;
    struct bufferevent *bev;
    struct evbuffer *held; /* bytes not yet let through: an unfinished head */
    uint64_t body_left;    /* of the body under way */
    uint64_t reserved;     /* for the body under way, if it is a long one */
    struct http_chunks chunks;
    struct http_head chunked_head; /* of the chunked request under way */
    struct evbuffer *chunked;      /* that request: its head, and the data so far */
    uint64_t chunked_bytes;        /* the data so far, kept or not */
    int64_t deadline_ms;           /* for the request under way, monotonic; 0 = none is */
    bool is_another;               /* that request is not the one that the deadline is for */
    enum http_refusal discarding;  /* why the body under way is read only to be thrown away */
    bool is_refused;               /* nothing more is let through */
    bool is_inside;                /* our own changes to the input are not input */
};

struct http_guard {
    void *connections;       /* tsearch() tree of struct guarded */
    struct evbuffer *passed; /* what filter() lets through; empty between its calls */
};

struct sum {
    int64_t now_ms;
    uint64_t bytes;
};

/* A connection that is gone counts for as long as its request could have taken. */
static void add_reserved(const void *node, VISIT visit, void *arg)
{
    const struct guarded *conn = *(struct guarded *const *)node;
    struct sum *sum = arg;
    if ((visit == postorder || visit == leaf) && conn->deadline_ms > sum->now_ms)
        sum->bytes += conn->reserved;
}

/* Whether a body of `bytes` may be kept until it is whole: thousands of long ones must not take all
 * the memory there is. */
static bool find_room(struct guarded *conn, uint64_t bytes)
{
    if (bytes <= HTTP_BODY_LONG_BYTES || conn->reserved > 0)
        return true;
    struct sum sum = {.now_ms = clock_monotonic_us() / 1000};
    twalk_r(conn->guard->connections, add_reserved, &sum);
    if (sum.bytes + bytes > HTTP_LONG_BODIES_MAX_BYTES)
        return false;
    conn->reserved = bytes;
    return true;
}

/* Where the head ends, its empty line included; 0 = not yet. A bare LF ends a line too, to be
 * refused. */
static size_t find_head_end(const char *text, size_t bytes)
{
    const char *end = text + bytes;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) {
        if (end - at > 1 && at[1] == '\n')
            return (size_t)(at + 2 - text);
        if (end - at > 2 && at[1] == '\r' && at[2] == '\n')
            return (size_t)(at + 3 - text);
    }
    return 0;
}

/* Whether `text` is one whole sound request and nothing else. */
static bool is_whole_request(const char *text, size_t bytes)
{
    struct http_head head;
    size_t head_bytes = find_head_end(text, bytes);
    return head_bytes > 2 && head_bytes <= HTTP_HEAD_MAX_BYTES &&
           http_head_read(text, head_bytes, &head) == HTTP_ACCEPTED && !head.is_chunked &&
           head.body_bytes == bytes - head_bytes;
}

static void refuse(struct guarded *conn, struct evbuffer *passed, enum http_refusal refusal)
{
    conn->is_refused = true;
    (void)evbuffer_drain(conn->held, evbuffer_get_length(conn->held));
    if (conn->chunked != NULL)
        (void)evbuffer_drain(conn->chunked, evbuffer_get_length(conn->chunked));
    (void)evbuffer_add_printf(passed, "GET / HTTP/1.1\r\nHost: -\r\n%s: %d\r\n\r\n", refusal_field,
                              (int)refusal);
}

/* Lets a body of known length pass. Returns false when there is no more of it to let through now.
 */
static bool pass_body(struct guarded *conn, struct evbuffer *passed)
{
    size_t bytes = evbuffer_get_length(conn->held);
    size_t passing = bytes < conn->body_left ? bytes : (size_t)conn->body_left;
    if (conn->discarding != HTTP_ACCEPTED)
        (void)evbuffer_drain(conn->held, passing);
    else
        (void)evbuffer_remove_buffer(conn->held, passed, passing);
    conn->body_left -= passing;
    if (conn->body_left > 0)
        return false;
    if (conn->discarding != HTTP_ACCEPTED)
        refuse(conn, passed, conn->discarding);
    return !conn->is_refused;
}

/* Lets the collected request pass, its Transfer-Encoding turned into a Content-Length. */
static void pass_collected(struct guarded *conn, struct evbuffer *passed)
{
    static const char name[] = "Content-Length:";
    const struct http_head *head = &conn->chunked_head;
    char *text =
        (char *)evbuffer_pullup(conn->chunked, (ssize_t)(head->encoding_at + head->encoding_bytes));
    char *digit = text + head->encoding_at + head->encoding_bytes;
    memcpy(text + head->encoding_at, name, sizeof name - 1);
    for (uint64_t rest = conn->chunked_bytes; digit-- > text + head->encoding_at + sizeof name - 1;
         rest /= 10)
        *digit = (char)('0' + rest % 10);
    (void)evbuffer_add_buffer(passed, conn->chunked);
}

/*
 * The same for a chunked one. It is collected and passes as one of known length: evhttp reads
 * chunks less strictly than we do, and would have to be stopped in their midst.
 */
static bool pass_chunks(struct guarded *conn, struct evbuffer *passed)
{
    char *text = (char *)evbuffer_pullup(conn->held, -1);
    size_t data_bytes;
    size_t read =
        http_chunks_read(&conn->chunks, text, evbuffer_get_length(conn->held), &data_bytes);
    conn->chunked_bytes += data_bytes;
    if (conn->chunked_bytes > HTTP_BODY_MAX_BYTES)
        conn->discarding = HTTP_BODY_TOO_LONG;
    else if (conn->chunked_bytes > HTTP_BODY_LONG_BYTES && !find_room(conn, HTTP_BODY_MAX_BYTES))
        conn->discarding = HTTP_TOO_MANY_BODIES;
    if (conn->discarding == HTTP_ACCEPTED)
        (void)evbuffer_add(conn->chunked, text, data_bytes);
    else
        (void)evbuffer_drain(conn->chunked, evbuffer_get_length(conn->chunked));
    (void)evbuffer_drain(conn->held, read);
    bool is_ended = conn->chunks.state == CHUNK_NONE;
    if (conn->chunks.state == CHUNK_BROKEN)
        refuse(conn, passed, HTTP_BAD_CHUNK);
    else if (conn->chunked_bytes + conn->chunks.size > HTTP_DISCARD_MAX_BYTES)
        refuse(conn, passed, HTTP_BODY_TOO_LONG);
    else if (conn->discarding != HTTP_ACCEPTED && is_ended)
        refuse(conn, passed, conn->discarding);
    else if (is_ended)
        pass_collected(conn, passed);
    return is_ended && !conn->is_refused;
}

/*
 * Takes a chunked request's head aside. A client that waits to be asked for the body is asked by
 * us, unless an earlier answer is still to come: then it must make up its own mind (RFC 9110
 * section 10.1.1).
 */
static void begin_chunks(struct guarded *conn, struct evbuffer *passed, size_t head_bytes)
{
    if (conn->chunked == NULL && (conn->chunked = evbuffer_new()) == NULL)
        abort();
    (void)evbuffer_remove_buffer(conn->held, conn->chunked, head_bytes);
    conn->chunked_bytes = 0;
    http_chunks_begin(&conn->chunks);
    if (!conn->chunked_head.expects_continue || evbuffer_get_length(conn->held) > 0 ||
        evbuffer_get_length(passed) > 0 ||
        evbuffer_get_length(bufferevent_get_output(conn->bev)) > 0)
        return;
    /* Past the bufferevent: evhttp would take its write for the end of an answer. */
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    (void)send(bufferevent_getfd(conn->bev), go_on, sizeof go_on - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Whether a body that is not taken is worth reading to its end. */
static bool can_discard(enum http_refusal refusal, const struct http_head *head)
{
    return (refusal == HTTP_BODY_TOO_LONG || refusal == HTTP_TOO_MANY_BODIES) &&
           !head->expects_continue && head->body_bytes <= HTTP_DISCARD_MAX_BYTES;
}

/* Lets a head pass. Returns false when it is not whole yet, or refused. */
static bool pass_head(struct guarded *conn, struct evbuffer *passed)
{
    size_t bytes = evbuffer_get_length(conn->held);
    const char *text = (const char *)evbuffer_pullup(conn->held, -1);
    if (bytes >= 2 && text[0] == '\r' && text[1] == '\n') {
        /* Some clients end a body with a line end that is not counted (RFC 9112 section 2.2). */
        (void)evbuffer_drain(conn->held, 2);
        return true;
    }
    size_t head_bytes = find_head_end(text, bytes);
    if (head_bytes > HTTP_HEAD_MAX_BYTES || (head_bytes == 0 && bytes > HTTP_HEAD_MAX_BYTES)) {
        refuse(conn, passed, HTTP_HEAD_TOO_LONG);
        return false;
    }
    if (head_bytes == 0)
        return false;
    struct http_head head;
    enum http_refusal refusal = http_head_read(text, head_bytes, &head);
    if (refusal == HTTP_ACCEPTED && !find_room(conn, head.body_bytes))
        refusal = HTTP_TOO_MANY_BODIES;
    conn->discarding = can_discard(refusal, &head) ? refusal : HTTP_ACCEPTED;
    if (refusal != conn->discarding) {
        refuse(conn, passed, refusal);
        return false;
    }
    conn->body_left = head.body_bytes;
    conn->chunked_head = head;
    if (head.is_chunked)
        begin_chunks(conn, passed, head_bytes);
    else if (conn->discarding != HTTP_ACCEPTED)
        (void)evbuffer_drain(conn->held, head_bytes);
    else
        (void)evbuffer_remove_buffer(conn->held, passed, head_bytes);
    return true;
}

static bool is_in_body(const struct guarded *conn)
{
    return conn->body_left > 0 || conn->chunks.state != CHUNK_NONE;
}

/* An absolute deadline: the timeout of the bufferevent alone begins anew with every byte. */
static void set_deadline(struct guarded *conn)
{
    bool is_under_way = evbuffer_get_length(conn->held) > 0 || is_in_body(conn);
    if (!is_in_body(conn))
        conn->reserved = 0;
    static const struct timeval idle = {HTTP_IDLE_TIMEOUT_S, 0};
    if (!is_under_way || conn->is_refused) {
        if (conn->deadline_ms != 0)
            (void)bufferevent_set_timeouts(conn->bev, &idle, &idle);
        conn->deadline_ms = 0;
        return;
    }
    int64_t now = clock_monotonic_us() / 1000;
    if (conn->deadline_ms == 0 || conn->is_another)
        conn->deadline_ms = now + HTTP_REQUEST_DEADLINE_S * INT64_C(1000);
    int64_t left = conn->deadline_ms > now ? conn->deadline_ms - now : 1;
    const struct timeval rest = {left / 1000, (left % 1000) * 1000};
    (void)bufferevent_set_timeouts(conn->bev, &rest, &idle);
}

/* Takes the last `added` bytes of the input aside and lets through what may pass. */
static void filter(struct guarded *conn, struct evbuffer *input, size_t added)
{
    struct evbuffer *passed = conn->guard->passed;
    if (conn->held == NULL && (conn->held = evbuffer_new()) == NULL)
        abort();
    (void)evbuffer_remove_buffer(input, passed, evbuffer_get_length(input) - added);
    if (conn->is_refused)
        (void)evbuffer_drain(input, evbuffer_get_length(input));
    (void)evbuffer_add_buffer(conn->held, input);
    conn->is_another = false;
    bool goes_on = true;
    while (goes_on && evbuffer_get_length(conn->held) > 0) {
        goes_on = conn->body_left > 0                ? pass_body(conn, passed)
                  : conn->chunks.state != CHUNK_NONE ? pass_chunks(conn, passed)
                                                     : pass_head(conn, passed);
        conn->is_another = conn->is_another || (goes_on && !is_in_body(conn));
    }
    (void)evbuffer_add_buffer(input, passed);
    assert(evbuffer_get_length(passed) == 0); /* or it would reach another client's request */
    set_deadline(conn);
}

static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
    struct guarded *conn = arg;
    if (info->n_added == 0 || conn->is_inside)
        return;
    bool is_between = conn->deadline_ms == 0 && !conn->is_refused &&
                      evbuffer_get_length(input) == info->n_added &&
                      evbuffer_get_contiguous_space(input) == info->n_added;
    if (is_between && is_whole_request((const char *)evbuffer_pullup(input, -1), info->n_added))
        return;
    conn->is_inside = true;
    filter(conn, input, info->n_added);
    conn->is_inside = false;
}

static int compare(const void *a, const void *b)
{
    uintptr_t left = (uintptr_t)((const struct guarded *)a)->bev;
    uintptr_t right = (uintptr_t)((const struct guarded *)b)->bev;
    return (left > right) - (left < right);
}

static void clear(struct guarded *conn)
{
    if (conn->held != NULL)
        evbuffer_free(conn->held);
    if (conn->chunked != NULL)
        evbuffer_free(conn->chunked);
}

/* The record for this address, as new. */
static struct guarded *find_guarded(struct http_guard *guard, struct bufferevent *bev)
{
    struct guarded key = {.bev = bev};
    struct guarded **found = tfind(&key, &guard->connections, compare);
    if (found != NULL) {
        clear(*found);
        **found = (struct guarded){.guard = guard, .bev = bev};
        return *found;
    }
    struct guarded *conn = calloc(1, sizeof *conn);
    if (conn == NULL)
        abort();
    conn->guard = guard;
    conn->bev = bev;
    if (tsearch(conn, &guard->connections, compare) == NULL)
        abort();
    return conn;
}

struct bufferevent *http_guard_bufferevent(struct event_base *base, void *guard)
{
    struct bufferevent *bev = bufferevent_socket_new(base, -1, 0);
    if (bev == NULL)
        return NULL;
    bufferevent_setwatermark(bev, EV_READ, 0, INPUT_MAX_BYTES);
    (void)bufferevent_set_max_single_read(bev, READ_MAX_BYTES);
    if (evbuffer_add_cb(bufferevent_get_input(bev), on_input, find_guarded(guard, bev)) == NULL)
        abort();
    return bev;
}

int http_guard_refusal(struct evhttp_request *request, const char **reason)
{
    const struct evkeyval *last = TAILQ_LAST(evhttp_request_get_input_headers(request), evkeyvalq);
    if (last == NULL || strcmp(last->key, refusal_field) != 0)
        return 0;
    enum http_refusal refusal = (enum http_refusal)atoi(last->value);
    *reason = http_refusal_reason(refusal);
    return http_refusal_status(refusal);
}

struct http_guard *http_guard_new(void)
{
    struct http_guard *guard = calloc(1, sizeof *guard);
    if (guard == NULL || (guard->passed = evbuffer_new()) == NULL)
        abort();
    return guard;
}

static void free_guarded(void *arg)
{
    clear(arg);
    free(arg);
}

void http_guard_free(struct http_guard *guard)
{
    if (guard == NULL)
        return;
    tdestroy(guard->connections, free_guarded);
    evbuffer_free(guard->passed);
    free(guard);
}
