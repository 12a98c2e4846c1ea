/* What is measured of the writer. */
#include "store/ingest/writer_internal.h"

#include "metrics/metrics.h"

/* Whether the database is connected and takes events. */
static double read_up(void *arg)
{
    const struct writer *writer = arg;
    /* A batch that is sent once more is no sign that events are taken again. */
    bool is_failing = writer->is_held || writer->backoff.failures > 0;
    bool is_open = writer->state == WRITER_IDLE || writer->state == WRITER_SENDING ||
                   writer->state == WRITER_KEEPING;
    return is_open && !is_failing ? 1 : 0;
}

static double read_held(void *arg)
{
    const struct writer *writer = arg;
    return writer->is_held || writer_is_lethal(writer) ? 1 : 0;
}

static double read_last_success(void *arg)
{
    return ((const struct writer *)arg)->last_success;
}

void writer_add_metrics(struct writer *writer, struct metrics *metrics)
{
    static const double sizes[] = {1, 10, 50, 100, 250, 500, 1000, 2000};
    writer_totals_init(&writer->totals, metrics);
    metrics_gauge(metrics, "adtracker_db_up", "1 while the database is connected and takes events.",
                  "", read_up, writer);
    metrics_gauge(
        metrics, "adtracker_ingest_held",
        "1 while storing waits for somebody: the schema, permissions, an event that ends every "
        "connection, or a journal that another process owns.",
        "", read_held, writer);
    metrics_gauge(metrics, "adtracker_db_last_success_timestamp_seconds",
                  "Unix time of the last batch committed or database opened.", "",
                  read_last_success, writer);
    writer->batch_seconds =
        metrics_latency_histogram(metrics, "adtracker_db_batch_duration_seconds",
                                  "Time from sending a batch to its commit's answer.", "");
    writer->batch_events =
        metrics_histogram(metrics, "adtracker_db_batch_events", "Events per committed batch.", "",
                          sizes, sizeof sizes / sizeof sizes[0]);
}
