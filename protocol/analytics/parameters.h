/* The parameters of a question: their names, those that are a slip, and what several of them have
 * in common. Internal to protocol/analytics/. */
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

/* Whether the query string says nothing that cannot be meant so: RESULT_MALFORMED with an error for
 * a parameter that is most likely a slip, one without a value, and one that is given twice and must
 * not be. The original's start, end and traffic count as they first stand, and without a `=` they
 * and ad_id are passed over. */
MUST_CHECK enum result analytics_parameters_check(const char *query, struct error *error);

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
