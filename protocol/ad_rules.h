/* What a client may write into a column of an ad. Internal to protocol/. */
#pragma once

#include <stdint.h>

#include <jansson.h>

#include "protocol/result.h"

enum ad_rule_kind {
    AD_RULE_URL,        /* http or https */
    AD_RULE_TEXT,       /* without control characters */
    AD_RULE_MEDIA_TYPE, /* RFC 6838 */
    AD_RULE_MARKUP,     /* any text: whoever can read it looks at it later */
    AD_RULE_NUMBER,
    AD_RULE_FLAG,
    AD_RULE_TIME, /* RFC 3339 */
    AD_RULE_JSON, /* as creative_new() reads it */
};

struct ad_rule {
    const char *name; /* of the column */
    enum ad_rule_kind kind;
    int64_t least;    /* of a number */
    int64_t most;     /* of a number; of a text its bytes */
    const char *unit; /* of a number, in words */
};

/* The rules of all columns but those that only the server writes; one without a name ends them. */
const struct ad_rule *ad_rules(void);

/* NULL = it is no such column. */
const struct ad_rule *ad_rule_find(const char *name);

/* The name of a column that `name`, which is none, is most likely meant as; NULL = of none. */
const char *ad_rule_near(const char *name);

/*
 * Checks a value that is not null, and sets `*written` to a new reference to what is to be written,
 * which may be null: a text that is empty is none. Returns RESULT_INVALID with an error that does
 * not name the column.
 */
MUST_CHECK enum result ad_rule_check(const struct ad_rule *rule, json_t *value, json_t **written,
                                     struct error *error);
