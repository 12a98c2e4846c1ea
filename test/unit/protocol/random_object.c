/* Random objects, of which many are events. */
#include "test/unit/protocol/random_object.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <check.h>

#define ID_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Values as clients write them, and as they should not. */
static const char *const numbers[] = {
    "0",
    "1",
    "-1",
    "-0",
    "7",
    "65535",
    "65536",
    "999999999",
    "2147483647",
    "2147483648",
    "4294967297",
    "-2147483648",
    "-2147483649",
    "1209600000",
    "1209600001",
    "12.483",
    "-12.483",
    "0.0005",
    "1.0005",
    "2.0015",
    "30.0",
    "1e3",
    "1E-3",
    "1.",
    ".5",
    "01",
    "+1",
    "- 1",
    "1e400",
    "1e-400",
    "12.4834999999999999999",
    "0.10000000000000000555",
    "99999999999999999999",
    "2147483647.0001",
    "12.483333333333333",
    "null",
    "true",
    "NaN",
    "\"1\"",
    "[]",
};

static const char *const strings[] = {
    "\"a\"",
    "\"\"",
    "\"home.top-1_A\"",
    "\"a b\"",
    "\"192.0.2.1\"",
    "\"::1\"",
    "\"2001:db8::7\"",
    "\"192.0.2.256\"",
    "\"\\u0061\"",
    "\"\\n\"",
    "\"\xc3\xa4\"",
    "\"\xff\"",
    "\"" ID_64 "\"",
    "\"" ID_64 "x\"",
    "null",
    "7",
    "{}",
    "\"a",
    "\"\x7f\"",
    "\"}\"",
    "\"click\"",
    "\"error\"",
};

static const char *const types[] = {"\"click\"",
                                    "\"impression\"",
                                    "\"error\"",
                                    "\"progress\"",
                                    "\"start\"",
                                    "\"firstQuartile\"",
                                    "\"nofill\"",
                                    "\"Click\"",
                                    "\"viewUndetermined\"",
                                    "\"otherAdInteraction\""};

static const struct member {
    const char *name;
    const char *const *values;
    unsigned count;
} members[] = {
    {"ad_id", numbers, sizeof numbers / sizeof numbers[0]},
    {"ip", strings, sizeof strings / sizeof strings[0]},
    {"video_playback_time", numbers, sizeof numbers / sizeof numbers[0]},
    {"event_id", strings, sizeof strings / sizeof strings[0]},
    {"placement", strings, sizeof strings / sizeof strings[0]},
    {"age_ms", numbers, sizeof numbers / sizeof numbers[0]},
    {"code", numbers, sizeof numbers / sizeof numbers[0]},
    {"offset_ms", numbers, sizeof numbers / sizeof numbers[0]},
    {"type", types, sizeof types / sizeof types[0]},
    {"Code", numbers, sizeof numbers / sizeof numbers[0]},
    {"other", numbers, sizeof numbers / sizeof numbers[0]},
};

enum { MEMBERS = sizeof members / sizeof members[0], OURS = 9 };

static uint64_t state;

unsigned random_below(unsigned limit)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407U;
    return (unsigned)(state >> 33) % limit;
}

void random_seed(void)
{
    const char *given = getenv("TEST_SEED");
    state = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    printf("TEST_SEED=%llu\n", (unsigned long long)state);
}

void text_add(struct text *text, const char *more)
{
    size_t bytes = strlen(more);
    ck_assert_uint_lt(text->length + bytes, RANDOM_TEXT_BYTES);
    memcpy(text->bytes + text->length, more, bytes + 1);
    text->length += bytes;
}

static void add_blanks(struct text *text)
{
    static const char *const blanks[] = {"", "", "", "", " ", "\t", "\r\n", "  \n"};
    text_add(text, blanks[random_below(sizeof blanks / sizeof blanks[0])]);
}

/* A value is any of its member's, the first few more often, or a number with any digits. */
static void add_value(struct text *text, const struct member *member)
{
    char number[64];
    if (member->values != numbers || random_below(3) > 0) {
        text_add(text, member->values[random_below(random_below(2) == 0 ? 5 : member->count)]);
        return;
    }
    int length = snprintf(number, sizeof number, "%s%u.%0*u", random_below(4) == 0 ? "-" : "",
                          random_below(1u << random_below(31)), (int)(1 + random_below(20)),
                          random_below(1u << random_below(31)));
    ck_assert_int_gt(length, 0);
    text_add(text, number);
}

struct text random_object(void)
{
    struct text text = {.length = 0};
    unsigned left = random_below(7);
    add_blanks(&text);
    text_add(&text, "{");
    bool has_ad = random_below(8) > 0;
    if (has_ad)
        text_add(&text, "\"ad_id\":17");
    for (bool is_first = !has_ad; left > 0; left--, is_first = false) {
        const struct member *member =
            &members[1 + random_below(random_below(10) == 0 ? MEMBERS - 1 : OURS - 1)];
        text_add(&text, is_first ? "\"" : ",\"");
        text_add(&text, member->name);
        text_add(&text, "\"");
        add_blanks(&text);
        text_add(&text, ":");
        add_blanks(&text);
        add_value(&text, member);
        add_blanks(&text);
    }
    text_add(&text, "}");
    add_blanks(&text);
    if (random_below(20) == 0)
        text.bytes[random_below((unsigned)text.length)] = "\"{}[],:0 -."[random_below(11)];
    if (random_below(50) == 0)
        text.length = random_below((unsigned)text.length);
    return text;
}
