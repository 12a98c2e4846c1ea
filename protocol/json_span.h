/* Where values of JSON end, found by their brackets and quotes alone. Internal to protocol/. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Where we are within an element of an array. All zero is its beginning. */
struct json_span {
    uint64_t
        objects;    /* a bit for each level that is open, set for an object, the innermost lowest */
    unsigned depth; /* of brackets that are open, up to 64 */
    unsigned deeper; /* levels beyond, where any bracket closes any */
    bool is_in_string;
    bool is_escaped; /* the string's next byte stands for itself */
};

/*
 * Goes on with an element up to the comma or the closing bracket behind it; NULL when there is none
 * before `end`. What is no JSON has an end as well, the likeliest: a string breaks off at its
 * line's end, and a bracket closes all that was opened behind its counterpart. Of whole JSON it is
 * never a wrong one.
 */
const char *json_span_pass(struct json_span *span, const char *at, const char *end);
