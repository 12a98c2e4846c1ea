/* Where values of JSON end, found by their brackets and quotes alone. Internal to protocol/. */
#pragma once

#include <stdbool.h>

/*
 * Finds the comma or the closing bracket behind the element of an array that begins at `at`; NULL
 * when there is none before `end`, or it is nested deeper than 64. What is no JSON has an end as
 * well, the likeliest: a string breaks off at its line's end, and a bracket closes all that was
 * opened behind its counterpart. Of whole JSON it is never a wrong one.
 */
const char *json_element_end(const char *at, const char *end);

/* Whether a bracket that is opened between `at` and `end` is not closed there. */
bool json_is_open(const char *at, const char *end);
