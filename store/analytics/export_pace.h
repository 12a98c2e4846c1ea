/*
 * How an export goes through its window. Events of a day have no index that gives them in order, so
 * that a page is all events of a slice of time, sorted. The width of the slices follows what they
 * held: each about a page, so that every event is read about once. Where a slice holds more, what
 * does not fit is read again with the next one, from the last event told.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/analytics/export_sql.h"

enum { EXPORT_PAGE_ROWS = 5000 };

struct export_pace {
    int64_t next_us; /* where the next slice begins */
    int64_t end_us;
    int64_t width_us;
    bool has_position; /* in the next slice */
    struct export_position position;
    bool is_limited;
    uint64_t left; /* of the limit */
    bool is_done;
};

struct export_pace export_pace_start(const struct export_question *question);

/* The next page; not when it is done. */
struct export_page export_pace_next(const struct export_pace *pace);

/* `page` had so many rows, `last` the position of the last of them, and took so long. */
void export_pace_took(struct export_pace *pace, const struct export_page *page, uint32_t rows,
                      struct export_position last, int64_t took_us);

/* The page took too long: the next one is much smaller. Returns false when it can't be. */
bool export_pace_shrink(struct export_pace *pace);
