/* What the database is asked for a page of an export. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/export_question.h"

struct export_page {
    int64_t from_us; /* both inside */
    int64_t to_us;
    bool has_position; /* rows behind it alone */
    struct export_position position;
    uint32_t limit; /* rows */
    uint32_t timeout_ms;
};

/* A row of two columns: the schema's name, quoted where it must be, null where there is none; and
 * whether an older version's events are still to be brought over. */
extern const char export_begin_sql[];

/*
 * The events of the page that the question asks for, in order, columns as enum export_column: a
 * transaction of one query, which takes no more than one process. The caller frees it with free().
 */
char *export_page_sql(const char *schema, const struct export_question *question,
                      const struct export_page *page);
