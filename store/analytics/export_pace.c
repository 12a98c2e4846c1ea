/* How an export goes through its window. */
#include "store/analytics/export_pace.h"

#define FIRST_WIDTH_US (INT64_C(60) * 1000000)
#define WIDE_US (INT64_C(6) * 3600 * 1000000)
#define WIDTH_MAX_US (INT64_C(32) * 366 * 86400 * 1000000) /* times a page it still fits */
#define QUICK_US (INT64_C(250) * 1000)
#define SLOW_US (INT64_C(1000) * 1000)

enum {
    GROWTH_MAX = 4,
    WANTED_ROWS = EXPORT_PAGE_ROWS - EXPORT_PAGE_ROWS / 8, /* somewhat less than would be cut */
    SHRINKS_BY = 16,
    TIMEOUT_MS = 5000,
    WIDE_TIMEOUT_MS = 1000, /* where there was nothing for long there may suddenly be much */
};

struct export_pace export_pace_start(const struct export_question *question)
{
    return (struct export_pace){
        .next_us = question->has_position ? question->position.at_us : question->start_us,
        .end_us = question->end_us,
        .width_us = FIRST_WIDTH_US,
        .has_position = question->has_position,
        .position = question->position,
        .is_limited = question->limit > 0,
        .left = question->limit,
    };
}

struct export_page export_pace_next(const struct export_pace *pace)
{
    bool is_last = pace->end_us - pace->next_us < pace->width_us;
    bool is_cut = pace->is_limited && pace->left < EXPORT_PAGE_ROWS;
    return (struct export_page){
        .from_us = pace->next_us,
        .to_us = is_last ? pace->end_us : pace->next_us + pace->width_us - 1,
        .has_position = pace->has_position,
        .position = pace->position,
        .timeout_ms = pace->width_us > WIDE_US ? WIDE_TIMEOUT_MS : TIMEOUT_MS,
        .limit = is_cut ? (uint32_t)pace->left : EXPORT_PAGE_ROWS,
    };
}

static void set_width(struct export_pace *pace, int64_t width_us)
{
    if (width_us > WIDTH_MAX_US)
        width_us = WIDTH_MAX_US;
    pace->width_us = width_us > 1 ? width_us : 1;
}

/* Part of the slice is left. */
static void go_on_behind(struct export_pace *pace, const struct export_page *page,
                         struct export_position last)
{
    pace->next_us = last.at_us;
    pace->has_position = true;
    pace->position = last;
    int64_t held_us = last.at_us - page->from_us + 1; /* a page, and some are in it */
    set_width(pace, held_us - held_us / 8);
}

static void adapt(struct export_pace *pace, uint32_t rows, int64_t took_us)
{
    if (took_us > SLOW_US)
        set_width(pace, pace->width_us / 2);
    else if (took_us < QUICK_US && rows < WANTED_ROWS / GROWTH_MAX)
        set_width(pace, pace->width_us * GROWTH_MAX);
    else if (took_us < QUICK_US && rows > 0)
        set_width(pace, pace->width_us * WANTED_ROWS / rows);
}

void export_pace_took(struct export_pace *pace, const struct export_page *page, uint32_t rows,
                      struct export_position last, int64_t took_us)
{
    if (pace->is_limited)
        pace->left -= rows;
    if (rows == page->limit) {
        go_on_behind(pace, page, last);
        pace->is_done = pace->is_limited && pace->left == 0;
        return;
    }
    pace->is_done = page->to_us == pace->end_us;
    pace->next_us = page->to_us + 1;
    pace->has_position = false;
    adapt(pace, rows, took_us);
}

bool export_pace_shrink(struct export_pace *pace)
{
    if (pace->width_us == 1)
        return false;
    set_width(pace, pace->width_us / SHRINKS_BY);
    return true;
}
