/* What is asked about ads by those who run them, and what they are answered. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum ad_change_kind { AD_CREATE, AD_REPLACE, AD_MODIFY, AD_ARCHIVE, AD_PURGE };

/* All borrowed. */
struct ad_change {
    enum ad_change_kind kind;
    int32_t id;                /* 0 = a new ad */
    const char *tags;          /* of which the ad must have one, a line each; NULL = any will do */
    const char *members;       /* as ad_document has them; NULL = none */
    const char *verifications; /* likewise */
    const char *key;           /* Idempotency-Key; NULL = none */
    const char *digest;        /* by which requests with that key are compared */
};

/* Which ads are listed, the newest first. All borrowed. */
struct ad_list_question {
    const char *state; /* NULL = of any, as the next two */
    const char *text;  /* which is in one of its texts */
    const char *ids;   /* by commas */
    int32_t after;     /* older than this one; 0 = from the first on */
    int32_t limit;
};

/* An answer as HTTP has it. Valid during the call. */
struct ad_answer {
    int status;
    int32_t id;       /* of the ad; 0 = of none */
    const char *etag; /* with its quotes; NULL = none */
    const char *body; /* JSON, of an ad or a list; NULL = none */
    size_t body_bytes;
    const char *fault; /* in words, where the status is one; else NULL */
    const char *field; /* that is at fault; NULL = none */
};

typedef void (*ad_answer_fn)(void *arg, const struct ad_answer *answer);
