/* Numbers spelled as digits and nothing else: strtoul() takes blanks, signs and more. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DIGITS_READ_MAX = 19 }; /* as many fit a uint64_t, whatever they are */

/*
 * Reads `length` decimal digits, leading zeros allowed. Returns false, `*number` undefined, when
 * there is none, more than `length_max` (DIGITS_READ_MAX at most), or any other character.
 */
bool digits_read(const char *text, size_t length, size_t length_max, uint64_t *number);
