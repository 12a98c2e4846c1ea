/* How complete an answer is. */
#include "store/completeness.h"

#include <stdlib.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/timer.h"
#include "protocol/analytics/report.h"
#include "protocol/memory.h"
#include "store/ingest/backlog.h"
#include "store/ingest/progress.h"
#include "store/ingest/sum_writer.h"
#include "store/journal/journal.h"

enum { NOTE_MS = 1000 };

struct completeness {
    const struct journal *journal;
    const struct backlog *backlog;
    const struct sum_writer *sums;
    struct event *timer;
    struct progress progress;
};

/* What the server itself has counted waits for a second before it gets a sequence. */
void completeness_note(struct completeness *completeness)
{
    int64_t now_us = clock_wall_us();
    int64_t sums_us = sum_writer_oldest_us(completeness->sums);
    progress_note(&completeness->progress, backlog_last_sequence(completeness->backlog),
                  sums_us < now_us ? sums_us : now_us);
}

void completeness_tell(const struct completeness *completeness, struct analytics_report *report,
                       uint64_t stored_sequence)
{
    report->pending_events = journal_backlog(completeness->journal, stored_sequence);
    /* Sequences begin anew with each run: where nothing waits it does not matter which was the
     * last. */
    if (report->pending_events == 0)
        stored_sequence = UINT64_MAX;
    report->complete_until_us = progress_complete_until(&completeness->progress, stored_sequence);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct completeness *completeness = arg;
    completeness_note(completeness);
    timer_arm(completeness->timer, NOTE_MS);
}

struct completeness *completeness_new(struct event_base *base, const struct journal *journal,
                                      const struct backlog *backlog, const struct sum_writer *sums)
{
    struct completeness *completeness = memory_zeroed(sizeof *completeness);
    completeness->journal = journal;
    completeness->backlog = backlog;
    completeness->sums = sums;
    completeness->timer = memory_required(event_new(base, -1, 0, on_timer, completeness));
    completeness_note(completeness);
    timer_arm(completeness->timer, NOTE_MS);
    return completeness;
}

void completeness_free(struct completeness *completeness)
{
    if (completeness == NULL)
        return;
    event_free(completeness->timer);
    free(completeness);
}
