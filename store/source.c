/* What the writer sends from. */
#include "store/source.h"

#include "store/ingest/backlog.h"

static void set_lanes(void *arg, unsigned lanes)
{
    backlog_set_lanes(arg, lanes);
}

static struct event_queue *find_queue(void *arg, unsigned lane)
{
    return backlog_queue(arg, lane);
}

static uint64_t find_reach(void *arg, unsigned lane)
{
    return backlog_reach(arg, lane);
}

static const struct gaps *find_gaps(void *arg)
{
    return backlog_gaps(arg);
}

struct writer_source store_source(struct backlog *backlog)
{
    return (struct writer_source){.set_lanes = set_lanes,
                                  .queue = find_queue,
                                  .reach = find_reach,
                                  .gaps = find_gaps,
                                  .arg = backlog};
}
