/* GET /ads?fields=all: all ads as the database has them, page by page, for those who run them. */
#pragma once

#include <stdbool.h>

struct exchange;

/* Whether it is asked for, and not the list of available ads. */
bool ad_list_is_asked(const struct exchange *exchange);

/* Answers, also whoever may not ask. */
void ad_list_handle(struct exchange *exchange);
