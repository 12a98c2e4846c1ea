/* The question of GET /ads/events: which raw events, in which form. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/event.h"
#include "protocol/result.h"

enum { EXPORT_ADS_MAX = 100 };

/* An event that was told; those behind it come next. Events are in the order of their time, those
 * of one time in the order of their ids. */
struct export_position {
    int64_t at_us;
    int64_t id;
};

struct export_question {
    int64_t start_us; /* first microsecond inside, since 1970 UTC */
    int64_t end_us;   /* last microsecond inside */
    bool is_csv;      /* else NDJSON */
    bool has_position;
    struct export_position position; /* not before the start */
    uint64_t limit;                  /* rows; 0 = all */
    uint32_t kinds;                  /* bits by enum event_kind; 0 = all */
    size_t ad_count;                 /* 0 = all */
    int32_t ad_ids[EXPORT_ADS_MAX];
};

/*
 * Reads a query string (NULL is empty): `start` and `end` as /ads/analytics has them, `ad_id` and
 * `kind` as often as they are there, `limit`, `cursor` (occurred_at and id of an event, with a
 * comma between), `format` (ndjson or csv; without it as `accept`, the Accept field, NULL = none,
 * prefers, of two NDJSON). Those of /ads/analytics that an export does not have are refused, and so
 * is what is most likely a slip; others are ignored. Returns RESULT_MALFORMED with an error that
 * names the parameter.
 */
MUST_CHECK enum result export_question_parse(const char *query, const char *accept,
                                             struct export_question *question, struct error *error);
