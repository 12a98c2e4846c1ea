/* Answers about ads as the database has them. */
#pragma once

#include <stddef.h>

struct ad_answer;
struct exchange;

/* For ad_answer_fn, with the exchange as its argument: of a change, and of a question, which is
 * answered 304 where the client has it. */
void ad_answers_change(void *exchange, const struct ad_answer *answer);
void ad_answers_question(void *exchange, const struct ad_answer *answer);

/* {"error": text, "field": field}; no field where that is NULL or empty. */
void ad_answers_fail(struct exchange *exchange, int status, const char *field, const char *text);

/* Answers 304 where If-None-Match has the tag, else 200 with the body. */
void ad_answers_content(struct exchange *exchange, const char *etag, const char *body,
                        size_t body_bytes);
