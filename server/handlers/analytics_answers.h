/* Answers to questions of analytics on their way to the client: sorted, digested and written in
 * slices between which the loop turns, so that nobody waits for a long one. */
#pragma once

#include "protocol/analytics/question.h"

struct analytics_answers;
struct analytics_report;
struct event_base;
struct exchange;

/* Everything is borrowed. */
struct analytics_answers *analytics_answers_new(struct event_base *base);

/* Those that have not begun are answered 503. */
void analytics_answers_free(struct analytics_answers *answers);

/*
 * Answers the exchange, whose request may be gone, with the report as the question wants it shown:
 * 200, 304 where `known` (If-None-Match; NULL = none) has its tag, 503 where so many long answers
 * are on their way that there is no memory for this one. Takes the reference of the report; the
 * question and `known` are copied.
 */
void analytics_answers_send(struct analytics_answers *answers, struct exchange *exchange,
                            const struct analytics_question *question, const char *known,
                            struct analytics_report *report);
