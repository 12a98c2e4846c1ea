/*
 * Follows the bytes of one connection from request to request (RFC 9112 section 6) and lets through
 * only what is framed beyond doubt. A head is held back until it is whole and found sound. A body
 * of known length then passes as it comes. A chunked one is collected and passes as one of known
 * length: evhttp reads chunks less strictly than we do, and would have to be stopped in their
 * midst. After the first request that is refused nothing passes any more, for where the next one
 * begins is in doubt.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/http/admission.h"
#include "server/http/chunks.h"
#include "server/http/head.h"
#include "server/http/refusal.h"

struct evbuffer;

/* Of a refused body at most this is read: a client that still sends does not see the answer. */
enum { HTTP_DISCARD_MAX_BYTES = 16 * 1024 * 1024 };

enum framing_state {
    FRAMING_HEAD,              /* between requests, or in a head that is not whole yet */
    FRAMING_BODY,              /* in a body of known length, which passes */
    FRAMING_CHUNKS,            /* in a chunked body, which is collected */
    FRAMING_DISCARDING_BODY,   /* in a body of known length, which is refused at its end */
    FRAMING_DISCARDING_CHUNKS, /* in a chunked body, which is refused at its end */
    FRAMING_REFUSED,           /* nothing passes any more */
};

/* All zero but for `admission` is a new connection's. The buffers are NULL until they are needed.
 */
struct http_framing {
    enum framing_state state;
    struct http_admission *admission; /* borrowed */
    struct evbuffer *held; /* HEAD: what there is of the head. Else empty between calls */

    /* For the bodies that have passed and are not taken, with the one under way: if they are large.
     */
    struct http_reservation reservation;
    uint64_t passed_bytes;     /* of bodies, whole, that nobody has taken yet, or somewhat more */
    uint64_t body_bytes;       /* BODY: all of the body */
    uint64_t body_left;        /* BODY, DISCARDING_BODY: bytes still to come */
    enum http_refusal refusal; /* DISCARDING_*: what follows at the body's end */

    struct http_head head;      /* CHUNKS: what the head says */
    struct evbuffer *collected; /* CHUNKS: the head, and the data so far. Else empty */
    bool awaits_continue;      /* CHUNKS: the client holds the body back until it is asked for it */
    struct http_chunks chunks; /* CHUNKS, DISCARDING_CHUNKS: where we are in the body */
    uint64_t data_bytes;       /* CHUNKS, DISCARDING_CHUNKS: the data so far, kept or not */
};

/* Whether `text` is one whole sound request and nothing else. */
bool http_framing_is_whole_request(const char *text, size_t bytes);

/*
 * Takes all bytes of `input` and adds to `passed` what may pass: for a refused request the one that
 * stands for it. Returns whether a request has ended, so that what is under way now is another one.
 */
bool http_framing_pass(struct http_framing *framing, struct evbuffer *input,
                       struct evbuffer *passed);

/*
 * Takes note of `bytes` that come next, if they pass as they are and do not end what is under way:
 * they lie in the midst of a body. Else returns false, and http_framing_pass() has to be given
 * them.
 */
bool http_framing_is_midst(struct http_framing *framing, size_t bytes);

/* Whoever all is passed to has taken what has passed, but for `left` bytes. */
void http_framing_taken(struct http_framing *framing, size_t left);

/* Whether a request has begun and not ended. */
bool http_framing_is_under_way(const struct http_framing *framing);

/* Whether the client waits for "100 Continue" before it sends the body, which evhttp can't tell. */
bool http_framing_awaits_continue(const struct http_framing *framing);

/* Frees what it holds. */
void http_framing_clear(struct http_framing *framing);
