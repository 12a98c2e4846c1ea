/* An answer as text, made in slices so that nothing else waits for a long one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/analytics/question.h"
#include "protocol/analytics/report.h"
#include "protocol/digest.h"
#include "protocol/render.h"

struct analytics_answer;

enum { ANALYTICS_ETAG_SIZE = DIGEST_ETAG_SIZE };

/* The question is copied, and a reference of the report taken. */
struct analytics_answer *analytics_answer_new(const struct analytics_question *question,
                                              struct analytics_report *report);
void analytics_answer_free(struct analytics_answer *answer);

/* Sorts and digests so much as takes about two milliseconds; returns whether there is more. To be
 * called until it returns false, before the next two. */
bool analytics_answer_prepare(struct analytics_answer *answer);

/* With its quotes: a digest of what is told, without `meta` and pending_events. */
const char *analytics_answer_etag(const struct analytics_answer *answer);

/* Appends the next of the text to `text`, about 64 KiB; returns whether there is more. */
bool analytics_answer_write(struct analytics_answer *answer, struct render_text *text);

/* Of a format. */
const char *analytics_content_type(enum analytics_format format);
