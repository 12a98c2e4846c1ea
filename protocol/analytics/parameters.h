/* The parameters of a question: their names, and how values are taken from a query string. Internal
 * to protocol/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "protocol/result.h"

enum analytics_parameter {
    PARAMETER_START,
    PARAMETER_END,
    PARAMETER_PERIOD,
    PARAMETER_TZ,
    PARAMETER_GROUP_BY,
    PARAMETER_AD_ID,
    PARAMETER_PLACEMENT,
    PARAMETER_TRAFFIC,
    PARAMETER_METRICS,
    PARAMETER_ORDER_BY,
    PARAMETER_LIMIT,
    PARAMETER_CURSOR,
    PARAMETER_COMPARE,
    PARAMETER_FORMAT,
    ANALYTICS_PARAMETERS,
};

enum { PARAMETER_VALUE_SIZE = 512 };

const char *analytics_parameter_name(enum analytics_parameter parameter);

/* The parameter of that name; ANALYTICS_PARAMETERS when it is none of ours. */
int analytics_parameter_find(const char *name);

/* How it may be given. */
enum {
    PARAMETER_ONCE = 0,
    PARAMETER_REPEATED = 1,
    PARAMETER_FIRST = 2,      /* it counts as it first stands, as the original had it */
    PARAMETER_WITH_VALUE = 4, /* without a `=` it is passed over, as the original had it */
};

int analytics_parameter_habits(enum analytics_parameter parameter);

/* A parameter's value, the first one. */
struct parameter_value {
    bool is_given;
    bool is_broken; /* no text that fits; `text` is empty then */
    size_t bytes;
    char text[PARAMETER_VALUE_SIZE];
};

void analytics_parameter_read(const char *query, enum analytics_parameter parameter,
                              struct parameter_value *value);

/* The words of a list: of every parameter of that name, and in each what commas part. */
struct parameter_words {
    const char *query;
    enum analytics_parameter parameter;
    bool has_commas; /* else a value is one word */
    char *rest;      /* of `value`, NULL = none */
    char value[PARAMETER_VALUE_SIZE];
};

void analytics_words_begin(struct parameter_words *words, const char *query,
                           enum analytics_parameter parameter, bool has_commas);

/* The next word, which holds until the one after it; a value that is broken is a word that is
 * empty. NULL = there is none. */
const char *analytics_words_next(struct parameter_words *words);

/* The index of `word` among `count` names; `count` when it is none. */
int analytics_find_word(const char *word, int count, const char *(*name_of)(int index));
