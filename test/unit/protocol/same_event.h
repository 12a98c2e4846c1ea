/* Compares events field by field. */
#pragma once

#include "protocol/event.h"

/* Fails the test where the two differ in what is journalled. */
void assert_same_event(const struct event *a, const struct event *b);
