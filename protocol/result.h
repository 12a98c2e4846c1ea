/* What an operation came to, and the words for it. */
#pragma once

enum result {
    RESULT_OK,
    RESULT_MALFORMED,   /* the bytes are not in the form asked for */
    RESULT_INVALID,     /* well-formed, but a value is not acceptable */
    RESULT_UNKNOWN,     /* it names a thing that does not exist */
    RESULT_TOO_LARGE,   /* more than will ever be taken at once */
    RESULT_BUSY,        /* a bounded resource is full; later may work */
    RESULT_UNAVAILABLE, /* something this depends on is unreachable; later may work */
    RESULT_FAILED,      /* a fault on our side */
};

/* Marks a function whose result the caller has to look at. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* One sentence for people, without a final full stop. Owned by the caller, written only on failure.
 */
struct error {
    char text[400];
};

/*
 * Writes the formatted sentence into `error` (which may be NULL), cut to fit, and returns `result`,
 * so that a failure is one statement: return error_set(error, RESULT_INVALID, "ad_id is missing").
 */
enum result error_set(struct error *error, enum result result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
