/* The page for operators: a file of server/assets/page/ each. */
#pragma once

#include <stdbool.h>

struct exchange;

/* Whether the client would rather have HTML than JSON: it has to name it. */
bool page_is_wanted(const struct exchange *exchange);

/* Answers with the page itself. */
void page_reply(struct exchange *exchange);
