/* A growing string and the spelling of numbers. */
#include "metrics/text.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/memory.h"

/* Up to here every integer is a double of its own. */
static const double exact_integer_max = 9007199254740992.0; /* 2^53 */

static void reserve(struct metrics_text *text, size_t more)
{
    if (text->size - text->length >= more)
        return;
    size_t size = text->size * 2 > text->length + more ? text->size * 2 : text->length + more;
    text->bytes = memory_resized(text->bytes, size);
    text->size = size;
}

void metrics_text_init(struct metrics_text *text, size_t size)
{
    *text = (struct metrics_text){0};
    reserve(text, size);
}

void metrics_text_append(struct metrics_text *text, const char *bytes, size_t length)
{
    reserve(text, length);
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
}

/* Writes the digits without a terminator and returns how many they are. */
static size_t spell_integer(uint64_t value, char number[METRICS_NUMBER_BYTES])
{
    char reversed[METRICS_NUMBER_BYTES];
    size_t digits = 0;
    do {
        reversed[digits++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (size_t i = 0; i < digits; i++)
        number[i] = reversed[digits - 1 - i];
    return digits;
}

void metrics_text_append_integer(struct metrics_text *text, uint64_t value)
{
    char number[METRICS_NUMBER_BYTES];
    size_t digits = spell_integer(value, number);
    metrics_text_append(text, number, digits);
}

/* Fifteen digits hold every decimal that short, and seventeen hold every double; only the sparse
 * subnormals are distinct with fewer. */
static size_t spell_fraction(double value, char number[METRICS_NUMBER_BYTES])
{
    int length = 0;
    for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        length = snprintf(number, METRICS_NUMBER_BYTES, "%.*g", digits, value);
        double back = strtod(number, NULL);
        if (!(back < value) && !(back > value))
            break;
    }
    return (size_t)length;
}

static const char *not_finite(double value)
{
    if (isnan(value))
        return "NaN";
    return value > 0 ? "+Inf" : "-Inf";
}

size_t metrics_text_spell(double value, char number[METRICS_NUMBER_BYTES])
{
    if (!isfinite(value))
        return (size_t)snprintf(number, METRICS_NUMBER_BYTES, "%s", not_finite(value));
    if (fabs(value) > exact_integer_max || fabs(value - trunc(value)) > 0)
        return spell_fraction(value, number);
    size_t sign = value < 0 ? 1 : 0;
    number[0] = '-';
    size_t length = sign + spell_integer((uint64_t)fabs(value), number + sign);
    number[length] = '\0';
    return length;
}

void metrics_text_append_number(struct metrics_text *text, double value)
{
    char number[METRICS_NUMBER_BYTES];
    size_t length = metrics_text_spell(value, number);
    metrics_text_append(text, number, length);
}

char *metrics_text_finish(struct metrics_text *text, size_t *length)
{
    metrics_text_append(text, "", 1);
    char *bytes = text->bytes;
    *length = text->length - 1;
    *text = (struct metrics_text){0};
    return bytes;
}
